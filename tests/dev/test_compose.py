"""The containers: nothing secret has a default, everything long-lived is watched, the database is the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from devtools.environment import ROOT
from devtools.postgres import INITDB_OPTIONS, MAJOR

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
ONE_SHOT = {"migrate", "demo-data"}
SECRET = re.compile(r"PASSWORD|SECRET|KEY")


def of_portal(name: str) -> bool:
    return SERVICES[name]["image"] == "one-thing-portal"


def test_every_part_of_the_portal_is_there() -> None:
    assert set(SERVICES) == {"db", "queue", "migrate", "web", "push", "worker", "beat", "mock", "demo-data"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_what_runs_for_long_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_secret_is_required_and_has_no_default(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable):
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), variable


def test_every_required_value_is_named_in_the_example_and_left_empty() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(example) == required
    assert not any(example.values())


@pytest.mark.parametrize("name", sorted(filter(of_portal, SERVICES)))
def test_containers_of_the_portal_have_no_rights_they_do_not_need(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_the_portal_is_published_on_loopback_only_and_nothing_else_is() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "web": ["127.0.0.1:${WEB_PORT:-8000}:8000"],
        "push": ["127.0.0.1:${PUSH_PORT:-8001}:8001"],
    }


def test_web_and_workers_wait_for_the_migration() -> None:
    for name in ("web", "push", "worker", "beat", "demo-data"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_demonstration_parts_are_started_on_request_only() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["demo"]} == {"mock", "demo-data"}


def test_the_database_is_the_same_as_the_embedded_one() -> None:
    assert SERVICES["db"]["image"] == f"postgres:{MAJOR}"
    options = set(SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split())
    assert set(INITDB_OPTIONS) - options == {"--auth=trust"}


def test_the_image_runs_as_an_ordinary_user_and_installs_by_hash() -> None:
    lines = (ROOT / "Dockerfile").read_text()
    assert "\nUSER portal\n" in lines
    assert "--require-hashes -r /tmp/requirements.lock" in lines
