"""What a server tells Prometheus, read by Prometheus' own parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Scrape:
    """One look."""

    samples: Mapping[tuple[str, Labels], float]
    names: frozenset[str]
    """Of the metrics, as queries write them."""

    def get(self, name: str, **labels: str) -> float:
        """The sum of the series of that name that have these labels, perhaps among others."""
        wanted = frozenset(labels.items())
        return sum(
            value for (each, has), value in self.samples.items() if each == name and wanted <= has
        )

    def since(self, earlier: Scrape) -> Scrape:
        """What has been counted in between: in one process all tests count together."""
        return Scrape(
            {key: value - earlier.samples.get(key, 0) for key, value in self.samples.items()},
            self.names,
        )


async def scrape(client: httpx2.AsyncClient, **headers: str) -> Scrape:
    """Look as Prometheus does."""
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read(answer.text)


def read(text: str) -> Scrape:
    """What a text in Prometheus' format tells."""
    families = [*text_string_to_metric_families(text)]
    samples = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }
    return Scrape(samples, frozenset(name for name, _ in samples) | _declared(text))


def _declared(text: str) -> frozenset[str]:
    """Also those that have no series yet; a histogram by its three names."""
    names: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            names |= {f"{name}{suffix}" for suffix in suffixes}
    return frozenset(names)
