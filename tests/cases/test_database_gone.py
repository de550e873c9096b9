"""The database goes away while answers are on their way: once it is back they are written down, nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from queue import SimpleQueue
from typing import Any, cast

import psycopg2
import pytest
from django.db import OperationalError, connection

from cases import ports
from cases.actions.delivery import dispatch
from cases.models import Delivery
from cases.ports import Outcome, Parcel
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db(transaction=True)


class CutOff(FakeDepartments):
    """Departments that answer just when the session of whoever asked is ended, as often as they are told."""

    def __init__(self) -> None:
        super().__init__()
        self.cuts = 0

    def deliver_into(self, parcels: Sequence[Parcel], outcomes: SimpleQueue[Outcome]) -> None:
        if self.cuts:
            self.cuts -= 1
            _end_session_of(connection.connection.info.backend_pid)
        super().deliver_into(parcels, outcomes)


def _end_session_of(pid: int) -> None:
    given = connection.get_connection_params()
    given.pop("cursor_factory", None)
    with psycopg2.connect(**given) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert cursor.fetchone() == (True,)
    other.close()


@pytest.fixture
def cut_off(doubles: None, settings: Any) -> CutOff:
    settings.DEPARTMENT_GATEWAY = f"{__name__}.CutOff"
    ports.forget_adapters()
    toll.publish({"kind": "none"})
    departments = cast(CutOff, ports.department_gateway())
    departments.say(item="FIRST", result={"voucher_no": "V-1"})
    departments.say(item="SECOND", result={"card_no": "C-1"})
    return departments


def test_answers_that_came_meanwhile_are_written_down_and_the_case_goes_on(lin: Account, cut_off: CutOff) -> None:
    case = toll.filed(lin)
    cut_off.cuts = 2
    dispatch.pump()
    assert toll.states(case) == {"FIRST": "approved", "SECOND": "approved"}
    assert set(Delivery.objects.values_list("tries", "lease_no")) == {(1, 1)}
    assert len(cut_off.parcels) == 2 and not cut_off.asked


def test_without_an_answer_on_its_way_the_fault_is_told_at_once(lin: Account, cut_off: CutOff) -> None:
    toll.filed(lin)
    _end_session_of(connection.connection.info.backend_pid)
    with pytest.raises(OperationalError):
        dispatch.pump()
    connection.close()
