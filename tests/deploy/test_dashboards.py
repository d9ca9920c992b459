"""The dashboard, the alerts and the docs ask for what a server tells, and for all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # comes with uvicorn[standard]

from taskchat.db.urls import DatabaseUrl
from taskchat.errors import ModelError
from tests.http.conftest import running_server, settings_for
from tests.measures.scrape import Scrape, scrape

ROOT = Path(__file__).parents[2]
DASHBOARD: Mapping[str, Any] = json.loads(
    (ROOT / "deploy/grafana/taskchat.json").read_text(encoding="utf-8")
)
RULES: list[Mapping[str, Any]] = [
    rule
    for group in yaml.safe_load(
        (ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8")
    )["groups"]
    for rule in group["rules"]
]
PANELS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
ALERTS = [rule["expr"] for rule in RULES]
OF_PROMETHEUS = {"job", "instance", "le"}


def _documented() -> dict[str, set[str]]:
    """The labels of each metric that the docs list."""
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(taskchat_\w+)` \| ([^|]*)\|", page, re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def _names_in(query: str) -> set[str]:
    return set(re.findall(r"taskchat_\w+", query))


def _metric(name: str) -> str:
    """The metric that a name in a query belongs to."""
    return re.sub(r"_(bucket|sum|count)$", "", name)


@pytest.fixture
def database_kind() -> str:
    """The names are the same with both."""
    return "sqlite"


@pytest.fixture
async def told(database_url: DatabaseUrl, tmp_path: Path) -> Scrape:
    """Of a server that has had a turn with tools and one that failed."""
    async with running_server(settings_for(database_url, tmp_path)) as server:
        person = await server.sign_up()
        server.model.calls("add_task", title="Buy milk").says("Added.").fails(ModelError())
        await person.say("buy milk")
        await person.say("and then?")
        return await scrape(server.client)


async def test_every_metric_is_in_the_docs_with_its_labels(told: Scrape) -> None:
    documented = _documented()
    found: dict[str, set[str]] = {_metric(name): set() for name in told.names}
    for name, labels in told.samples:
        found[_metric(name)] |= {label for label, _ in labels} - OF_PROMETHEUS

    assert set(found) == set(documented)
    # Some have no series yet, as nothing of their kind has happened.
    assert {name: labels for name, labels in found.items() if labels - documented[name]} == {}
    assert found["taskchat_turns_total"] == {"status", "model"}


async def test_every_query_asks_for_what_a_server_tells(told: Scrape) -> None:
    for query in (*PANELS, *ALERTS):
        names = _names_in(query)
        known = {label for name in names for label in _documented().get(_metric(name), ())}
        asked = set(re.findall(r"(\w+)=[~\"]", query))
        for labels in re.findall(r"by \(([^)]*)\)", query):
            asked |= set(labels.split(", "))

        assert names - told.names == set(), query
        assert asked - known - OF_PROMETHEUS == set(), query
        assert query.count("(") == query.count(")"), query


def test_the_dashboard_shows_every_metric() -> None:
    shown = {_metric(name) for query in PANELS for name in _names_in(query)}

    assert shown == set(_documented())


def test_every_alert_says_what_it_is_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 8
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "warn"}, rule
        assert set(rule["annotations"]) == {"summary", "description"}, rule


def test_panels_have_an_id_and_a_place_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24
