"""A stretch of the fault harness on a deployment: nothing of it knows more than nginx's address."""

from __future__ import annotations

from tests.faults.harness import Plan, carry_out, report, say


async def test_no_promise_is_broken_behind_nginx_and_pgbouncer() -> None:
    plan = Plan("postgres", seconds=20, seed=2, deployed=True)

    result = await carry_out(plan, say)

    say(report(result))
    assert result.violations == []
    assert sum(result.faults.values()) > 5
    assert sum(sent.outcome == "completed" for sent in result.run.sent) > 20
