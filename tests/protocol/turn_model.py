"""The protocol of a turn as a model, searched state by state: `docs/turn-protocol.md` in code.

Breadth first over every interleaving of two server copies, some clients and one database, with budgets
for crashes, pauses, lost answers, model failures, cancels, deletes, hand-overs and retries.

    python -m tests.protocol.turn_model             every scenario, all guards on: must find nothing
    python -m tests.protocol.turn_model --broken    each guard off in turn: must find a violation
    … --only NAME   one scenario;  --guard NAME   one guard off;  --trace   the shortest history

Atomic is one database transaction. The open is two actions, `look` (its snapshot) and `write` (under
the row lock, unique indexes seen at once): the weakest reading of one READ COMMITTED statement. Time
is abstract: a lease may run out whenever its owner is not renewing it. A turn is stuck when no
continuation at all ends it, faults included or not.
"""

# pyright: basic
import argparse
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

# turn:    key conv st epoch lease useq attempt takeovers steps effects gen
KEY, CONV, ST, EP, LEASE, USEQ, ATT, TKO, STEPS, EFF, GEN = range(11)
# st: R running, C completed, F failed (may be continued), P failed for good, X cancelled. lease: 1 held, 0 run out, 2 offered
# steps, one letter each: d done, b begun outside, ? in doubt.   gen: ghost owner number, raised by every change of owner
# runner:  copy tid epoch pc idx history gen     handler: client copy pc info     client: phase tries answer
RUNG, MAXTKO = "R", 3
BUDGETS = ("crash", "pause", "lost", "fail", "cancel", "leave", "delete", "term")

GUARDS = {
    "act_epoch": "epoch in the WHERE of act",
    "act_same_stmt": "epoch checked in the statement that writes (act)",
    "close_epoch": "epoch in the WHERE of close",
    "close_same_stmt": "epoch checked in the statement that writes (close)",
    "effect_with_step": "effect and step in one transaction (else effect first)",
    "step_first": "same, else step first",
    "step_unique": "unique (turn, index)",
    "running_unique": "partial unique index on the running turn",
    "key_unique": "unique (user, key)",
    "key_same_tx": "key in the transaction of the turn",
    "seq_lock": "seq from the counter of the locked conversation row",
    "history_check": "history read again if the row moved",
    "takeover_epoch": "take-over raises the epoch",
    "takeover_atomic": "take-over conditional on the epoch it saw",
    "cancel_fence": "cancel raises the epoch (epoch alone is in WHERE)",
    "db_clock": "lease by the database clock (else one copy is ahead)",
    "db_clock_slow": "same, else all copies are behind for ever",
    "close_one_tx": "message and status in one transaction",
    "continue_last": "only the last turn of a conversation is continued",
    "continue_epoch": "continue raises the epoch",
    "continue_rows": "a later turn is looked for (else last_seq compared)",
    "open_uid": "an open whose answer was lost is looked up (else sent anew)",
    "ticket_expiry": "tickets of dead waiters run out",
    "ticket_order": "an open yields to older tickets",
    "delete_ends": "delete ends the running turn in its transaction",
    "begin_first": "a call on another server is recorded before it is made",
    "recover": "any copy takes over (else only the owner goes on)",
    "offer_free": "a hand-over does not count as a take-over",
}


class Bad(Exception):
    """An invariant that does not hold."""


class Model:
    def __init__(self, keys: Any, clients: Any, off: Any = (), convs: int = 1, **budget: Any):
        self.keys, self.clients, self.off, self.convs = keys, clients, frozenset(off), convs
        self.bud0 = tuple(budget.get(b, 0) for b in BUDGETS)
        self.tries = budget.get("tries", 2)

    def on(self, guard):
        return guard not in self.off

    def start(self):
        n = self.convs
        return (
            (),
            ((0, 0),) * n,
            ((),) * n,
            ((),) * n,
            ("u", "u"),
            (),
            (),
            tuple((0, self.tries, None) for _ in self.clients),
            self.bud0,
            (),
        )

    # ---- one commit of each kind; each raises Bad where the ghost says that the writer had lost the turn ----
    def owned(self, t, r):
        if r[6] != t[GEN] or t[ST] != RUNG:
            raise Bad("write by an owner that had lost the turn")

    def fence(self, t, r, guard):
        ok = t[ST] == RUNG or not self.on("cancel_fence")
        return ok and (t[EP] == r[2] or not self.on(guard))

    @staticmethod
    def put(tup, i, v):
        return (*tup[:i], v, *tup[i + 1 :])

    @staticmethod
    def turn(t, **kw):
        t = list(t)
        for k, v in kw.items():
            t[globals()[k]] = v
        return tuple(t)

    def end(self, S, tid, st, **kw):
        """Status, message and counter in one transaction; the partial message of an earlier end is replaced."""
        turns, conv, msgs = S[0], S[1], S[2]
        t = turns[tid]
        if t[ST] in "CXP":
            raise Bad("an ended turn changed its end")
        c = t[CONV]
        if st == "C" or t[STEPS]:
            rest = (
                tuple(m for m in msgs[c] if not (m[2] == tid and m[1] == "a"))
                if t[ATT] > 1
                else msgs[c]
            )
            seq = t[USEQ] + 1
            msgs = self.put(msgs, c, (*rest, (seq, "a", tid, st)))
            conv = self.put(conv, c, (max(conv[c][0], seq), conv[c][1]))
        return (self.put(turns, tid, self.turn(t, ST=st, **kw)), conv, msgs, *S[3:])

    def effect(self, t, i):
        e = t[EFF] + (0,) * (i + 1 - len(t[EFF]))
        return self.put(e, i, e[i] + 1)

    # ---- every action ----
    def nexts(self, S):
        turns, conv, msgs, tick, cop, run, han, cli, bud, _resv = S
        out = []
        B = dict(zip(BUDGETS, bud, strict=False))

        def spend(b):
            i = BUDGETS.index(b)
            return self.put(bud, i, bud[i] - 1)

        def mk(label, **kw):
            names = ("turns", "conv", "msgs", "tick", "cop", "run", "han", "cli", "bud", "resv")
            s = tuple(kw.get(n, S[i]) for i, n in enumerate(names))
            out.append((label, (*s[:5], tuple(sorted(s[5])), tuple(sorted(s[6])), *s[7:])))

        def runs(old, *new):
            return tuple(x for x in run if x != old) + new

        def hans(old, *new):
            return tuple(x for x in han if x != old) + new

        self._runner_actions(S, B, mk, spend, runs)
        self._request_actions(S, B, mk, spend, runs, hans)
        # clients
        for i, (phase, tries, ans) in enumerate(cli):
            if phase in (0, 2) and tries:
                for c in (0, 1):
                    if cop[c] in "up":
                        mk(
                            f"client {i} sends to {c}",
                            cli=self.put(cli, i, (1, tries - 1, ans)),
                            han=(*han, (i, c, "look", ())),
                        )
            if phase == 1 and B["leave"]:
                mk(
                    f"client {i} leaves",
                    cli=self.put(cli, i, (2, tries, ans)),
                    bud=spend("leave"),
                    han=tuple(h if h[0] != i else (-1, *h[1:]) for h in han),
                    tick=tuple(tuple(x for x in q if x[0] != i) for q in tick),
                )
        # copies
        for c in (0, 1):
            if cop[c] == "u" and B["crash"]:
                lost = [h[0] for h in han if h[1] == c and h[0] >= 0]
                mk(
                    f"crash {c}",
                    cop=self.put(cop, c, "d"),
                    bud=spend("crash"),
                    run=tuple(r for r in run if r[0] != c),
                    han=tuple(h for h in han if h[1] != c),
                    cli=tuple((2, x[1], x[2]) if i in lost else x for i, x in enumerate(cli)),
                )
            if cop[c] == "u" and B["pause"]:
                mk(f"pause {c}", cop=self.put(cop, c, "p"), bud=spend("pause"))
            if cop[c] == "p":
                mk(f"resume {c}", cop=self.put(cop, c, "u"))
            if cop[c] == "d":
                mk(f"restart {c}", cop=self.put(cop, c, "u"))
            if cop[c] == "u" and B["term"] and cop[1 - c] == "u":
                ts = tuple(
                    self.turn(t, LEASE=2 if self.on("offer_free") else 0)
                    if t[ST] == RUNG and any(r[0] == c and r[1] == k and r[2] == t[EP] for r in run)
                    else t
                    for k, t in enumerate(turns)
                )
                lost = [h[0] for h in han if h[1] == c and h[0] >= 0]
                mk(
                    f"hand over {c}",
                    turns=ts,
                    cop=self.put(cop, c, "d"),
                    bud=spend("term"),
                    run=tuple(r for r in run if r[0] != c),
                    han=tuple(h for h in han if h[1] != c),
                    cli=tuple((2, x[1], x[2]) if i in lost else x for i, x in enumerate(cli)),
                )
        # leases, take-over, cancel
        faults = sum(self.bud0[BUDGETS.index(b)] - B[b] for b in ("crash", "pause", "lost"))
        for k, t in enumerate(turns):
            if t[ST] != RUNG:
                continue
            alive = any(r[1] == k and r[2] == t[EP] and cop[r[0]] == "u" for r in run)
            if t[LEASE] == 1 and not alive:
                mk(f"lease of {k} runs out", turns=self.put(turns, k, self.turn(t, LEASE=0)))
            for c in (0, 1):
                if cop[c] != "u":
                    continue
                early = (
                    not self.on("db_clock")
                    and c == 0
                    and t[LEASE] == 1
                    and t[TKO] < 1 + faults
                    and not any(r[0] == c and r[1] == k for r in run)
                )
                late = not self.on("db_clock_slow")
                if ((t[LEASE] != 1 and not late) or early) and self.on("recover"):
                    if t[TKO] >= MAXTKO and t[LEASE] != 2:
                        mk(
                            f"{c} gives {k} up",
                            **self._named(self.end(S, k, "P", EP=t[EP] + 1, GEN=t[GEN] + 1)),
                        )
                        continue
                    ep = t[EP] + (1 if self.on("takeover_epoch") else 0)
                    steps = t[STEPS].replace("b", "?")
                    tk = t[TKO] + (0 if t[LEASE] == 2 else 1)
                    if tk > faults:
                        raise Bad("a turn was taken over though nothing had failed")
                    nt = self.turn(t, EP=ep, LEASE=1, TKO=tk, STEPS=steps, GEN=t[GEN] + 1)
                    hist = sum(1 for m in msgs[t[CONV]] if m[0] < t[USEQ])
                    nr = (c, k, ep, "go", len(steps), hist, t[GEN] + 1)
                    if self.on("takeover_atomic"):
                        mk(f"{c} takes over {k}", turns=self.put(turns, k, nt), run=(*run, nr))
                        if B[
                            "lost"
                        ]:  # claimed, and the claimer does not know: the lease runs out once more
                            mk(
                                f"{c} takes over {k}, answer lost",
                                turns=self.put(turns, k, nt),
                                bud=spend("lost"),
                            )
                    elif t[LEASE] == 0 and not any(r[0] == c and r[1] == k for r in run):
                        mk(
                            f"{c} sees {k} run out",
                            run=(*run, (c, k, ep, "claim", len(steps), hist, t[GEN] + 1)),
                        )
            if B["cancel"]:
                kw = {
                    "GEN": t[GEN] + 1,
                    "EP": t[EP] + (1 if self.on("cancel_fence") else 0),
                    "STEPS": t[STEPS].replace("b", "?"),
                }
                mk(
                    f"cancel {k}",
                    **{**self._named(self.end(S, k, "X", **kw)), "bud": spend("cancel")},
                )
        if B["delete"] and not conv[0][1]:
            s = S
            if self.on("delete_ends"):
                for k, t in enumerate(turns):
                    if t[CONV] == 0 and t[ST] == RUNG:
                        s = self.end(
                            s,
                            k,
                            "X",
                            GEN=t[GEN] + 1,
                            EP=t[EP] + 1,
                            STEPS=t[STEPS].replace("b", "?"),
                        )
            mk(
                "delete conversation 0",
                **{
                    **self._named(s),
                    "conv": self.put(s[1], 0, (s[1][0][0], 1)),
                    "bud": spend("delete"),
                },
            )
        return out

    @staticmethod
    def _named(S):
        return {"turns": S[0], "conv": S[1], "msgs": S[2]}

    def _runner_actions(self, S, B, mk, spend, runs):
        turns, conv, msgs, _tick, cop, run, _han, _cli, _bud, _resv = S
        for r in run:
            c, k, ep, pc, i, hist, gen = r
            if cop[c] != "u":
                continue
            t = turns[k]
            prog = self.keys[t[KEY]][1]
            if pc == "claim":  # broken take-over: its write does not repeat the test
                nt = self.turn(
                    t,
                    EP=max(ep, t[EP]),
                    LEASE=1,
                    TKO=t[TKO] + 1,
                    STEPS=t[STEPS].replace("b", "?"),
                    GEN=t[GEN] + 1,
                )
                if t[ST] == RUNG:
                    mk(
                        f"{c} claims {k}",
                        turns=self.put(turns, k, nt),
                        run=runs(r, (c, k, ep, "go", len(t[STEPS]), hist, t[GEN] + 1)),
                    )
                else:
                    mk(f"{c} drops {k}", run=runs(r))
                continue
            if t[USEQ] - 1 != hist:
                raise Bad("the model was given a history with a hole")
            last = i >= len(prog)
            outside = not last and prog[i] == "X"
            guard = "close_epoch" if last else "act_epoch"
            if pc == "go" and not self.on("close_same_stmt" if last else "act_same_stmt"):
                if self.fence(t, r, guard):  # broken: test here, write later without it
                    mk(f"{c} checks {k}", run=runs(r, (c, k, ep, "checked", i, hist, gen)))
                else:
                    mk(f"{c} is fenced off {k}", run=runs(r))
                continue
            if pc in ("go", "checked") and not (pc == "checked" or self.fence(t, r, guard)):
                mk(f"{c} is fenced off {k}", run=runs(r))
                continue
            # a close
            if last:
                if pc == "close2":
                    self.owned(t, r) if self.on("close_epoch") else None
                    if t[ST] == RUNG and t[EP] == ep:
                        mk(
                            f"{c} sets status of {k}",
                            turns=self.put(turns, k, self.turn(t, ST="C")),
                            run=runs(r),
                        )
                    else:
                        mk(f"{c} is fenced off {k}", run=runs(r))
                    continue
                self.owned(t, r)
                if not self.on("close_one_tx"):
                    cv, seq = t[CONV], t[USEQ] + 1
                    mk(
                        f"{c} stores reply of {k}",
                        msgs=self.put(msgs, cv, msgs[cv] + ((seq, "a", k, "C"),)),
                        conv=self.put(conv, cv, (seq, conv[cv][1])),
                        run=runs(r, (c, k, ep, "close2", i, hist, gen)),
                    )
                    continue
                if not self.on("delete_ends") and conv[t[CONV]][1]:
                    mk(
                        f"{c} cannot close {k}", run=runs(r)
                    )  # broken delete: the conversation is gone, the turn is not
                    continue
                done = self._named(self.end(S, k, "C"))
                mk(f"{c} closes {k}", **done, run=runs(r))
                if B["lost"]:  # committed or not, the owner saw an error and sends the same again
                    mk(
                        f"{c} closes {k}, answer lost",
                        **done,
                        bud=spend("lost"),
                        run=runs(r, (c, k, ep, "go", i, hist, gen)),
                    )
                self._fail(S, r, B, mk, spend, runs)
                continue
            # an act on another server: begin, call, result
            if outside:
                if i < len(t[STEPS]) and pc == "go":
                    mk(f"{c} finds step {i}", run=runs(r, (c, k, ep, "go", i + 1, hist, gen)))
                elif pc == "go":
                    self.owned(t, r)
                    if self.on("begin_first"):
                        mk(
                            f"{c} begins {k}.{i}",
                            turns=self.put(turns, k, self.turn(t, STEPS=t[STEPS] + "b")),
                            run=runs(r, (c, k, ep, "call", i, hist, gen)),
                        )
                    else:
                        mk(
                            f"{c} calls {k}.{i} unrecorded",
                            turns=self.put(turns, k, self.turn(t, EFF=self.effect(t, i))),
                            run=runs(r, (c, k, ep, "result", i, hist, gen)),
                        )
                elif pc == "call":
                    mk(
                        f"{c} calls {k}.{i}",
                        turns=self.put(turns, k, self.turn(t, EFF=self.effect(t, i))),
                        run=runs(r, (c, k, ep, "result", i, hist, gen)),
                    )
                elif self.fence(t, r, guard):
                    self.owned(t, r)
                    mk(
                        f"{c} has result {k}.{i}",
                        turns=self.put(turns, k, self.turn(t, STEPS=t[STEPS][:i] + "d")),
                        run=runs(r, (c, k, ep, "go", i + 1, hist, gen)),
                    )
                else:
                    mk(f"{c} is fenced off {k}", run=runs(r))
                continue
            # an act on our tasks: effect and step together
            if (
                i < len(t[STEPS]) and self.on("step_unique") and pc != "half"
            ):  # unique (turn, index): it is there already
                mk(f"{c} finds step {i}", run=runs(r, (c, k, ep, "go", i + 1, hist, gen)))
                continue
            if pc == "half":  # second half of a broken act
                if not self.fence(t, r, guard):
                    mk(f"{c} is fenced off {k}", run=runs(r))
                elif not self.on("effect_with_step"):
                    mk(
                        f"{c} records {k}.{i}",
                        turns=self.put(turns, k, self.turn(t, STEPS=t[STEPS] + "d")),
                        run=runs(r, (c, k, ep, "go", i + 1, hist, gen)),
                    )
                else:
                    mk(
                        f"{c} does {k}.{i}",
                        turns=self.put(turns, k, self.turn(t, EFF=self.effect(t, i))),
                        run=runs(r, (c, k, ep, "go", i + 1, hist, gen)),
                    )
                continue
            self.owned(t, r)
            if not self.on("effect_with_step"):
                mk(
                    f"{c} does {k}.{i}",
                    turns=self.put(turns, k, self.turn(t, EFF=self.effect(t, i))),
                    run=runs(r, (c, k, ep, "half", i, hist, gen)),
                )
            elif not self.on("step_first"):
                mk(
                    f"{c} records {k}.{i}",
                    turns=self.put(turns, k, self.turn(t, STEPS=t[STEPS] + "d")),
                    run=runs(r, (c, k, ep, "half", i, hist, gen)),
                )
            else:
                nt = self.put(turns, k, self.turn(t, STEPS=t[STEPS] + "d", EFF=self.effect(t, i)))
                mk(f"{c} acts {k}.{i}", turns=nt, run=runs(r, (c, k, ep, "go", i + 1, hist, gen)))
                if B["lost"]:
                    mk(
                        f"{c} acts {k}.{i}, answer lost",
                        turns=nt,
                        bud=spend("lost"),
                        run=runs(r, (c, k, ep, "go", i, hist, gen)),
                    )
            self._fail(S, r, B, mk, spend, runs)

    def _fail(self, S, r, B, mk, spend, runs):
        if B["fail"]:  # the model refused: an end that the same key may continue
            done = self._named(self.end(S, r[1], "F"))
            mk(f"{r[0]} fails {r[1]}", **done, bud=spend("fail"), run=runs(r))
            if B["lost"]:
                i, j = BUDGETS.index("fail"), BUDGETS.index("lost")
                mk(
                    f"{r[0]} fails {r[1]}, answer lost",
                    **done,
                    run=runs(r, (*r[:3], "go", *r[4:])),
                    bud=self.put(self.put(S[8], i, S[8][i] - 1), j, S[8][j] - 1),
                )

    def _request_actions(self, S, B, mk, spend, runs, hans):
        turns, conv, msgs, tick, cop, run, han, cli, _bud, resv = S

        def answer(h, tid, st):
            i = h[0]
            if i < 0:
                return {"han": hans(h)}
            _phase, tries, ans = cli[i]
            if st in "CXP" and ans and ans != (tid, st):
                raise Bad("one key, two answers")
            final = st in "CXPN" or not tries
            return {
                "han": hans(h),
                "cli": self.put(
                    cli, i, (3 if final else 2, tries, (tid, st) if st in "CXP" else ans)
                ),
            }

        for h in han:
            i, c, pc, info = h
            if cop[c] != "u":
                continue
            key = self.clients[i] if i >= 0 else (info[-1] if info else None)
            if key is None:  # its client left before anything was stored: nothing to keep
                mk("request dropped", han=hans(h))
                continue
            cv = self.keys[key][0]
            mine = tuple(x for x in tick[cv] if x != (i, c))
            ahead = (
                self.on("ticket_order") and any(True for x in tick[cv][: tick[cv].index((i, c))])
                if (i, c) in tick[cv]
                else self.on("ticket_order") and bool(tick[cv])
            )
            if pc == "look":
                found = next((n for n, t in enumerate(turns) if t[KEY] == key), -1)
                if found < 0 and key in resv and not self.on("key_same_tx"):
                    found = -2
                seen = (
                    found,
                    turns[found][ST] if found >= 0 else "",
                    turns[found][EP] if found >= 0 else 0,
                    any(t[CONV] == cv and t[ST] == RUNG for t in turns),
                    conv[cv][0],
                    len(msgs[cv]),
                    key,
                )
                if found < 0 and not self.on("key_same_tx") and key not in resv:
                    mk(
                        f"{c} reserves key {key}",
                        han=hans(h, (i, c, "write", seen)),
                        resv=(*resv, key),
                    )
                else:
                    mk(f"{c} looks for {key}", han=hans(h, (i, c, "write", seen)))
            elif pc == "write":
                found, _st, _ep, busy, seq, nmsg, _ = info
                q = self.put(tick, cv, mine)
                if conv[cv][1]:
                    mk("404", **answer(h, -1, "N"), tick=q)
                elif found == -2:
                    mk("key in use", han=hans(h, (i, c, "look", ())))
                elif found >= 0:
                    t = turns[found]
                    later = conv[cv][0] > t[USEQ] + 1 or (
                        self.on("continue_rows")
                        and any(x[CONV] == cv and x[USEQ] > t[USEQ] for x in turns)
                    )
                    runs_now = any(x[CONV] == cv and x[ST] == RUNG for x in turns)
                    if t[ST] == "F" and (
                        (not later and not runs_now)
                        or (not self.on("continue_last") and not runs_now)
                    ):
                        up = 1 if self.on("continue_epoch") else 0
                        nt = self.turn(
                            t,
                            ST=RUNG,
                            EP=t[EP] + up,
                            LEASE=1,
                            ATT=t[ATT] + 1,
                            GEN=t[GEN] + 1,
                            STEPS=t[STEPS].replace("b", "?"),
                        )
                        hist = sum(1 for m in msgs[cv] if m[0] < t[USEQ])
                        mk(
                            f"{c} continues {found}",
                            turns=self.put(turns, found, nt),
                            tick=q,
                            han=hans(h, (i, c, "listen", (found, key))),
                            run=(*run, (c, found, nt[EP], "go", len(nt[STEPS]), hist, nt[GEN])),
                        )
                    else:
                        mk(
                            f"{c} attaches to {found}",
                            han=hans(h, (i, c, "listen", (found, key))),
                            tick=q,
                        )
                elif busy or ahead:
                    qq = tick if (i, c) in tick[cv] else self.put(tick, cv, tick[cv] + ((i, c),))
                    mk(f"{c} waits for {key}", han=hans(h, (i, c, "queue", (key,))), tick=qq)
                elif self.on("key_unique") and any(t[KEY] == key for t in turns):
                    mk("key clash", han=hans(h, (i, c, "look", ())))
                elif self.on("running_unique") and any(
                    t[CONV] == cv and t[ST] == RUNG for t in turns
                ):
                    mk("running clash", han=hans(h, (i, c, "look", ())))
                else:
                    if any(
                        g[0] == x[0] and g[1] == x[1] and g[0] >= 0 and cop[g[1]] == "u"
                        for g in han
                        for x in (
                            tick[cv][: tick[cv].index((i, c))] if (i, c) in tick[cv] else tick[cv]
                        )
                    ):
                        raise Bad("a message overtook an older one that waits")
                    base = conv[cv][0] if self.on("seq_lock") else seq
                    hist = len(msgs[cv]) if self.on("history_check") else nmsg
                    k = len(turns)
                    if k < 4:
                        nt = (*turns, (key, cv, RUNG, 1, 1, base + 1, 1, 0, "", (), 0))
                        kw = {
                            "turns": nt,
                            "tick": q,
                            "conv": self.put(conv, cv, (base + 1, conv[cv][1])),
                            "msgs": self.put(msgs, cv, msgs[cv] + ((base + 1, "u", k, ""),)),
                        }
                        nr = (c, k, 1, "go", 0, hist, 0)
                        mk(
                            f"{c} opens {k} for {key}",
                            **kw,
                            han=hans(h, (i, c, "listen", (k, key))),
                            run=(*run, nr),
                        )
                        if B["lost"]:
                            if self.on(
                                "open_uid"
                            ):  # the same statement again finds its own turn; if not, the lease runs out
                                mk(
                                    f"{c} opens {k}, answer lost",
                                    **kw,
                                    han=hans(h, (i, c, "listen", (k, key))),
                                    bud=spend("lost"),
                                    run=run,
                                )
                                mk(
                                    f"{c} opens {k}, answer lost, found",
                                    **kw,
                                    han=hans(h, (i, c, "listen", (k, key))),
                                    bud=spend("lost"),
                                    run=(*run, nr),
                                )
                            else:
                                nt2 = self.put(nt, k, self.turn(nt[k], KEY=key))
                                mk(
                                    f"{c} opens {k}, answer lost",
                                    **{**kw, "turns": nt2},
                                    bud=spend("lost"),
                                    han=hans(h, (i, c, "anew", info)),
                                )
            elif (
                pc == "anew"
            ):  # broken: the lost open is taken for a failure and made again without its name
                k = len(turns)
                if not any(t[CONV] == cv and t[ST] == RUNG for t in turns) and k < 4:
                    b = conv[cv][0] + 1
                    mk(
                        f"{c} opens {k} anew",
                        turns=(*turns, (key, cv, RUNG, 1, 1, b, 1, 0, "", (), 0)),
                        conv=self.put(conv, cv, (b, conv[cv][1])),
                        msgs=self.put(msgs, cv, msgs[cv] + ((b, "u", k, ""),)),
                        han=hans(h, (i, c, "listen", (k, key))),
                        run=(*run, (c, k, 1, "go", 0, b - 1, 0)),
                    )
            elif pc == "queue":
                if i < 0:
                    mk("waiter whose client left", han=hans(h), tick=self.put(tick, cv, mine))
                    continue
                mk(f"{c} tries {key} again", han=hans(h, (i, c, "look", ())))
                mk(f"409 for {key}", **answer(h, -1, "B"), tick=self.put(tick, cv, mine))
            elif pc == "listen" and turns[info[0]][ST] != RUNG:
                mk(f"{c} answers {key}", **answer(h, info[0], turns[info[0]][ST]))
        # tickets whose waiter is gone run out
        if self.on("ticket_expiry"):
            for cv in range(self.convs):
                for x in tick[cv]:
                    if not any(h[0] == x[0] and h[1] == x[1] and cop[h[1]] == "u" for h in han):
                        mk(
                            "ticket runs out",
                            tick=self.put(tick, cv, tuple(y for y in tick[cv] if y != x)),
                        )

    # ---- invariants of a state ----
    def check(self, S):
        turns, _conv, msgs = S[0], S[1], S[2]
        seen = set()
        for _k, t in enumerate(turns):
            if t[KEY] in seen:
                raise Bad("one key, two turns")
            seen.add(t[KEY])
            prog = self.keys[t[KEY]][1]
            for i, letter in enumerate(prog):
                n = t[EFF][i] if i < len(t[EFF]) else 0
                s = t[STEPS][i] if i < len(t[STEPS]) else "-"
                if n > 1:
                    raise Bad("an effect happened twice")
                if s == "d" and n != 1 and t[ST] != RUNG:
                    raise Bad("a step says done, its effect is missing")
                if letter == "L" and s == "-" and n and t[ST] != RUNG:
                    raise Bad("an effect without its step")
            if len(t[STEPS]) > len(prog):
                raise Bad("a step was stored twice")
            if t[ST] != RUNG and "b" in t[STEPS] and t[ST] != "F":
                raise Bad("an ended turn has a call without result")
        for c in range(self.convs):
            if sum(1 for t in turns if t[CONV] == c and t[ST] == RUNG) > 1:
                raise Bad("two running turns in one conversation")
            got = sorted(m[0] for m in msgs[c])
            if got != list(range(1, len(got) + 1)):
                raise Bad("seq is not 1..n")
            for seq, role, tid, _ in msgs[c]:
                if seq != turns[tid][USEQ] + (role == "a"):
                    raise Bad("a reply does not stand after its question")

    def good(self, S):
        return (
            all(t[ST] != RUNG for t in S[0])
            and not S[6]
            and not any(S[3])
            and all(x[0] == 3 or not x[1] for x in S[7])
        )


def explore(
    m: Model, limit: int = 6_000_000, seconds: float = 900
) -> tuple[int, int, str | None, Sequence[str]]:
    """Returns (states, transitions, violation or None, its shortest history)."""
    s0 = m.start()
    parent: dict = {s0: None}
    order, edges, begun = [s0], {}, time.time()
    todo, trans = deque([s0]), 0

    def path(s, extra=()):
        steps = list(extra)
        while parent[s]:
            s, label = parent[s]
            steps.insert(0, label)
        return steps

    while todo:
        s = todo.popleft()
        try:
            m.check(s)
            nxt = m.nexts(s)
        except Bad as e:
            return len(parent), trans, str(e), path(s)
        ids = []
        for label, n in nxt:
            trans += 1
            if n not in parent:
                parent[n] = (s, label)
                todo.append(n)
                order.append(n)
            ids.append(n)
        edges[s] = ids
        if len(parent) > limit or time.time() - begun > seconds:
            return len(parent), trans, "LIMIT", []
    # AG EF good: walk back from the good states
    back = {}
    for s, ns in edges.items():
        for n in ns:
            back.setdefault(n, []).append(s)
    live = [s for s in order if m.good(s)]
    ok = set(live)
    while live:
        for p in back.get(live.pop(), ()):
            if p not in ok:
                ok.add(p)
                live.append(p)
    for s in order:
        if s not in ok:
            return len(parent), trans, "stuck: nothing can end it", path(s)
    return len(parent), trans, None, []


AB = {"A": (0, "L"), "B": (0, "")}
SCENARIOS: dict[str, dict[str, Any]] = {
    "two keys; two model failures": {"keys": AB, "clients": "AB", "fail": 2, "tries": 2},
    "one key; two failures, pause, cancel, continue": {
        "keys": {"A": (0, "LL")},
        "clients": "A",
        "fail": 2,
        "pause": 1,
        "cancel": 1,
        "tries": 3,
    },
    "one key twice; failure, lost answer, continue": {
        "keys": {"A": (0, "L")},
        "clients": "AA",
        "fail": 1,
        "lost": 1,
        "tries": 2,
    },
    "poison: five crashes": {
        "keys": {"A": (0, "L")},
        "clients": "A",
        "crash": 5,
        "term": 1,
        "tries": 2,
    },
    "three messages queue in one conversation": {
        "keys": {"A": (0, ""), "B": (0, ""), "D": (0, "")},
        "clients": "ABD",
        "leave": 1,
        "tries": 1,
    },
    "two conversations; crash, lost answer": {
        "keys": {"A": (0, "L"), "B": (1, "")},
        "clients": "AB",
        "convs": 2,
        "crash": 1,
        "lost": 1,
        "tries": 2,
    },
    "two keys; delete, pause, lost answer": {
        "keys": AB,
        "clients": "AB",
        "pause": 1,
        "delete": 1,
        "lost": 1,
    },
    "two keys; model failure, crash, continue": {
        "keys": AB,
        "clients": "AB",
        "crash": 1,
        "fail": 1,
        "tries": 3,
    },
    "two keys, one conversation; crash, pause": {
        "keys": AB,
        "clients": "AB",
        "crash": 1,
        "pause": 1,
    },
    "one key; two crashes, pause, two lost answers, cancel": {
        "keys": {"A": (0, "LL")},
        "clients": "A",
        "crash": 2,
        "pause": 1,
        "lost": 2,
        "cancel": 1,
        "tries": 3,
    },
    "two keys; hand-over, crash": {"keys": AB, "clients": "AB", "crash": 1, "term": 1, "tries": 2},
    "one key twice; crash, pause, lost answer": {
        "keys": {"A": (0, "L")},
        "clients": "AA",
        "crash": 1,
        "pause": 1,
        "lost": 1,
    },
    "call on another server; crash, pause, cancel": {
        "keys": {"A": (0, "XL")},
        "clients": "AA",
        "crash": 1,
        "pause": 1,
        "cancel": 1,
    },
    "two keys; client leaves, cancel, crash": {
        "keys": AB,
        "clients": "AB",
        "crash": 1,
        "leave": 1,
        "cancel": 1,
    },
}


def broken(guard, only=""):
    """The first scenario in which switching the guard off is noticed."""
    total = 0
    for name, kw in ((n, kw) for n, kw in SCENARIOS.items() if only in n):
        n, _tr, bad, trace = explore(Model(off={guard}, **kw), seconds=120)
        total += n
        if bad and bad != "LIMIT":
            return name, n, bad, trace, total
    return None, total, None, [], total


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--broken", action="store_true")
    p.add_argument("--guard")
    p.add_argument("--only")
    p.add_argument("--trace", action="store_true")
    a = p.parse_args()
    rc = 0
    if a.broken or a.guard:
        for g in [a.guard] if a.guard else GUARDS:
            name, n, bad, trace, _total = broken(g, a.only or "")
            print(
                f"{g:17} {bad or 'NOT NOTICED'!s:58} {n:>8} states  {len(trace):>2} actions  [{name}]",
                flush=True,
            )
            rc |= not bad
            if a.trace:
                print("    " + "\n    ".join(trace))
    else:
        for name, kw in SCENARIOS.items():
            if a.only and a.only not in name:
                continue
            t = time.time()
            n, tr, bad, trace = explore(Model(**kw))
            print(
                f"{name:56} {n:>9} states {tr:>10} transitions {time.time() - t:6.1f} s  {bad or 'ok'}",
                flush=True,
            )
            rc |= bool(bad)
            if bad and a.trace:
                print("    " + "\n    ".join(trace))
    return rc


if __name__ == "__main__":
    sys.exit(main())
