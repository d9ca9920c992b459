"""The next version of Taskchat, as a test imagines it: this one with a new column, which it fills."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import taskchat
from taskchat.db.migrate import latest_revision

_REVISION = '''"""`turns.opened_by`: which version opened a turn. What is there stays (expand).

Revision ID: {revision}
Revises: {before}
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None

FUNCTION = Path(__file__).parent.parent / "functions" / "turn_open_next.sql"


def upgrade() -> None:
    op.add_column("turns", sa.Column("opened_by", sa.String(length=10), nullable=True))
    op.execute(FUNCTION.read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION turn_open_next")
    op.drop_column("turns", "opened_by")
'''


@dataclass(frozen=True)
class NextVersion:
    """A copy of the package with one more revision, whose turns are opened by a function of it."""

    path: Path
    """What goes into PYTHONPATH, so that it is found first."""
    revision: str

    @property
    def env(self) -> dict[str, str]:
        """What makes a process run it."""
        return {"PYTHONPATH": str(self.path)}

    def serves_none_older(self) -> None:
        """Make its revision one that takes something away (contract)."""
        _change(
            self.path / "taskchat/db/migrate.py",
            r'(OLDEST_SERVED = )"\d+"',
            rf'\1"{self.revision}"',
        )


def make_next_version(folder: Path) -> NextVersion:
    """Write it down there."""
    source = Path(taskchat.__file__).parent
    copy = folder / "taskchat"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = latest_revision()
    revision = f"{int(before) + 1:04d}"
    text = _REVISION.format(revision=revision, before=before)
    (copy / f"migrations/versions/{revision}_opened_by.py").write_text(text, encoding="utf-8")
    caller = copy / "chat/journal_functions.py"
    (now,) = re.findall(r"SELECT (turn_open_\d+)\(", caller.read_text(encoding="utf-8"))
    _change(caller, rf"SELECT {now}\(", "SELECT turn_open_next(")
    function = copy / "migrations/functions/turn_open_next.sql"
    shutil.copy(copy / f"migrations/functions/{now}.sql", function)
    _change(function, rf"FUNCTION {now}\(", "FUNCTION turn_open_next(")
    _change(function, r"INSERT INTO turns \(", "INSERT INTO turns (opened_by, ")
    _change(
        function,
        r"VALUES \(p_uid, p_user, c\.id, 'running'",
        "VALUES ('next', p_uid, p_user, c.id, 'running'",
    )
    return NextVersion(folder, revision)


def _change(file: Path, old: str, new: str) -> None:
    text, changes = re.subn(old, new, file.read_text(encoding="utf-8"))
    assert changes == 1, (file, old)
    file.write_text(text, encoding="utf-8")
