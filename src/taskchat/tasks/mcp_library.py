"""The MCP library is loaded late, beside the loop, and by one thread at a time.

Its packages import each other: two threads that begin at different ends find half-made modules.
"""

from __future__ import annotations

import threading

LOADING = threading.Lock()
"""Held by whoever imports something of it in a thread."""
