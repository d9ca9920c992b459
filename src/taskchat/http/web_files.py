"""The web page's and the widget's files, as `hatch_build.py` has built them from `frontend/`."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

NOT_BUILT = "The web page was not built."


class Asset(NamedTuple):
    """A file of the page, as it is and packed with gzip."""

    plain: bytes
    packed: bytes
    media_type: str
    digest: str
    """Another one for other contents."""

    def form_for(self, accepted: str) -> tuple[bytes, dict[str, str]]:
        """The bytes to send, and the headers that tell their form.

        Args:
            accepted: the request's `Accept-Encoding`.
        """
        headers = {"Vary": "Accept-Encoding"}
        if "gzip" in accepted:
            return self.packed, headers | {"Content-Encoding": "gzip"}
        return self.plain, headers


class WebFiles:
    """The built page in its folder. It is looked at anew: a page may be built while a server runs."""

    def __init__(self, folder: Traversable | None = None) -> None:
        """Take the files in `folder`; by default those in the package."""
        self._folder = files("taskchat") / "web" if folder is None else folder

    def index(self) -> str | None:
        """The page itself; None where it was not built."""
        return self._text("index.html")

    def assets(self) -> Mapping[str, Asset]:
        """What the page loads, by name."""
        return _read_assets(self._folder / "assets", self._text("built-from.txt"))

    def widget(self) -> Asset | None:
        """The widget; None where it was not built."""
        file = self._folder / "widget.js"
        return _read_asset(file, self._text("built-from.txt")) if file.is_file() else None

    def why_missing(self) -> str | None:
        """Why there is no page, in a sentence; None where there is one."""
        if self.index() is not None:
            return None
        return (self._text("missing.txt") or NOT_BUILT).strip()

    def _text(self, name: str) -> str | None:
        file = self._folder / name
        return file.read_text(encoding="utf-8") if file.is_file() else None


@cache
def _read_assets(folder: Traversable, _built_from: str | None) -> Mapping[str, Asset]:
    """Read once for each build: 0.3 MB that every visitor asks for."""
    if not folder.is_dir():
        return {}
    return {file.name: _read_asset(file, _built_from) for file in folder.iterdir()}


@cache
def _read_asset(file: Traversable, _built_from: str | None) -> Asset:
    plain = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    packed = gzip.compress(plain, 9, mtime=0)
    return Asset(plain, packed, kind, hashlib.sha256(plain).hexdigest()[:32])
