"""What a sentence can ask for: the values that reading makes and planning carries out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from taskchat.dates.sentences import LocalDue

Verb = Literal["complete", "reopen", "delete", "restore", "update"]
Status = Literal["all", "pending", "completed"]
Field = Literal["title", "due_at", "priority", "description"]
Priority = Literal["low", "medium", "high"]
Topic = Literal[
    "greeting", "thanks", "help", "who", "fine", "off_topic", "nothing", "no_question", "left_alone",
    "bye", "too_long", "nothing_else", "no_undo", "cancelled", "what_to_add", "repeat_please", "silent", "no_day", "no_repeats",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DueIn:
    """Days from `first` to `last` in which tasks are due, or those that are overdue."""

    first: date | None = None
    last: date | None = None
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The words that say which tasks are meant, not yet looked up.

    `numbers` and `ordinals` are 1-based; the ordinal -1 is the last one. `background` is what the
    sentences before said, for "I called Amy. Delete that one."; `is_any` tells "one of them", `is_both`
    "both", `count` the number of "all three", `is_newest` "the new one", `offset` how many places after it "the one below it" is; `priority` is that of "the high priority one",
    `due` the days of "everything due today".
    """

    words: str = ""
    numbers: tuple[int, ...] = ()
    ordinals: tuple[int, ...] = ()
    is_all: bool = False
    is_plural: bool = False
    is_pronoun: bool = False
    is_other: bool = False
    status: Status = "all"
    but: str = ""
    background: str = ""
    is_any: bool = False
    is_both: bool = False
    count: int = 0
    is_newest: bool = False
    offset: int = 0
    priority: Priority | None = None
    due: DueIn | None = None

    @property
    def is_named(self) -> bool:
        """Whether words, a number or a place say which tasks are meant."""
        return bool(self.words or self.numbers or self.ordinals)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update sets; None and "" leave a field as it is.

    `shift` moves the due date that a task has. `title` stands for the part `instead_of` of the old title
    where that is set, and maybe for the part `maybe_for`, where a verb before it stays; where it is but a name (`is_name`), for the one
    name that the old title holds. `keeps_day` is set
    where only a time was told: the task keeps the day that it has, and where it was a bare hour ("at 7"),
    the half of the day; `keeps_month` where only a day of a month was. `count` is the bare number of "make it 15", which
    may stand for one in the title. `day_of` names the task whose day is meant. `is_reading` tells that `title` is what the title
    is to say, which may be a part of it; `adds_note` that the note a task has stays; `appends` and `drops` are words to be added to it and left out of it.
    """

    title: str = ""
    instead_of: str = ""
    maybe_for: str = ""
    is_name: bool = False
    is_reading: bool = False
    appends: str = ""
    drops: str = ""
    note: str = ""
    adds_note: bool = False
    priority: Priority | None = None
    due: LocalDue | None = None
    shift: timedelta = timedelta()
    keeps_day: bool = False
    is_open_hour: bool = False
    keeps_month: bool = False
    count: str = ""
    clears_due: bool = False
    clears_priority: bool = False
    clears_note: bool = False
    day_of: str = ""

    @property
    def are_none(self) -> bool:
        """Whether nothing is said about what to change."""
        return self == Changes()


@dataclass(frozen=True, slots=True)
class Add:
    """A task to be kept.

    `heard` are the words its title was made of. `is_hint` is set where they only told a need
    ("I need to …"), which may also lead up to another request; `is_bare` where nothing said that
    it is a new task ("call mom at 5"), so that one of that name may be meant. `then` is what is to
    be done to it at once ("… and mark it as done"); `day_of` names the task whose day is meant.
    """

    title: str
    due: LocalDue | None = None
    priority: Priority | None = None
    note: str = ""
    asks_reminder: bool = False
    asks_repeat: bool = False
    heard: str = ""
    is_hint: bool = False
    is_bare: bool = False
    then: Verb | None = None
    day_of: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Words that may be a task: asked about, not added."""

    add: Add


@dataclass(frozen=True, slots=True)
class Look:
    """A question about the list; `first` and `last` bound the due dates asked for.

    `is_soonest` asks for what is due next, `is_undated` for what has no date.
    `asks_one` is set where the question is whether some task is there, so that "no" is an answer;
    `of_focus` where it is about the task last spoken of ("when is that due?"), and `is_guess` where
    nothing but a task of that name makes it a question about the list.
    """

    status: Status = "pending"
    target: Target = field(default_factory=Target)
    counts: bool = False
    first: date | None = None
    last: date | None = None
    is_overdue: bool = False
    is_soonest: bool = False
    is_undated: bool = False
    priority: Priority | None = None
    asks_one: bool = False
    of_focus: bool = False
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """Words that need no tool; `retracts` where the wishes before them are not to be done either."""

    topic: Topic
    retracts: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """The wish to take back what the last turn did; `words` name the part of it that is meant.

    `field` is the one that "its old name" speaks of: it counts where the last turn has set that;
    `is_of_last` is set where it may be small talk ("never mind"): it counts right after a change only.
    """

    words: str = ""
    field: Field | None = None
    is_of_last: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """A change to tasks that exist.

    `otherwise` marks a doubtful reading: the act counts only where a task clearly fits, else
    `otherwise` is what was meant. `is_hedged` marks words like "maybe" or "if": it is asked about.
    `said` is the clause it was read from, "" where nothing in it is open to doubt. `is_stated` tells
    that the words name a task and nothing else, so that they fit where a title holds all of them.
    `is_gist` tells that no form was recognised, so that a title must hold every one of the words.
    `deed` is the stem of the verb that told it as done: of "sent it" the task to send something; `state`
    is how things stand that tells it as done: "the fridge is clean".
    """

    verb: Verb
    target: Target
    changes: Changes = field(default_factory=Changes)
    otherwise: Add | Offer | Talk | Act | None = None
    is_hedged: bool = False
    said: str = ""
    is_stated: bool = False
    is_gist: bool = False
    deed: str = ""
    state: str = ""

    @property
    def at_last(self) -> Add | Offer | Talk | None:
        """What was meant where no task fits any of the readings."""
        return self.otherwise.at_last if isinstance(self.otherwise, Act) else self.otherwise


@dataclass(frozen=True, slots=True)
class Tail:
    """A wish and an act after "and", which are one title where the act fits no task."""

    head: Add | Act
    act: Act
    whole: Add | Act


@dataclass(frozen=True, slots=True)
class Same:
    """Only a task is said ("and the second", "the rent too"): the last act again, on that task.

    `words` are what was said, where they may also be a new task after a new task.
    """

    target: Target
    words: str = ""
    otherwise: Add | Offer | None = None


@dataclass(frozen=True, slots=True)
class Correct:
    """The last act was wrong: take it back and do it to this task, or with these words or date.

    `words` are all that was said in its place and `wrong` what they stand for; `changes` is the
    date or priority that was said instead; `otherwise` is what was asked for where there is nothing
    to correct. `verb` is set where the words tell the act that was meant ("it's the hedge that I
    finished"), with the stem of its verb as `deed`: the last act counts only where it is the same. `is_exchange` tells that words of a title are spoken of, of any task, and
    `is_told_of` that a task counts only where its title shares a noun with the target, `is_in_mind` that it
    counts only where it was spoken of, and `is_firm` ("it's not X, it's Y") the same where any task was.
    """

    target: Target
    words: str = ""
    wrong: str = ""
    changes: Changes = field(default_factory=Changes)
    otherwise: tuple[Request, ...] = ()
    verb: Verb | None = None
    deed: str = ""
    is_exchange: bool = False
    is_told_of: bool = False
    is_in_mind: bool = False
    is_firm: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """Acts that a clause may hold side by side, each of which must fit a task; else what it is as a whole."""

    parts: tuple[Request, ...]
    whole: tuple[Request, ...]


Request = Add | Offer | Look | Talk | Undo | Act | Tail | Same | Correct | Parts
