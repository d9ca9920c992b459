"""The files of `deploy/` say what their formats allow, and the same as each other and as the code.

No container runs here: `tests/deploy` starts the same parts from Debian's packages.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import kubernetes_validate  # pyright: ignore[reportMissingTypeStubs]  its types are its own
import pytest
import yaml
from compose_spec import PyCompose

from taskchat.chat.turn import WAIT_S
from taskchat.cli import app as commands
from taskchat.parts import STOP_GRACE_S
from taskchat.serving import GRACE_S, KEEP_ALIVE_S
from taskchat.settings import Settings, variable_of
from tests.deploy.files import DEPLOY, read_yaml

ROOT = DEPLOY.parent
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
VERSIONS = ("1.29", "1.37")
"""The oldest and the newest Kubernetes that the files are for."""
Tree = dict[str, Any]


def _compose() -> Tree:
    return cast("Tree", read_yaml("compose.yaml"))


def _services() -> Tree:
    return _compose()["services"]


def _copies() -> list[Tree]:
    return [service for name, service in _services().items() if name.startswith("copy-")]


def _pod(name: str) -> Tree:
    return read_yaml(f"kubernetes/{name}.yaml")["spec"]["template"]["spec"]


def _nginx(pattern: str) -> list[str]:
    return re.findall(pattern, (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))


def _pgbouncer(name: str) -> str:
    text = (DEPLOY / "pgbouncer.ini").read_text(encoding="utf-8")
    (value,) = re.findall(rf"^{name} = (.*)$", text, re.MULTILINE)
    return value


def _dockerfile(instruction: str) -> list[str]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(rf"^(?:HEALTHCHECK .*)?{instruction} (.*)$", text, re.MULTILINE)


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))


# ---- what their formats allow ----


def test_the_compose_file_is_one() -> None:
    PyCompose.from_json(json.dumps(_compose()))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.stem)
def test_kubernetes_takes_each_file(path: Path, version: str) -> None:
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        kubernetes_validate.validate(document, version, strict=True)


# ---- what they say to each other ----


def test_compose_and_kubernetes_set_the_same_settings_and_only_such_as_there_are() -> None:
    compose = cast("dict[str, str]", _copies()[0]["environment"])
    kubernetes = cast("dict[str, str]", read_yaml("kubernetes/settings.yaml")["data"])
    places = ("DATABASE_URL", "TASKCHAT_PUBLIC_URL", "TASKCHAT_TRUSTED_PROXIES")

    assert kubernetes.keys() == compose.keys() - {"DATABASE_URL"}
    assert {name: compose[name] for name in kubernetes if name not in places} == {
        name: value for name, value in kubernetes.items() if name not in places
    }
    assert compose.keys() <= {variable_of(name) for name in Settings.model_fields}


def test_nginx_knows_each_copy_and_the_copies_trust_nginx_alone() -> None:
    services = _services()
    address = services["nginx"]["networks"]["inside"]["ipv4_address"]

    assert sorted(_nginx(r"server (copy-\d+):8000 ")) == sorted(
        name for name in services if name.startswith("copy-")
    )
    for copy in _copies():
        assert copy["environment"]["TASKCHAT_TRUSTED_PROXIES"] == address
        # Else nginx could reach it from an address that is not trusted.
        assert copy["networks"].keys() & services["nginx"]["networks"].keys() == {"inside"}
    (published,) = services["nginx"]["ports"]
    assert published.split(":")[-1] == _nginx(r"listen (\d+);")[0]


def test_copies_reach_postgres_through_pgbouncer_and_migrations_past_it() -> None:
    services = _services()
    copy, migrate = _copies()[0]["environment"], services["migrate"]["environment"]

    assert f"@pgbouncer:{_pgbouncer('listen_port')}/taskchat" in copy["DATABASE_URL"]
    assert (copy["TASKCHAT_POOLER"], _pgbouncer("pool_mode")) == ("transaction", "transaction")
    assert _pgbouncer("taskchat") == "host=postgres port=5432 dbname=taskchat"
    assert "@postgres:5432/taskchat" in migrate["TASKCHAT_MIGRATION_URL"]
    assert migrate["DATABASE_URL"] == copy["DATABASE_URL"]
    for service in _copies():
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_owner_of_the_tables_is_known_to_the_migration_alone() -> None:
    told = [name for name, service in _services().items() if "OWNER" in json.dumps(service)]
    (copy,) = _pod("deployment")["containers"]

    assert told == ["migrate"]
    assert {"name": "TASKCHAT_MIGRATION_URL", "value": ""} in copy["env"]


# ---- what they say of the code ----


def test_a_copy_is_given_the_time_it_needs_to_stop() -> None:
    (container,) = _pod("deployment")["containers"]
    leaving_s = int(container["lifecycle"]["preStop"]["exec"]["command"][-1])

    assert GRACE_S > STOP_GRACE_S
    for copy in _copies():
        assert _seconds(copy["stop_grace_period"]) > GRACE_S
    assert _pod("deployment")["terminationGracePeriodSeconds"] > leaving_s + GRACE_S


def test_nginx_is_patient_enough_and_closes_idle_connections_first() -> None:
    (kept,) = _nginx(r"keepalive_timeout (\d+)s;")
    (patience,) = _nginx(r"proxy_read_timeout (\d+)s;")
    agent_s = Settings.model_fields["agent_timeout_s"].default

    assert int(kept) < KEEP_ALIVE_S
    assert int(patience) > 2 * (WAIT_S + agent_s)


def test_the_image_is_run_by_an_account_without_rights_that_writes_no_file() -> None:
    (user,) = _dockerfile("USER")
    uid = int(user.partition(":")[0])

    assert uid > 0
    for name in ("deployment", "migrate"):
        pod = _pod(name)
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == uid
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    for name, service in _services().items():
        if name != "postgres":
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]


def test_the_image_is_built_from_what_is_there_by_the_uv_of_the_run_script() -> None:
    sources = [
        name
        for copied in _dockerfile("COPY")
        if not copied.startswith("--from")
        for name in copied.split()[:-1]
    ]
    (version,) = re.findall("uv_version=(.*)", (ROOT / "run").read_text(encoding="utf-8"))
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert {f"!{name}" for name in sources} <= set(ignored)
    uv, packages = _dockerfile("RUN")
    assert "--require-hashes --requirement uv-requirements.txt" in uv
    assert f"uv=={version} " in (ROOT / "uv-requirements.txt").read_text(encoding="utf-8")
    assert "uv sync --locked " in packages


def test_images_are_named_by_an_exact_version() -> None:
    (python,) = _dockerfile("ARG")
    bases = _dockerfile("FROM")
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    named = re.findall(r"^ *(?:image:|FROM) (\S+)$", compose, re.MULTILINE)
    others = [name for name in named if name != "taskchat"]  # built from the Dockerfile

    assert {base.split()[0] for base in bases} == {"${PYTHON}"}
    assert re.fullmatch(r"PYTHON=python:\d+\.\d+\.\d+-slim-\w+", python)
    assert len(others) == 3
    # Two numbers or more, or a day.
    assert [name for name in others if not re.search(r":[\w-]*(\d+\.\d+|\d{8})", name)] == []


def test_what_containers_are_told_to_run_is_a_command_of_ours() -> None:
    known = {
        command.name or command.callback.__name__
        for command in commands.registered_commands
        if command.callback
    }
    served, healthy = _dockerfile("CMD")[::-1]
    (migration,) = _pod("migrate")["containers"]

    assert _dockerfile("ENTRYPOINT") == ['["taskchat"]']
    for command in (json.loads(served), migration["args"], _services()["migrate"]["command"]):
        assert command[0] in known
    assert "/health" in healthy


def test_probes_ask_for_routes_that_there_are() -> None:
    (container,) = _pod("deployment")["containers"]
    probes = [container[name]["httpGet"]["path"] for name in container if name.endswith("Probe")]
    routes = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

    assert len(probes) == 3
    assert container["readinessProbe"]["httpGet"]["path"] == "/ready"
    # A copy that cannot reach its database is not helped by a restart.
    assert {"/health", "/ready"}.isdisjoint(
        container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe")
    )
    assert [path for path in probes if f"`GET {path}`" not in routes] == []


def test_prometheus_scrapes_the_copies_with_the_token_that_they_are_given() -> None:
    monitor = read_yaml("kubernetes/monitoring/podmonitor.yaml")
    deployment = read_yaml("kubernetes/deployment.yaml")
    (container,) = _pod("deployment")["containers"]
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    credentials = endpoint["authorization"]["credentials"]
    secrets = [source["secretRef"] for source in container["envFrom"] if "secretRef" in source]

    assert monitor["spec"]["selector"] == deployment["spec"]["selector"]
    assert endpoint["port"] in [port["name"] for port in container["ports"]]
    assert endpoint["path"] == "/metrics"
    # Without it they start all the same, and nobody elsewhere is told anything.
    assert {"name": credentials["name"], "optional": True} in secrets
    assert credentials["key"] == variable_of("metrics_token")
