"""Traces for OpenTelemetry: where the time of a request, of its turn and of each step of it went.

Off unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set: then nothing of this is built, and what would begin a
span is not in the way either (the `traced.py` modules are put around the parts where they are built).
With it a turn costs half a millisecond more, which the SDK's sampler lowers.

The tracer is ours alone and not the process's: libraries that find a tracer by themselves, as MCP's
does, write texts of exceptions into their spans. Ours hold ids, names that the settings or we gave,
sizes and classes of errors, and never what people or models wrote.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias

import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Mapping

    from opentelemetry import trace as api
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

log = structlog.get_logger()

SERVICE = "taskchat"
FLUSH_S = 3
"""How long a server that stops waits for a collector that does not take its last spans."""

Value = str | int | bool
Parent: TypeAlias = "Context"
"""A span that another one belongs to, by what OpenTelemetry carries it in."""


class Span:
    """Something that takes time, while it does."""

    def __init__(self, span: api.Span) -> None:
        self._span = span

    def note(self, attributes: Mapping[str, Value]) -> None:
        """Add what is known by now."""
        self._span.set_attributes(attributes)

    def name(self, name: str) -> None:
        """Call it something else: what it is, is known only now."""
        self._span.update_name(name)

    def fail(self, kind: str) -> None:
        """It came to nothing; `kind` is a class or a code, never a text."""
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)

    @property
    def trace_id(self) -> str:
        """Of all that belongs together, in hexadecimal digits as collectors show it."""
        return f"{self._span.get_span_context().trace_id:032x}"


class Traces:
    """Begins spans, which go to the collector in the background."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer(SERVICE)

    @contextmanager
    def span(
        self,
        name: str,
        attributes: Mapping[str, Value],
        kind: Literal["internal", "server", "client"] = "internal",
        parent: Parent | None = None,
    ) -> Generator[Span]:
        """While this is open, the span is the parent of those that begin in the same context."""
        from opentelemetry.trace import use_span

        began = self._start(name, attributes, kind, parent)
        with use_span(
            began, end_on_exit=True, record_exception=False, set_status_on_exception=False
        ):
            span = Span(began)
            with _failing(span):
                yield span

    @contextmanager
    def leaf(
        self, name: str, attributes: Mapping[str, Value], parent: Parent | None
    ) -> Generator[Span]:
        """A span that is nobody's parent, so that no library passes its id on to others."""
        began = self._start(name, attributes, "internal", parent)
        span = Span(began)
        try:
            with _failing(span):
                yield span
        finally:
            began.end()

    def _start(
        self, name: str, attributes: Mapping[str, Value], kind: str, parent: Parent | None
    ) -> api.Span:
        from opentelemetry.trace import SpanKind

        return self._tracer.start_span(
            name, parent, SpanKind[kind.upper()], attributes, record_exception=False
        )


@contextmanager
def _failing(span: Span) -> Generator[None]:
    try:
        yield
    except BaseException as error:
        span.fail(type(error).__name__)
        raise


def here() -> Parent:
    """The span that is open, to be the parent of spans in another thread or job."""
    from opentelemetry.context import get_current

    return get_current()


def told_by(headers: Mapping[str, str]) -> Parent:
    """The span that the headers of a request name as its parent (W3C Trace Context)."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract(headers)


@asynccontextmanager
async def sending_traces(endpoint: str | None) -> AsyncGenerator[Traces | None]:
    """What begins spans while this is open; at the end the last of them are sent.

    Args:
        endpoint: the collector's address for OTLP over HTTP; None for no traces, and gives None.
    """
    provider = None if endpoint is None else _provider(endpoint)
    if provider is None:
        yield None
        return
    try:
        yield Traces(provider)
    finally:
        # In a thread that nobody waits for at the end of the process, as the SDK's patience with a
        # collector that is away is longer than ours.
        sending = threading.Thread(target=provider.shutdown, name="last spans", daemon=True)
        sending.start()
        await asyncio.to_thread(sending.join, FLUSH_S)


def _provider(endpoint: str) -> TracerProvider | None:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        # The variable is often set for all that runs on a machine: no reason not to serve.
        log.warning("traces.off", reason="pip install 'taskchat[otel]'")
        return None
    # What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before what we say.
    resource = Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    return provider
