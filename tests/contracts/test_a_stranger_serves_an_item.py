"""A department written from the documents alone, in another language, serves an item of a shipped bundle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from cases import ports
from cases.actions.delivery import dispatch
from cases.actions.engine import events
from cases.models import Case, InboxMessage, Result, SubApplication
from cases.ports import Outcome, Parcel
from cases.states import SubState
from integrations.departments.gateway import HttpGateway
from integrations.http import systems
from integrations.models import DepartmentKey, DepartmentSystem
from tests.contracts.programs import SECRET, serving
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.factories.waiting import wait_for

ITEM = "CARE_REG"
pytestmark = pytest.mark.timeout(300)


class OneServedByAStranger(FakeDepartments):
    """Every item is decided in memory but one, which goes out over HTTP to whoever is configured."""

    def __init__(self) -> None:
        super().__init__()
        self._wire = HttpGateway()
        self._served: set[Any] = set()

    def deliver_into(self, parcels: Sequence[Parcel], outcomes: SimpleQueue[Outcome]) -> None:
        out, here = self._split(parcels)
        super().deliver_into(here, outcomes)
        self._wire.deliver_into(out, outcomes)

    def deliver_each(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        out, here = self._split(parcels)
        yield from super().deliver_each(here)
        yield from self._wire.deliver_each(out)

    def ask(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        out, here = self._split(parcels)
        return [*super().ask(here), *self._wire.ask(out)]

    def _split(self, parcels: Sequence[Parcel]) -> tuple[list[Parcel], list[Parcel]]:
        self._served |= {parcel.sub_application_id for parcel in parcels if f'"{ITEM}"'.encode() in parcel.body}
        out = [parcel for parcel in parcels if parcel.sub_application_id in self._served]
        return out, [parcel for parcel in parcels if parcel not in out]


@pytest.fixture
def stranger(
    transactional_db: None,
    doubles: None,
    settings: Any,
    live_server: LiveServer,
    tmp_path: Path,
) -> Iterator[str]:
    """The department in Node, configured at the portal; both on ports of their own."""
    settings.PORTAL_URL = live_server.url
    settings.DEPARTMENT_GATEWAY = f"{__name__}.{OneServedByAStranger.__name__}"
    ports.forget_adapters()
    with serving("department.mjs", tmp_path) as url:
        system = DepartmentSystem.objects.create(department="WJ", base_url=url)
        DepartmentKey.objects.create(system=system, key_id="WJ-9", secret=SECRET)
        systems.forget()
        yield url
    systems.forget()


@pytest.fixture
def known_family(stranger: str) -> None:
    register, licences = ports.register(), ports.licence_library()
    assert isinstance(register, FakeRegister) and isinstance(licences, FakeLicences)
    newborn.fill_registers(register, licences)


def filed_case() -> Case:
    """The newborn case of 林晓岚 and 陈屿, with parenting guidance among its items."""
    lin, chen = newborn.account(newborn.LIN, "lin"), newborn.account(newborn.CHEN, "chen")
    return newborn.submitted(lin, chen, guidance={"extra": ["care"]})


def served(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id=ITEM)


def _pumped(case: Case) -> SubApplication:
    """The item once the pump has looked: what the stranger called back takes effect then."""
    dispatch.pump()
    return served(case)


def test_the_item_goes_from_filing_to_its_result_by_callback(known_family: None) -> None:
    departments = ports.department_gateway()
    assert isinstance(departments, FakeDepartments)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = filed_case()
    dispatch.pump()
    assert served(case).receipt_no.startswith("WJ-")
    wait_for(lambda: _pumped(case).state == SubState.APPROVED, 30.0, lambda: served(case).state)
    message = InboxMessage.objects.get(department="WJ")
    assert (message.status, message.headers["X-Key-Id"]) == ("approved", "WJ-9")
    result = Result.objects.get(sub=served(case))
    assert result.fields["file_no"] == f"YE{str(served(case).pk)[:8]}"
    dispatch.pump()
    ended = Case.objects.get(pk=case.pk)
    assert (ended.outcome, events.broken_link(ended)) == ("all", None)
