"""What is written down of a call on a further tool server before it is made.

Where its answer never comes, because a server died, ours or theirs, the call may or may not have
been carried out: it is *in doubt*. It is not repeated by us; the model and the user are told. So the
step `begun` holds from the start what is to be said, should nothing more be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

IN_DOUBT = (
    "No answer came, so it is not known whether this call was carried out. It was not repeated."
    " Check that before you do it again, and tell the person."
)
NOTHING_READ = (
    "No answer came. This tool only reads, so nothing was changed; call it again if needed."
)


def begun(call_id: str, name: str, *, only_reads: bool) -> Mapping[str, Any]:
    """The body of the step: a result (`id`, `name`, `ok`, `result`), and `in_doubt` where it is.

    Args:
        call_id: of the model's call.
        name: of the tool.
        only_reads: its server says that it changes nothing, so nothing can be in doubt.
    """
    named = {"id": call_id, "name": name, "ok": False}
    if only_reads:
        return {**named, "result": NOTHING_READ}
    return {**named, "result": IN_DOUBT, "in_doubt": True}
