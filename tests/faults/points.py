"""The places where a turn can be hurt, in the order of its life."""

POINTS = (
    "open.before",
    "open.after",
    "think.before",
    "think.after",
    "act.before",
    "act.inside",
    "act.after",
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
BETWEEN = ("open.inside", "close.inside")
"""Which exist only where a guard is broken: between two transactions that should be one."""
