"""REST for the to-do list: `/api/{user_id}/tasks`.

A route reads the request, opens one transaction and tells what came of it; the rules are the
service's.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from taskchat.auth.principal import Principal
from taskchat.dates.due import Due, read_due
from taskchat.errors import FieldError, InvalidInputError, NotAllowedError
from taskchat.http.deps import CurrentUser, parts_of
from taskchat.http.refusals import refusals
from taskchat.http.requests import Body, PathUserId, read_json, takes, zone_of
from taskchat.tasks.fields import (
    LARGEST_ID,
    PAGE_LIMIT,
    Description,
    Priority,
    Search,
    Sort,
    Status,
    Title,
)
from taskchat.tasks.records import TaskRecord
from taskchat.tasks.service import Changes, Task, TaskList

_TITLE = "What is to be done."
_MORE = "More about it."
_DONE = "Whether it is done."
_PRIORITY = "How much it matters."
_DUE = "An RFC 3339 date-time, or a date alone: all day in the request's `Time-Zone`."
DueText = Annotated[str, Field(examples=["2026-11-27T17:00:00+01:00", "2026-11-27"])]
AllDay = Annotated[
    bool | None, Field(description="Overrides what the form of `due_at` says; needs a `due_at`.")
]
_ALL_DAY_NEEDS_DUE: JsonDict = {
    "anyOf": [
        {"properties": {"all_day": {"enum": [False, None]}}},
        {"properties": {"due_at": {"type": "string"}}, "required": ["due_at"]},
    ]
}
"""For tools that read the schema; `dates/due.py` is where it is checked."""


class NewTask(Body):
    """What a task begins with."""

    model_config = ConfigDict(json_schema_extra=_ALL_DAY_NEEDS_DUE)

    title: Annotated[Title, Field(description=_TITLE, examples=["Buy milk"])]
    description: Annotated[Description | None, Field(description=_MORE)] = None
    priority: Annotated[Priority | None, Field(description=_PRIORITY)] = None
    due_at: Annotated[DueText | None, Field(description=_DUE)] = None
    all_day: AllDay = None


class WholeTask(NewTask):
    """All that can be said of a task; what is absent is cleared."""

    completed: Annotated[bool, Field(description=_DONE)] = False


class TaskChanges(Body):
    """What is to be different: absent fields stay as they are, null clears."""

    model_config = ConfigDict(json_schema_extra=_ALL_DAY_NEEDS_DUE)

    # What cannot be cleared takes no null; these two defaults are never read (nor published).
    title: Annotated[
        Title, Field(default_factory=str, description=_TITLE, examples=["Buy oat milk"])
    ]
    description: Annotated[Description | None, Field(description=_MORE)] = None
    completed: Annotated[bool, Field(default_factory=bool, description=_DONE)]
    priority: Annotated[Priority | None, Field(description=_PRIORITY)] = None
    due_at: Annotated[DueText | None, Field(description=_DUE)] = None
    all_day: AllDay = None


class Completion(Body):
    """Whether the task is done; absent: the opposite of what it was."""

    completed: Annotated[
        bool | None, Field(description="Done or not; absent or null turns it round.")
    ] = None


class ListQuery(BaseModel):
    """Which tasks, in which order."""

    model_config = ConfigDict(extra="forbid")

    status: Annotated[Status, Field(description="Which of them.")] = "all"
    q: Annotated[
        Search | None,
        Field(description="What title or description contains; upper and lower case are equal."),
    ] = None
    sort: Annotated[
        Sort,
        Field(
            description="`created_at` is the order of ids. Tasks without a due date or priority"
            " come last; high priority comes first."
        ),
    ] = "created_at"
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT, description="How many at most.")] = 100
    offset: Annotated[
        int, Field(ge=0, le=LARGEST_ID, description="How many of the first to leave out.")
    ] = 0


def _digits(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 20):
        message = "must be a whole number from 1"
        raise ValueError(message)
    return value


TaskNumber = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID),
    BeforeValidator(_digits),
    Path(description="A task's number, which counts per user from 1."),
]


async def path_user(user_id: PathUserId, principal: CurrentUser) -> Principal:
    """The user of the path, who must be the caller.

    Raises:
        NotAuthenticatedError: there is no good token.
        NotAllowedError: the path names someone else.
    """
    if user_id != principal.subject:
        raise NotAllowedError
    return principal


PathUser = Annotated[Principal, Depends(path_user)]


REFUSED = refusals("400 401 403 500", _403="The path names another user.")
NO_SUCH_TASK = refusals("404", _404="There is no such task of this user, or it was deleted.")
BAD_BODY = refusals("413 415")

router = APIRouter(prefix="/api/{user_id}/tasks", tags=["tasks"], responses=REFUSED)


@router.get(
    "",
    summary="List tasks",
    response_model=list[TaskRecord],
    responses={
        200: {
            "headers": {
                "X-Total-Count": {
                    "description": "How many tasks the whole list has.",
                    "schema": {"type": "integer"},
                }
            }
        }
    },
)
async def list_tasks(
    request: Request, principal: PathUser, query: Annotated[ListQuery, Query()]
) -> Response:
    """A page of the list; `X-Total-Count` tells how long the whole is."""
    tasks, total = await parts_of(request).db.read(
        lambda tx: TaskList(tx, principal.user).list(
            status=query.status,
            q=query.q,
            sort=query.sort,
            limit=query.limit,
            offset=query.offset,
        ),
        user=principal.user,
    )
    return JSONResponse([task.as_json() for task in tasks], headers={"X-Total-Count": str(total)})


@router.post(
    "",
    summary="Add a task",
    status_code=201,
    response_model=TaskRecord,
    responses=BAD_BODY,
    openapi_extra=takes(NewTask),
)
async def add_task(request: Request, principal: PathUser) -> Response:
    """Put a task on the list."""
    body = await read_json(request, NewTask)
    due = _due(body, request, principal)
    task = await parts_of(request).db.transaction(
        lambda tx: TaskList(tx, principal.user).add(
            body.title, description=body.description, priority=body.priority, due=due
        ),
        user=principal.user,
    )
    return _answer(task, 201)


@router.get("/{task_id}", summary="Read a task", response_model=TaskRecord, responses=NO_SUCH_TASK)
async def get_task(request: Request, principal: PathUser, task_id: TaskNumber) -> Response:
    """One task."""
    task = await parts_of(request).db.read(
        lambda tx: TaskList(tx, principal.user).get(task_id), user=principal.user
    )
    return _answer(task)


@router.put(
    "/{task_id}",
    summary="Replace a task",
    response_model=TaskRecord,
    responses=NO_SUCH_TASK | BAD_BODY,
    openapi_extra=takes(WholeTask),
)
async def replace_task(request: Request, principal: PathUser, task_id: TaskNumber) -> Response:
    """Say anew all that can be said of a task: what is absent is cleared, and not completed."""
    body = await read_json(request, WholeTask)
    due = _due(body, request, principal)
    changes = Changes(
        title=body.title,
        description=body.description,
        completed=body.completed,
        priority=body.priority,
        due=due,
    )
    return _answer(await _update(request, principal, task_id, changes))


@router.patch(
    "/{task_id}",
    summary="Change a task",
    response_model=TaskRecord,
    responses=NO_SUCH_TASK | BAD_BODY,
    openapi_extra=takes(TaskChanges),
)
async def change_task(request: Request, principal: PathUser, task_id: TaskNumber) -> Response:
    """Change what the body names: absent fields stay as they are, null clears."""
    body = await read_json(request, TaskChanges)
    changes = Changes()
    said = body.model_fields_set
    if "title" in said:
        changes["title"] = body.title
    if "description" in said:
        changes["description"] = body.description
    if "completed" in said:
        changes["completed"] = body.completed
    if "priority" in said:
        changes["priority"] = body.priority
    if "due_at" in said:
        changes["due"] = _due(body, request, principal)
    elif body.all_day is not None:
        changes["all_day"] = body.all_day
    return _answer(await _update(request, principal, task_id, changes))


@router.delete(
    "/{task_id}",
    summary="Delete a task",
    status_code=204,
    response_class=Response,
    responses=NO_SUCH_TASK,
)
async def delete_task(request: Request, principal: PathUser, task_id: TaskNumber) -> Response:
    """Take a task off the list; it can be restored, and its id is never used again."""
    await parts_of(request).db.transaction(
        lambda tx: TaskList(tx, principal.user).delete(task_id), user=principal.user
    )
    return Response(status_code=204)


@router.patch(
    "/{task_id}/complete",
    summary="Complete a task",
    response_model=TaskRecord,
    responses=NO_SUCH_TASK | BAD_BODY,
    openapi_extra={
        "requestBody": takes(Completion)["requestBody"] | {"required": False},
    },
)
async def complete_task(request: Request, principal: PathUser, task_id: TaskNumber) -> Response:
    """Set whether the task is done; without `completed` (or without a body) it is turned round."""
    body = await read_json(request, Completion) if await request.body() else Completion()
    task = await parts_of(request).db.transaction(
        lambda tx: TaskList(tx, principal.user).complete(task_id, body.completed),
        user=principal.user,
    )
    return _answer(task)


@router.post(
    "/{task_id}/restore",
    summary="Restore a task",
    response_model=TaskRecord,
    responses=NO_SUCH_TASK,
)
async def restore_task(request: Request, principal: PathUser, task_id: TaskNumber) -> Response:
    """Bring a deleted task back as it was; one that was not deleted is left as it is."""
    task = await parts_of(request).db.transaction(
        lambda tx: TaskList(tx, principal.user).restore(task_id), user=principal.user
    )
    return _answer(task)


async def _update(request: Request, principal: Principal, task_id: int, changes: Changes) -> Task:
    return await parts_of(request).db.transaction(
        lambda tx: TaskList(tx, principal.user).update(task_id, **changes), user=principal.user
    )


def _due(body: NewTask | TaskChanges, request: Request, principal: Principal) -> Due | None:
    """When the task of a body is due; its `all_day` goes before the form of its `due_at`.

    Raises:
        InvalidInputError: no such date, or all day without one.
    """
    zone = zone_of(request, principal)
    if body.due_at is None:
        if body.all_day:
            raise InvalidInputError(FieldError("all_day", "needs a due_at"))
        return None
    try:
        due = read_due(body.due_at, zone)
    except ValueError as error:
        raise InvalidInputError(FieldError("due_at", str(error))) from None
    return due if body.all_day is None else Due(due.at, body.all_day)


def _answer(task: Task, status: int = 200) -> Response:
    return JSONResponse(task.as_json(), status)
