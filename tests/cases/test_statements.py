"""Many rows in one statement: written as the model layer writes them, and refused where it would refuse them."""

from __future__ import annotations

import pytest
from django.db import DataError, transaction
from django.utils import timezone

from cases import statements
from cases.models import Attention, Delivery, Event, SubApplication
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db


@pytest.fixture
def subs(departments: FakeDepartments, lin: Account) -> list[SubApplication]:
    toll.publish({"kind": "none"})
    return list(SubApplication.objects.filter(case=toll.filed(lin)).order_by("seq"))


def test_changed_fields_are_written_and_no_others(subs: list[SubApplication]) -> None:
    subs[0].held_by, subs[1].held_by = "ONE", "TWO"
    subs[0].receipt_no = "NOT-MEANT"
    stamps = statements.update(subs, ["held_by"])
    found = list(SubApplication.objects.order_by("seq"))
    assert [(one.held_by, one.receipt_no) for one in found] == [("ONE", ""), ("TWO", "")]
    assert set(stamps) == {one.pk for one in subs}


@pytest.mark.parametrize("field", ["held_by", "receipt_no"])
def test_a_text_that_is_too_long_is_refused_and_not_cut(subs: list[SubApplication], field: str) -> None:
    setattr(subs[0], field, "长" * 500)
    with pytest.raises(DataError), transaction.atomic():
        statements.update(subs[:1], [field])


def test_a_row_that_is_gone_is_no_success(subs: list[SubApplication]) -> None:
    stranger = SubApplication(case=subs[0].case, seq=99)
    with pytest.raises(RuntimeError, match="0 of 1"):
        statements.update([stranger], ["held_by"])


def test_new_rows_get_their_keys_and_keep_every_value(subs: list[SubApplication]) -> None:
    case, now = subs[0].case, timezone.now()
    facts = {"who": "李'四", "list": [1, None, {"deep": "二\\"}]}
    events = [
        Event(case=case, seq=900 + n, kind="item.released", sub=sub, actor_kind="system", facts=facts, at=now, hash="h")
        for n, sub in enumerate([*subs, None])
    ]
    statements.insert(events)
    found = list(Event.objects.filter(seq__gte=900).order_by("seq"))
    assert [one.pk for one in found] == [one.pk for one in events]
    assert [one.sub_id for one in found] == [*(sub.pk for sub in subs), None]
    assert all(one.facts == facts and one.at == now for one in found)


def test_rows_come_back_as_the_model_layer_reads_them(subs: list[SubApplication]) -> None:
    now = timezone.now()
    Attention.objects.create(case=subs[0].case, sub=subs[0], reason=Attention.Reason.FAULT, since=now, next_at=now)
    for model in (SubApplication, Delivery, Attention):
        names = [field.attname for field in model._meta.concrete_fields]
        rows = list(model._default_manager.order_by("pk").values_list(*names))
        read = [[one.__dict__[name] for name in names] for one in statements.built(model, rows)]
        assert len(read) > 0
        assert read == [list(row) for row in rows]
