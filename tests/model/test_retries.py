"""A model that fails for a moment is asked again, as long as nothing of its answer was shown."""

from __future__ import annotations

import pytest
from pydantic_ai.models import Model, ModelRequestParameters

from taskchat.errors import ContextTooLongError, ModelError
from taskchat.model.retries import RetryingModel
from tests.model.asking import ask
from tests.model.conftest import ServedKind, model_of
from tests.model.scripted_server import ScriptedServer
from tests.scripted_model import ScriptedModel


class Waits(list[float]):
    """The pauses that were made, in seconds; none of them takes any time."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def passing(retry_after_s: int | None = None) -> ModelError:
    error = ModelError(retryable=True)
    error.retry_after_s = retry_after_s
    return error


@pytest.fixture
def scripted() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def retrying(scripted: ScriptedModel, waits: Waits) -> Model:
    return RetryingModel(scripted, patience_s=20, pauses_s=(2, 4), sleep=waits)


async def test_a_model_that_fails_for_a_moment_answers(
    scripted: ScriptedModel, retrying: Model, waits: Waits, streamed: bool
) -> None:
    scripted.fails(passing()).fails(passing()).says("Hi.")
    shown: list[str] = []

    response = await ask(retrying, streamed=streamed, shown=shown)

    assert response.text == "Hi."
    assert shown == (["Hi."] if streamed else [])
    assert len(waits) == 2


async def test_pauses_are_shortened_at_random(
    scripted: ScriptedModel, retrying: Model, waits: Waits
) -> None:
    for _ in range(20):
        scripted.fails(passing()).fails(passing()).says("Hi.")
        await ask(retrying, streamed=False)

    first, second = waits[::2], waits[1::2]
    assert all(1 <= wait <= 2 for wait in first)
    assert all(2 <= wait <= 4 for wait in second)
    assert len(set(first)) > 1


async def test_the_last_failure_is_told_when_asking_again_did_not_help(
    scripted: ScriptedModel, retrying: Model, streamed: bool
) -> None:
    errors = [passing(), passing(), passing()]
    for error in errors:
        scripted.fails(error)

    with pytest.raises(ModelError) as raised:
        await ask(retrying, streamed=streamed)

    assert raised.value is errors[-1]
    assert len(scripted.asked) == 3


@pytest.mark.parametrize("error", [ModelError(retryable=False), ContextTooLongError()])
async def test_a_failure_that_will_not_pass_is_told_at_once(
    scripted: ScriptedModel, retrying: Model, waits: Waits, streamed: bool, error: ModelError
) -> None:
    scripted.fails(error)

    with pytest.raises(ModelError):
        await ask(retrying, streamed=streamed)

    assert (len(scripted.asked), waits) == (1, [])


async def test_the_wait_that_the_server_asks_for_is_kept(
    scripted: ScriptedModel, retrying: Model, waits: Waits, streamed: bool
) -> None:
    scripted.fails(passing(retry_after_s=7)).says("Hi.")

    await ask(retrying, streamed=streamed)

    assert waits == [7]


async def test_a_wait_that_is_longer_than_there_is_time_is_not_made(
    scripted: ScriptedModel, retrying: Model, waits: Waits, streamed: bool
) -> None:
    scripted.fails(passing(retry_after_s=60))

    with pytest.raises(ModelError) as raised:
        await ask(retrying, streamed=streamed)

    assert raised.value.retry_after_s == 60
    assert (len(scripted.asked), waits) == (1, [])


async def test_a_stream_that_breaks_off_once_it_was_shown_is_its_reader_s(
    scripted: ScriptedModel, retrying: Model, waits: Waits
) -> None:
    scripted.streams("Half of ", passing())
    shown: list[str] = []

    with pytest.raises(ModelError):
        await ask(retrying, streamed=True, shown=shown)

    assert shown == ["Half of "]
    assert (len(scripted.asked), waits) == (1, [])


async def test_what_a_stream_has_used_is_known_where_it_breaks_off(
    scripted: ScriptedModel, retrying: Model
) -> None:
    scripted.streams("Half of ", passing())

    async with retrying.request_stream([], None, ModelRequestParameters()) as stream:
        with pytest.raises(ModelError):
            async for _ in stream:
                pass

        assert stream.usage.output_tokens > 0


async def test_an_empty_stream_is_an_answer(scripted: ScriptedModel, retrying: Model) -> None:
    scripted.says("")

    response = await ask(retrying, streamed=True)

    assert not response.text
    assert len(scripted.asked) == 1


async def test_every_kind_of_model_is_asked_again_by_itself(
    kind: ServedKind, server: ScriptedServer, allow_requests: None, streamed: bool
) -> None:
    server.overloads().says("Hi.")

    async with model_of(kind, server, patience_s=15) as model:
        response = await ask(model, streamed=streamed)

    assert response.text == "Hi."
    assert len(server.requests) == 2


async def test_an_overload_that_is_told_where_the_answer_would_begin_is_asked_again(
    kind: ServedKind, server: ScriptedServer, allow_requests: None
) -> None:
    server.overloads_midway().says("Hi.")

    async with model_of(kind, server, patience_s=15) as model:
        response = await ask(model, streamed=True)

    assert response.text == "Hi."


async def test_no_sdk_asks_again_on_its_own(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.overloads().says("Hi.")

    with pytest.raises(ModelError):
        await ask(asked_once, streamed=streamed)

    assert len(server.requests) == 1
