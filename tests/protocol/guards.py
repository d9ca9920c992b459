"""The guards of the protocol, each of which the search can switch off."""

from __future__ import annotations

GUARDS = {
    "act_epoch": "the epoch in the WHERE of act",
    "act_same_stmt": "the epoch is tested in the statement that writes (act)",
    "close_epoch": "the epoch in the WHERE of close",
    "close_same_stmt": "the epoch is tested in the statement that writes (close)",
    "effect_with_step": "effect and step in one transaction (else the effect first)",
    "step_first": "the same (else the step first)",
    "step_unique": "unique (turn, idx)",
    "running_unique": "a partial unique index on the running turn",
    "key_unique": "unique (user, key)",
    "key_same_tx": "the key in the transaction of the turn",
    "seq_lock": "seq from the counter of the locked conversation",
    "history_check": "history read after the lock",
    "takeover_epoch": "a take-over raises the epoch",
    "takeover_atomic": "a take-over tests in the statement that writes",
    "cancel_fence": "cancel raises the epoch (else the epoch alone is in the WHERE)",
    "db_clock": "leases by the database's clock (else one copy's is ahead)",
    "db_clock_slow": "the same (else every copy's is behind for ever)",
    "close_one_tx": "reply and status in one transaction",
    "continue_last": "only the last turn of a conversation is continued",
    "continue_epoch": "continue raises the epoch",
    "continue_rows": "a later turn is looked for (else last_seq is compared)",
    "open_uid": "an open whose answer was lost is looked up (else sent anew)",
    "ticket_expiry": "tickets of waiters that died run out",
    "ticket_order": "an open yields to older tickets",
    "delete_ends": "delete ends the running turn in its transaction",
    "begin_first": "a call on another server is recorded before it is made",
    "recover": "any copy takes over (else only the owner goes on)",
    "offer_free": "a hand-over does not count as a take-over",
}
