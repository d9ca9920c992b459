"""The commands; the only place that prints. Each loads what it needs when it is called.

`taskchat --help` costs 0.2 s of CPU because nothing here imports the web or the model at the top.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from taskchat.errors import AppError, StartError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from taskchat.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    name="taskchat",
    help="A to-do list that you keep by talking to it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="Accounts.", no_args_is_help=True)
app.add_typer(user, name="user")

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]
AsUser = Annotated[
    str | None, typer.Option("--user", help="Whose list; else the only account's, or a local one.")
]


def main() -> None:
    """Run a command; what cannot be done ends in one sentence and status 1."""
    try:
        app(prog_name="taskchat")
    except (StartError, AppError) as error:
        print(f"taskchat: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes; more than one needs Postgres.")
    ] = 1,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Migrate a server database first, too.")
    ] = False,
) -> None:
    """Serve the API and the page."""
    from taskchat.serving import serve as run

    run(_settings("info"), host=host, port=port, workers=workers, migrate=migrate, say=_say)


@app.command()
def migrate() -> None:
    """Bring the database to the schema that this version needs."""
    from taskchat.serving import migrate_database

    migrate_database(_settings(), say=_say)


@app.command()
def chat(
    message: Annotated[
        list[str] | None, typer.Argument(help="What to say; else a dialogue.")
    ] = None,
    continues: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on with the last conversation.")
    ] = False,
    as_user: AsUser = None,
) -> None:
    """Talk to the assistant in the terminal; no account is needed."""
    from taskchat.terminal import converse

    _run(converse(_settings(), " ".join(message or ()), as_user, continues=continues))


@app.command()
def tasks(
    status: Annotated[str, typer.Option(help="all, pending or completed.")] = "all",
    as_user: AsUser = None,
) -> None:
    """Show the list."""
    from taskchat.terminal import show_tasks

    _run(show_tasks(_settings(), status, as_user))


@app.command()
def mcp(as_user: AsUser = None) -> None:
    """Serve the task tools to an MCP client over standard input and output."""
    from taskchat.terminal import serve_tools

    _run(serve_tools(_settings(), as_user))


@user.command("add")
def user_add(email: Email) -> None:
    """Make an account; asks for its password, or reads it from standard input."""
    from taskchat.administration import add_user

    _run(add_user(_settings(), email, _password()))
    _say(f"Made an account for {email}.")


@user.command("password")
def user_password(email: Email) -> None:
    """Give an account another password; this signs it out everywhere."""
    from taskchat.administration import set_password

    _run(set_password(_settings(), email, _password()))
    _say(f"Changed the password of {email}; its sessions have ended.")


@app.command()
def token(
    email: Email,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it counts.")] = 7,
) -> None:
    """Print a bearer token for scripts."""
    from taskchat.administration import make_token

    _say(_run(make_token(_settings(), email, days)))


@app.command()
def export(
    email: Email,
    text: Annotated[bool, typer.Option("--text", help="For reading, in place of JSON.")] = False,
) -> None:
    """Print everything that is stored of a person; an outside issuer's is named by the user's id."""
    from taskchat.administration import export_person
    from taskchat.terminal import plain

    def write(piece: str) -> None:
        _write(plain(piece) if text else piece)

    _run(export_person(_settings(), email, as_text=text, write=write))


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="What `taskchat export` printed; - reads it.")],
    as_user: Annotated[str, typer.Option("--user", help="Whose account it goes to.")],
) -> None:
    """Put an export into an account that has no tasks yet: all of it, or nothing."""
    from taskchat.administration import import_file

    content = sys.stdin.buffer.read() if str(file) == "-" else _content(file)
    _say(_run(import_file(_settings(), content, as_user)))


@app.command()
def erase(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything of a person, for good; an outside issuer's is named by the user's id."""
    from taskchat.administration import erase_person

    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete everything of {email}, for good?", abort=True)
    _say(_run(erase_person(_settings(), email)))


@app.command()
def doctor() -> None:
    """Check database, migrations, issuer, model and clock: a line each."""
    from taskchat.administration import examine

    failed = False
    for finding in _run(examine(_settings())):
        _say(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name}: {finding.text}")
        failed = failed or not finding.ok
    if failed:
        raise typer.Exit(1)


@app.command()
def settings() -> None:
    """Show the settings in force, secrets hidden."""
    for name, value in _settings().shown().items():
        _say(f"{name}={value}")


def _settings(log_level: str = "warning") -> Settings:
    """The settings, with logs at the level they name, else at the command's own."""
    from taskchat import logs
    from taskchat.settings import load_settings

    found = load_settings()
    named = "log_level" in found.model_fields_set
    logs.configure(found.log_as, found.log_level if named else log_level)
    return found


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _password() -> str:
    """From the keyboard twice, or one line of standard input."""
    if sys.stdin.isatty():
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return sys.stdin.readline().rstrip("\n")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise StartError(message) from None


def _write(text: str) -> None:
    sys.stdout.write(text)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
