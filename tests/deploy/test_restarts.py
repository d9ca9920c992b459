"""Each part of a deployment is restarted under load, and no turn fails."""

from __future__ import annotations

from tests.deploy.steps import (
    assert_no_turn_failed,
    migrate_again,
    replace_copies,
    restart_postgres,
    under_load,
)
from tests.faults.harness import reload_nginx, restart_nginx, restart_pgbouncer


async def test_each_part_is_restarted_once_and_no_turn_fails() -> None:
    result = await under_load(
        replace_copies,
        reload_nginx,
        restart_nginx,
        restart_pgbouncer,
        restart_postgres,
        migrate_again,
    )

    assert_no_turn_failed(result)
    assert result.faults == {
        "copies restarted": 3,
        "nginx reloaded": 1,
        "nginx restarted": 1,
        "pgbouncer restarted": 1,
        "Postgres restarted": 1,
        "migrated": 1,
    }
    # Whoever met a restart sent its message again.
    assert any(len(sent.tries) > 1 for sent in result.run.sent)
