"""The `run` script sets up what is missing, once, and then is the command.

Here uv and the installed Python are stand-ins, so that nothing is fetched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import PATIENCE_S

_RUN = Path(__file__).parents[2] / "run"
_UV = """\
case $1 in --version) echo "uv 0.13.9"; exit ;; esac
echo "$@" >> synced
mkdir -p .venv/bin
cp ../installed-python .venv/bin/python
"""
_INSTALLED_PYTHON = """\
printf '%s|' "$PWD" "$@"
exit 7
"""


@dataclass(frozen=True)
class Checkout:
    """A clone in a folder with a space, and the PATH it is started with."""

    root: Path
    bin: Path

    def put(self, name: str, script: str) -> None:
        """Put an executable on the PATH."""
        _write_script(self.bin / name, script)

    def start(self, *args: str, script: Path | None = None) -> subprocess.Popen[str]:
        """Start `run`, from the folder above."""
        return subprocess.Popen(  # noqa: S603  our own script
            [script or self.root / "run", *args],
            cwd=self.root.parent,
            env={"PATH": f"{self.bin}:/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args: str, script: Path | None = None) -> tuple[int, str, str]:
        """Give the exit status of `run`, what it printed and what it said beside that."""
        with self.start(*args, script=script) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err

    def syncs(self) -> list[str]:
        """Give the arguments of every installation so far."""
        return (self.root / "synced").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    clone = Checkout(root=tmp_path / "task chat", bin=tmp_path / "bin")
    clone.root.mkdir()
    clone.bin.mkdir()
    shutil.copy(_RUN, clone.root / "run")
    (clone.root / "pyproject.toml").touch()
    (clone.root / "uv.lock").touch()
    clone.put("uv", _UV)
    clone.put("python3", f'exec "{sys.executable}" "$@"')
    _write_script(tmp_path / "installed-python", _INSTALLED_PYTHON)
    return clone


def test_a_command_keeps_its_arguments_its_folder_and_its_status(checkout: Checkout) -> None:
    status, out, _ = checkout.run("chat", "buy  milk", "")

    taskchat = checkout.root / ".venv/bin/taskchat"
    assert out == f"{checkout.root.parent}|{taskchat}|chat|buy  milk||"
    assert status == 7


@pytest.mark.parametrize(("command", "module"), [("bench", "benchmarks"), ("soak", "tests.soak")])
def test_what_measures_keeps_its_arguments(checkout: Checkout, command: str, module: str) -> None:
    _, out, _ = checkout.run(command, "--seconds", "2")

    assert out == f"{checkout.root}|-m|{module}|--seconds|2|"


@pytest.mark.parametrize(
    ("given", "has_browser"), [([], False), (["-x"], False), (["tests/e2e"], True)]
)
def test_tests_of_a_browser_run_where_they_are_named(
    checkout: Checkout, given: list[str], *, has_browser: bool
) -> None:
    _, out, _ = checkout.run("test", *given)

    asked = out.split("|")
    assert ("--ignore|tests/e2e" not in out) == has_browser
    assert asked[-1 - len(given) : -1] == given


def test_alone_it_shows_the_help(checkout: Checkout) -> None:
    _, out, _ = checkout.run()

    assert out.endswith("/taskchat|--help|")


def test_it_works_through_a_link(checkout: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.symlink_to(checkout.root / "run")

    _, out, _ = checkout.run("tasks", script=link)

    assert out.endswith(f"{checkout.root}/.venv/bin/taskchat|tasks|")


def test_the_first_start_says_what_it_sets_up_and_the_second_says_nothing(
    checkout: Checkout,
) -> None:
    _, _, first = checkout.run("tasks")
    _, _, second = checkout.run("tasks")

    assert first.startswith("run: installing Taskchat ...\nrun: installing Taskchat: ")
    assert second == ""
    assert checkout.syncs() == [
        f"sync --locked --inexact --all-extras --python {Path(sys.executable).resolve()} --no-dev"
    ]


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock"])
def test_changed_requirements_are_installed(checkout: Checkout, name: str) -> None:
    checkout.run("tasks")
    (checkout.root / name).write_text("changed", encoding="utf-8")

    checkout.run("tasks")

    assert checkout.syncs()[1:] == ["sync --locked --inexact --all-extras --no-dev"]


def test_developer_tools_are_added_once_and_stay(checkout: Checkout) -> None:
    checkout.run("tasks")
    checkout.run("test")
    checkout.run("tasks")
    checkout.run("test")

    assert checkout.syncs()[1:] == ["sync --locked --inexact --all-extras"]


def test_two_first_starts_at_once_install_once(checkout: Checkout) -> None:
    checkout.put("uv", _UV.replace("mkdir", "sleep 0.3; mkdir"))

    with checkout.start("tasks") as one, checkout.start("tasks") as two:
        statuses = [one.wait(timeout=PATIENCE_S), two.wait(timeout=PATIENCE_S)]

    assert statuses == [7, 7]
    assert len(checkout.syncs()) == 1


def test_what_a_cut_off_set_up_left_is_thrown_away(checkout: Checkout) -> None:
    checkout.put("uv", _UV.replace("mkdir", "mkdir -p .venv; touch .venv/half; kill $$; mkdir", 1))
    checkout.run("tasks")
    checkout.put("uv", _UV)

    status, _, _ = checkout.run("tasks")

    assert status == 7
    assert not (checkout.root / ".venv/half").exists()


def test_a_failed_installation_is_one_sentence_and_leaves_what_is_there(
    checkout: Checkout,
) -> None:
    checkout.run("tasks")
    (checkout.root / "uv.lock").write_text("changed", encoding="utf-8")
    (checkout.root / ".venv/kept").touch()
    checkout.put("uv", _UV + "echo Some words; echo error: no route; echo more; exit 2")

    status, out, err = checkout.run("tasks")

    assert (status, out) == (1, "")
    assert err.splitlines()[1:] == [
        "run: installing Taskchat failed (is the package index within reach?): error: no route"
        f" (more in {checkout.root}/.taskchat/setup.log)"
    ]
    checkout.put("uv", _UV)
    checkout.run("tasks")
    assert (checkout.root / ".venv/kept").exists()


def test_without_venv_one_sentence_says_what_to_install(checkout: Checkout) -> None:
    checkout.put("uv", 'echo "uv 0.1.0"')
    checkout.put("python3", 'case $* in *sys.executable*) echo "$0" ;; *venv*) exit 1 ;; esac')

    status, _, err = checkout.run("tasks")

    assert status == 1
    assert err == (
        "run: Python's part for virtual environments is missing: "
        "sudo apt-get install python3-venv\n"
    )


def test_without_a_new_enough_python_one_sentence_says_what_to_install(
    checkout: Checkout,
) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        checkout.put(name, "echo")

    status, _, err = checkout.run("tasks")

    assert status == 1
    assert err == (
        "run: Python 3.11 or newer is missing: sudo apt-get install python3 python3-venv\n"
    )


def test_the_check_names_the_step_that_fails_and_stops_there(checkout: Checkout) -> None:
    status, out, _ = checkout.run("check")

    assert status == 7
    assert out.splitlines()[0] == "== format: python -m ruff format --check"
    assert "== format failed with status 7 after" in out
    assert "== lint" not in out


def _write_script(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
