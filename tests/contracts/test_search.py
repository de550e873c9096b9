"""A search over the wire: the mock city lists its old people, its registers are asked about each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from cases import ports
from cases.models import Candidate, Case, Search
from integrations.models import RegisterCall
from tests.factories import library
from tests.factories.mock_process import MockProcess

HUANG = library.person("黄阿婆")


@pytest.fixture(autouse=True)
def departments_in_memory(settings: Any) -> Iterator[None]:
    settings.DEPARTMENT_GATEWAY = "tests.factories.doubles.FakeDepartments"
    settings.NOTIFIER = "tests.factories.doubles.RecordingNotifier"
    settings.NUDGE_THROUGH_BROKER = False
    ports.forget_adapters()
    yield
    ports.forget_adapters()


def test_somebody_of_ninety_is_found_and_granted_without_a_step_of_hers(connected: MockProcess, capsys: Any) -> None:
    call_command("find_entitled", "GLJT")
    assert "已自动办理 granted" in capsys.readouterr().out
    huang = next(one for one in Candidate.objects.all() if one.id_no == HUANG["id_no"])
    assert (huang.class_id, huang.state) == ("G1", "granted"), huang.trace
    assert huang.case is not None and huang.case.channel == "proactive"
    assert Search.objects.get().finished_at is not None
    assert set(RegisterCall.objects.exclude(consent_id="").values_list("outcome", flat=True)) <= {"found", "empty"}


def test_a_suspected_death_is_visited_and_never_refused(connected: MockProcess) -> None:
    connected.control("register", code="POP_BASIC", key=HUANG["id_no"], data={"alive": False})
    call_command("find_entitled", "GLJT")
    huang = next(one for one in Candidate.objects.all() if one.id_no == HUANG["id_no"])
    assert (huang.state, Case.objects.get(pk=huang.case_id).state) == ("visiting", "submitted")
