"""Whether a run kept what the contract promises; pure functions over histories and tables.

Each gives sentences about what is wrong, none where all is well. `tests/faults/test_checker.py` shows
each of them a run that is wrong in its way.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from taskchat.auth.account_rows import ERASED_ISSUER
from tests.faults.history import Run, Tables

ENDS = ("turn.completed", "turn.failed", "turn.cancelled")
Check = Callable[[Run, Tables], Iterator[str]]


def violations(run: Run, tables: Tables) -> list[str]:
    """Everything that is wrong."""
    return [f"{check.__name__}: {found}" for check in CHECKS for found in check(run, tables)]


def accepted_is_stored_once(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 1 and 2: an accepted message is there once, however often it was sent."""
    stored = Counter(row["content"] for row in tables.messages if row["role"] == "user")
    known = {sent.text for sent in run.sent}
    for sent in run.sent:
        count = stored[sent.text]
        if count > 1 or (sent.accepted and count == 0):
            yield f"{sent.text!r} is stored {count} times"
    for text in stored.keys() - known:
        yield f"{text!r} was never sent"


def answered_is_what_is_stored(run: Run, tables: Tables) -> Iterator[str]:
    """What a client was told of its turn is how the turn ended."""
    turns = {str(row["uid"]): row for row in tables.turns}
    replies = _replies(tables)
    for sent in run.sent:
        turn = turns.get(sent.turn)
        if sent.accepted and turn is None:
            yield f"{sent.text!r} was accepted as a turn that is not there"
        if turn is None or sent.outcome in ("unanswered", "deleted"):
            continue
        if turn["status"] != sent.outcome:
            yield f"{sent.text!r} was told {sent.outcome}, and is {turn['status']}"
        stored = replies.get(turn["id"])
        words = None if stored is None else stored["content"]
        if sent.reply is not None and sent.reply != words:
            yield f"{sent.text!r} was told {sent.reply!r}, and its reply is {words!r}"


def equal_keys_have_equal_bodies(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 2: a replay is the same bytes."""
    for sent in run.sent:
        if len(set(sent.bodies)) > 1:
            yield f"{sent.text!r} was answered in {len(set(sent.bodies))} ways"


def every_turn_has_ended_once(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 4: a known end for each attempt, and a reply where it completed."""
    replies = Counter(row["turn_id"] for row in tables.messages if row["role"] == "assistant")
    ends: dict[int, int] = defaultdict(int)
    for event in tables.turn_events:
        ends[event["turn_id"]] += event["name"] in ENDS
    for turn in tables.turns:
        number, status = turn["id"], turn["status"]
        if status == "running" or turn["finished_at"] is None:
            yield f"turn {number} is {status}"
        if status == "completed" and replies[number] != 1:
            yield f"turn {number} is completed and has {replies[number]} replies"
        if turn["streamed"] and ends[number] != turn["attempt"] - 1:
            yield f"turn {number} keeps {ends[number]} ends before attempt {turn['attempt']}"


def no_stored_answer_is_asked_for_again(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 3: whoever goes on with a turn begins after its last stored answer."""
    uids = {turn["id"]: str(turn["uid"]) for turn in tables.turns}
    stored = {(uids.get(step["turn_id"]), step["idx"]): step["epoch"] for step in tables.steps}
    furthest: dict[tuple[str, int], int] = {}
    for asked in run.asked:
        # What an earlier owner stored was there before this one got its epoch: both are fenced.
        if stored.get((asked.turn, asked.idx), asked.epoch) < asked.epoch:
            yield f"turn {asked.turn} asked for answer {asked.idx} again in epoch {asked.epoch}"
        if asked.idx < furthest.get((asked.turn, asked.epoch), 0):
            yield f"turn {asked.turn} went back to answer {asked.idx} in epoch {asked.epoch}"
        furthest[asked.turn, asked.epoch] = asked.idx


def replies_tell_what_was_done(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 3 and 7: the reply has each result of the turn's steps, however the turn ended.

    A turn that failed when it had done and said nothing needs none.
    """
    done: dict[int, dict[str, Any]] = defaultdict(dict)
    for step in tables.steps:
        if step["kind"] != "response":
            body = step["body"]
            done[step["turn_id"]][body["id"]] = {key: body[key] for key in body if key != "id"}
    replies = _replies(tables)
    for turn in tables.turns:
        results, reply = done[turn["id"]], replies.get(turn["id"])
        told: dict[str, Any] = {} if reply is None else reply["tool_results"] or {}
        if (
            reply is None
            and turn["status"] == "failed"
            and not any(_is_effect(each) or "in_doubt" in each for each in results.values())
        ):
            continue
        if turn["status"] != "running" and told != results:
            yield f"turn {turn['id']} ({turn['status']}) did {results} and tells {told}"


def _is_effect(result: Mapping[str, Any]) -> bool:
    return result["ok"] and result["name"] != "list_tasks"


def effects_are_those_of_the_steps(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 3: what the steps say was done was done, once, and nothing else."""
    done, tasks = _done(tables), _visible(tables)
    for key in done.keys() | tasks.keys():
        if key[1] == "complete_task":  # to complete twice is one effect
            if done[key].keys() != tasks[key].keys():
                yield f"{key}: steps {sorted(done[key])}, tasks {sorted(tasks[key])}"
        elif done[key] != tasks[key]:
            yield f"{key}: steps {dict(done[key])}, tasks {dict(tasks[key])}"
    titles = Counter((task["user_id"], task["title"]) for task in tables.tasks)
    for (user, title), count in titles.items():
        if count > 1:
            yield f"user {user} has {title!r} {count} times"


Effects = dict[tuple[int, str], Counter[int]]
"""By user and tool: how often which task."""


def _done(tables: Tables) -> Effects:
    """What the steps say."""
    done: Effects = defaultdict(Counter)
    for step in tables.steps:
        body = step["body"]
        if step["kind"] == "effect" and _is_effect(body) and body["name"] != "mail_send":
            done[step["user_id"], body["name"]][body["result"]["task_id"]] += 1
    return done


def _visible(tables: Tables) -> Effects:
    """What the tasks say."""
    tasks: Effects = defaultdict(Counter)
    for task in tables.tasks:
        tasks[task["user_id"], "add_task"][task["id"]] += 1
        if task["deleted_at"] is not None:
            tasks[task["user_id"], "delete_task"][task["id"]] += 1
        if task["completed"]:
            tasks[task["user_id"], "complete_task"][task["id"]] += 1
    return tasks


def calls_elsewhere_are_made_at_most_once(run: Run, tables: Tables) -> Iterator[str]:
    """A call on a further server is begun first, made once, and has a result or is in doubt."""
    texts = _texts_of_mails(tables)
    sent = Counter(run.mailed)
    may_be_sent: set[str] = set()
    for step in tables.steps:
        kind, body, turn = step["kind"], step["body"], step["turn_id"]
        text = texts.get(body.get("id", ""), "")
        if kind == "begun":
            yield f"turn {turn} leaves {body['id']} begun"
        if kind == "in_doubt" or (kind == "effect" and body["ok"]):
            may_be_sent.add(text)
        if kind == "effect" and body["ok"] and text and not sent[text]:
            yield f"turn {turn} says that it sent {text!r}"
    for text, count in sent.items():
        if count > 1:
            yield f"{text!r} was sent {count} times"
        if text not in may_be_sent:
            yield f"{text!r} was sent, and no step says that it may have been"


def _texts_of_mails(tables: Tables) -> Mapping[str, str]:
    """What each call says, by its id."""
    parts = [
        part
        for step in tables.steps
        if step["kind"] == "response"
        for part in step["body"]["parts"]
        if part.get("tool_name") == "mail_send"
    ]
    return {part["tool_call_id"]: json.loads(part["args"])["text"] for part in parts}


def each_call_has_one_result(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 5: no call without its result, no result without its call, in steps and replies."""
    calls: dict[int, list[str]] = defaultdict(list)
    results: dict[int, list[str]] = defaultdict(list)
    indices: dict[int, list[int]] = defaultdict(list)
    for step in tables.steps:
        turn, body = step["turn_id"], step["body"]
        indices[turn].append(step["idx"])
        if step["kind"] in ("effect", "in_doubt"):
            results[turn].append(body["id"])
        elif step["kind"] == "response":
            calls[turn] += [
                part["tool_call_id"] for part in body["parts"] if part["part_kind"] == "tool-call"
            ]
    for turn, found in indices.items():
        if sorted(found) != list(range(len(found))):
            yield f"turn {turn} has the steps {sorted(found)}"
    for turn in calls.keys() | results.keys():
        if sorted(calls[turn]) != sorted(set(results[turn])) or len(calls[turn]) != len(
            results[turn]
        ):
            yield f"turn {turn}: calls {calls[turn]}, results {results[turn]}"
    for message in tables.messages:
        told = [call["id"] for call in message["tool_calls"] or ()]
        if sorted(told) != sorted(message["tool_results"] or {}):
            yield f"message {message['id']}: calls {told}, results {message['tool_results']}"


def the_model_is_given_what_it_takes(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 5: a strict provider refuses nothing of it."""
    yield from run.model_refused


def order_is_whole(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 6: `seq` without gaps, a reply right after its question, counters that are right."""
    places: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for message in tables.messages:
        places[message["conversation_id"]].append(message)
    for conversation in tables.conversations:
        rows = sorted(places[conversation["id"]], key=lambda row: row["seq"])
        found = [row["seq"] for row in rows]
        number = conversation["id"]
        if found != list(range(1, len(rows) + 1)) or conversation["last_seq"] != len(rows):
            yield f"conversation {number}: {found}, last {conversation['last_seq']}"
        if conversation["message_count"] != len(rows):
            yield f"conversation {number} counts {conversation['message_count']} of {len(rows)}"
        for before, row in zip([None, *rows], rows, strict=False):
            if row["role"] == "assistant" and (
                before is None or before["role"] != "user" or before["turn_id"] != row["turn_id"]
            ):
                yield f"conversation {number}: reply {row['seq']} follows no question of its own"


def turns_follow_each_other(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 6: no turn of a conversation begins before the one before it has ended."""
    turns: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for turn in sorted(tables.turns, key=lambda row: row["user_seq"]):
        turns[turn["conversation_id"]].append(turn)
    for conversation in turns.values() if run.clock_is_steady else ():
        for turn, later in pairwise(conversation):
            if turn["finished_at"] is not None and turn["finished_at"] > later["created_at"]:
                yield f"turn {later['id']} began before turn {turn['id']} ended"


def every_reader_sees_one_order(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 6: the same order at every copy, which is that of `seq`."""
    uids = {row["id"]: str(row["uid"]) for row in tables.conversations}
    stored: dict[str, list[str]] = defaultdict(list)
    for row in sorted(tables.messages, key=lambda row: row["seq"]):
        stored[uids[row["conversation_id"]]].append(str(row["uid"]))
    for conversation, copy, seen in run.read:
        if seen != stored[conversation]:
            yield f"copy {copy} shows conversation {conversation} in another order"


def streams_lose_and_double_nothing(run: Run, tables: Tables) -> Iterator[str]:
    """Deltas add up to the message, and numbers count up, whichever copies told them."""
    for sent in run.sent:
        if sent.told is not None and sent.told != sent.reply:
            yield f"{sent.text!r} showed {sent.reply!r} of {sent.told!r}"
        numbers = [number for number, _ in sent.events]
        if sent.streamed and numbers != list(range(1, len(numbers) + 1)):
            yield f"{sent.text!r} was told the events {numbers}"
    by_turn: dict[int, list[int]] = defaultdict(list)
    for event in tables.turn_events:
        by_turn[event["turn_id"]].append(event["id"])
    for turn, numbers in by_turn.items():
        if sorted(numbers) != list(range(2, len(numbers) + 2)):
            yield f"turn {turn} keeps the events {sorted(numbers)}"


def stored_events_add_up(run: Run, tables: Tables) -> Iterator[str]:
    """At each end of a streamed turn its events show its message, whoever has read them."""
    replies = _replies(tables)
    text: dict[int, str] = defaultdict(str)
    for event in sorted(tables.turn_events, key=lambda row: (row["turn_id"], row["id"])):
        turn, name, body = event["turn_id"], event["name"], event["body"]
        if name == "turn.resumed":
            text[turn] = body["text"]
        elif name == "message.delta":
            text[turn] += body["text"]
        elif name in ENDS and body.get("message", _NOTHING)["content"] != text[turn]:
            yield f"turn {turn} showed {text[turn]!r} and ended with {body}"
    for turn in tables.turns:
        content = replies.get(turn["id"], _NOTHING)["content"]
        if turn["streamed"] and turn["status"] != "running" and content != text[turn["id"]]:
            yield f"turn {turn['id']} shows {text[turn['id']]!r} of {content!r}"


_NOTHING: dict[str, Any] = {"content": ""}
"""An end without a message shows this."""


def _replies(tables: Tables) -> Mapping[int, dict[str, Any]]:
    return {row["turn_id"]: row for row in tables.messages if row["role"] == "assistant"}


def what_was_deleted_is_gone(run: Run, tables: Tables) -> Iterator[str]:
    """A deleted conversation is hidden with all its messages, also those that came meanwhile."""
    hidden = {str(row["uid"]): row["id"] for row in tables.conversations if row["deleted_at"]}
    for conversation in run.deleted:
        if conversation not in hidden:
            yield f"conversation {conversation} is still there"
    shown = {row["conversation_id"] for row in tables.messages if not row["deleted_at"]}
    for number in shown.intersection(hidden.values()):
        yield f"conversation {number} is deleted, and not all of its messages"


def the_erased_are_gone(run: Run, tables: Tables) -> Iterator[str]:
    """Nobody who was erased is there, whole or in part. (A word of theirs was never sent.)"""
    erased = set(run.erased)
    for issuer, person in run.people:
        if person in erased or issuer == ERASED_ISSUER:
            yield f"{person} ({issuer}) was erased, and is there"


def nothing_is_stuck(run: Run, tables: Tables) -> Iterator[str]:
    """Promise 4: a minute after the last fault no conversation is busy, and all are answered."""
    if run.stuck:
        yield f"{run.stuck} turns still run"
    for sent in run.sent:
        if sent.outcome == "unanswered":
            yield f"{sent.text!r} has no answer after {sent.tries[-5:]}"


def nobody_loses_a_turn_without_a_fault(run: Run, tables: Tables) -> Iterator[str]:
    """A copy that is well keeps its turns, whatever its clock says."""
    taken = sum(turn["takeovers"] for turn in tables.turns)
    if taken and not run.owners_were_hurt:
        yield f"{taken} turns were taken over from copies that were well"


def servers_answered_as_they_may(run: Run, tables: Tables) -> Iterator[str]:
    """No status that a valid request cannot get, and no event out of turn."""
    for sent in run.sent:
        for fault in sent.faults:
            yield f"{sent.text!r}: {fault}"


def nothing_of_ours_crashed(run: Run, tables: Tables) -> Iterator[str]:
    """No fault from outside is an error of ours: a turn that meets it ends by its name, or goes on."""
    yield from run.crashed
    for turn in tables.turns:
        if turn["error_code"] == "INTERNAL_ERROR":
            yield f"turn {turn['id']} ended by an error of ours"


CHECKS: tuple[Check, ...] = (
    accepted_is_stored_once,
    answered_is_what_is_stored,
    equal_keys_have_equal_bodies,
    every_turn_has_ended_once,
    effects_are_those_of_the_steps,
    no_stored_answer_is_asked_for_again,
    replies_tell_what_was_done,
    each_call_has_one_result,
    calls_elsewhere_are_made_at_most_once,
    the_model_is_given_what_it_takes,
    order_is_whole,
    turns_follow_each_other,
    every_reader_sees_one_order,
    streams_lose_and_double_nothing,
    stored_events_add_up,
    what_was_deleted_is_gone,
    the_erased_are_gone,
    nothing_is_stuck,
    nobody_loses_a_turn_without_a_fault,
    servers_answered_as_they_may,
    nothing_of_ours_crashed,
)
