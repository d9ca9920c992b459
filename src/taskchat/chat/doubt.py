"""What a step says that a call gave back, also where nobody knows.

A call on a further tool server is written down before it is made (`begun`). Where its answer never
came, because a server died, ours or theirs, it may or may not have been carried out: it is *in
doubt*. It is not repeated by us; the model and the user are told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskchat.chat.records import Step

IN_DOUBT = (
    "No answer came, so it is not known whether this call was carried out. It was not repeated."
    " Check that before you do it again, and tell the person."
)
NOTHING_READ = (
    "No answer came. This tool only reads, so nothing was changed; call it again if needed."
)


def begun(call_id: str, name: str, *, only_reads: bool) -> Mapping[str, Any]:
    """What is written down of a call before it is made."""
    return {"id": call_id, "name": name, "only_reads": only_reads}


def result_of(step: Step) -> Mapping[str, Any]:
    """The result of a call (`id`, `name`, `ok`, `result`) as its step tells it.

    Of a call in doubt it has `in_doubt`, too. One that is still on its way counts as in doubt: that
    is what it is, should nothing more be written.
    """
    if step.kind == "effect":
        return step.body
    named = {"id": step.body["id"], "name": step.body["name"], "ok": False}
    if step.body.get("only_reads"):
        return {**named, "result": NOTHING_READ}
    return {**named, "result": IN_DOUBT, "in_doubt": True}
