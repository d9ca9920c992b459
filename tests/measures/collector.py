"""A collector of traces: it takes what the SDK sends, by OTLP over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from types import TracebackType


@dataclass(frozen=True)
class Seen:
    """A span that was sent."""

    name: str
    trace_id: str
    id: str
    parent_id: str
    attributes: Mapping[str, str | int | bool]
    failed: bool
    service: str


@dataclass
class Collector:
    """Keeps each request as it came, and its spans."""

    raw: list[bytes] = field(default_factory=list[bytes])
    spans: list[Seen] = field(default_factory=list[Seen])
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def named(self, name: str) -> list[Seen]:
        """The spans of that name."""
        return [span for span in self.spans if span.name == name]

    def tree(self, root: Seen) -> tuple[str, list[object]]:
        """The names of a span and of those below it, in the order in which they began."""
        below = [self.tree(span) for span in self._by_start if span.parent_id == root.id]
        return root.name, [*below]

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/traces", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._by_start: list[Seen] = []
        self._starts: dict[str, int] = {}
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.raw.append(body)
        told = ExportTraceServiceRequest.FromString(body)
        for resource in told.resource_spans:
            about = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    seen = Seen(
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        {
                            each.key: getattr(each.value, each.value.WhichOneof("value") or "")
                            for each in span.attributes
                        },
                        span.status.code == span.status.STATUS_CODE_ERROR,
                        about["service.name"],
                    )
                    self.spans.append(seen)
                    self._starts[seen.id] = span.start_time_unix_nano
        self._by_start = sorted(self.spans, key=lambda seen: self._starts[seen.id])
        return web.Response(content_type="application/x-protobuf")
