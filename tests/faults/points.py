"""The places where a turn can be hurt, in the order of its life.

Where a guard is broken there are also `open.between`, `act.between`, `begin.between` and
`close.between`: between two writes that should be one.
"""

POINTS = (
    "open.before",
    "open.after",
    "think.before",
    "think.after",
    "act.before",
    "act.inside",
    "act.after",
    "begin.before",
    "begin.inside",
    "begin.after",
    "result.before",
    "result.after",
    "tell.before",
    "tell.after",
    "close.before",
    "close.after",
    "claim.after",
    "load.after",
    "renew.before",
    "continue.after",
    "cancel.after",
)
