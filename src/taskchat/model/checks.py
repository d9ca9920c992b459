"""Whether a model can be used, found out without asking it anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pydantic_ai.models import Model


@runtime_checkable
class Checked(Protocol):
    """A model with something to look at: a server that may be away, a key that may be wrong."""

    async def check(self) -> None:
        """Look.

        Raises:
            StartError: one sentence that names the setting and what to do.
        """
        ...


async def check_model(model: Model) -> None:
    """See that the model can be used; one that has no server always can.

    Raises:
        StartError: one sentence that names the setting and what to do.
    """
    if isinstance(model, Checked):
        await model.check()
