"""Rows that are not a turn's cost: long conversations, the start, and what 003 asks for."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING
from urllib.request import urlopen

from benchmarks import inside, processes
from benchmarks.databases import PRODUCT
from benchmarks.figures import Figure
from benchmarks.processes import job_for
from benchmarks.talking import USER
from benchmarks.turn_rows import MANY, TURNS, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.stage import Stage

_FEW, _LONG = 20, 10_000
_STARTS = 3
_PEOPLE = 10
_P95 = "p95, one at a time, on Postgres"


def long_conversations(stage: Stage) -> Iterator[Figure]:
    """A turn behind 10,000 stored messages, over one behind 20."""
    with stage.product() as product:
        stage.send(product, "plain", 2 * _PEOPLE, seconds=0.2)
        newest = "SELECT id FROM conversations ORDER BY id DESC"
        ids = [row["id"] for row in stage.postgres.execute(newest, database=PRODUCT)]
        few, long = ids[:_PEOPLE], ids[_PEOPLE : 2 * _PEOPLE]
        _lengthen(stage, few, _FEW)
        _lengthen(stage, long, _LONG)
        for conversations in (few, long):  # the first turn of a long one sums it up
            stage.send(product, "plain", _PEOPLE, conversations=conversations)
        seen = Pairs(
            stage.repeats,
            lambda: stage.send(product, "plain", _PEOPLE, conversations=few),
            lambda: stage.send(product, "plain", _PEOPLE, conversations=long),
        )
    yield Figure(
        "10,000 stored messages over 20: CPU",
        seen.ratio(lambda slice_: slice_.cpu_ms),
        1.15,
        1.05,
        " x",
        seen=f"{seen.second_cpu_ms:.2f} ms over {seen.first_cpu_ms:.2f} ms{seen.errors_told}",
    )
    counts = [
        inside.statements_of_a_turn(stage.postgres_product, stage.model_url, conversation)
        for conversation in (few[0], long[0])
    ]
    yield Figure(
        "10,000 stored messages over 20: statements",
        counts[1] / counts[0],
        1,
        None,
        " x",
        seen=f"{counts[1]} and {counts[0]}",
    )


def start(stage: Stage) -> Iterator[Figure]:
    """What it takes to be there, and what it holds after some work."""
    ready: list[float] = []
    memory = 0.0
    for place in range(_STARTS):
        with processes.product(stage.postgres_product, stage.model_url) as product:
            with urlopen(f"http://127.0.0.1:{product.port}/health") as answer:
                assert answer.status == 200
            ready.append(product.cpu_s())
            if place == _STARTS - 1:
                for turn in TURNS:
                    stage.send(product, turn, MANY, seconds=2 * stage.seconds)
                memory = product.memory_mb()
    yield Figure("`serve` ready: CPU", median(ready), 2, 1.5, " s")
    yield Figure(f"Memory after load, {MANY} at once", memory, 190, 150, " MB")


def own_numbers(stage: Stage) -> Iterator[Figure]:
    """What 003 asks for, by a factor of ten; the slowest but one in twenty."""
    with stage.product() as product:
        lists = {
            "tasks": f"/api/{USER}/tasks?limit=20",
            "conversations": "/api/v1/chat/conversations?limit=20",
        }
        for name, path in lists.items():
            job = job_for(product, path=path, at_once=1, seconds=1, expect='"id"')
            found = stage.load.send(job)
            yield Figure(f"A list of 20 {name}", found.p95_ms, 20, None, " ms", seen=_P95)
        told = stage.send(product, "plain", 1)
    yield Figure(
        "A message, above the model's time", told.result.p95_ms, 300, None, " ms", seen=_P95
    )
    times = inside.times(stage.postgres_product, stage.model_url)
    yield Figure("Checking a token never seen", times.token_ms, 0.5, None, " ms", seen=_P95)
    yield Figure("A transaction that writes", times.write_ms, 5, None, " ms", seen=_P95)


def _lengthen(stage: Stage, conversations: list[int], messages: int) -> None:
    """Let conversations have so many messages, as if their turns had been."""
    ids = ", ".join(map(str, conversations))
    stage.postgres.execute(
        f"""
        INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content,
                              created_at, updated_at)
        SELECT gen_random_uuid(), c.id, c.user_id, m.turn_id, place,
               CASE place % 2 WHEN 1 THEN 'user' ELSE 'assistant' END, 'Message ' || place || '.',
               clock_timestamp(), clock_timestamp()
        FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.seq = 1
        CROSS JOIN LATERAL generate_series(c.last_seq + 1, {messages}) AS place
        WHERE c.id IN ({ids})
        """,  # noqa: S608  numbers of ours
        f"""
        UPDATE conversations SET last_seq = {messages}, message_count = {messages}
        WHERE id IN ({ids}) AND last_seq < {messages}
        """,  # noqa: S608
        "ANALYZE messages",
        database=PRODUCT,
    )
