"""Many rows in one statement: written as the model layer writes them, and refused where it would refuse them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_fsm import ConcurrentTransition

from cases import statements
from cases.models import AccessRecord, Attention, Case, Delivery, Event, Need, Result, SubApplication
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
    stamps = statements.write([(subs, ["held_by"])])
    found = list(SubApplication.objects.order_by("seq"))
    assert [(one.held_by, one.receipt_no) for one in found] == [("ONE", ""), ("TWO", "")]
    assert set(stamps) == {one.pk for one in subs}


@pytest.mark.parametrize("field", ["held_by", "receipt_no"])
def test_a_text_that_is_too_long_is_refused_and_not_cut(subs: list[SubApplication], field: str) -> None:
    setattr(subs[0], field, "长" * 500)
    with pytest.raises(DataError), transaction.atomic():
        statements.write([(subs[:1], [field])])


def test_a_row_that_is_gone_is_no_success(subs: list[SubApplication]) -> None:
    stranger = SubApplication(case=subs[0].case, seq=99)
    with pytest.raises(RuntimeError, match="0 of 1"):
        statements.write([([stranger], ["held_by"])])


def test_new_rows_keep_every_value(subs: list[SubApplication]) -> None:
    case, now = subs[0].case, timezone.now()
    facts = {"who": "李'四", "list": [1, None, {"deep": "二\\"}]}
    events = [
        Event(case=case, seq=900 + n, kind="item.released", sub=sub, actor_kind="system", facts=facts, at=now, hash="h")
        for n, sub in enumerate([*subs, None])
    ]
    statements.write([], [(events, ())])
    found = list(Event.objects.filter(seq__gte=900).order_by("seq"))
    assert [one.sub_id for one in found] == [*(sub.pk for sub in subs), None]
    assert all(one.facts == facts and one.at == now for one in found)


def test_new_rows_whose_keys_are_drawn_there_learn_them(subs: list[SubApplication]) -> None:
    now = timezone.now()
    records = [
        AccessRecord(case=subs[0].case, seq=900 + n, actor_kind="staff", what="page", purpose=f"p{n}", at=now, hash="h")
        for n in range(3)
    ]
    statements.write([], [(records, ())])
    assert [one.pk for one in AccessRecord.objects.filter(seq__gte=900).order_by("seq")] == [one.pk for one in records]


def test_changes_and_new_rows_go_in_one_statement(subs: list[SubApplication]) -> None:
    case = subs[0].case
    case.last_seq, subs[0].held_by = 901, "ONE"
    event = Event(case=case, seq=901, kind="k", actor_kind="system", facts={}, at=timezone.now(), hash="h")
    statements.write([], [([Event(case=case, seq=900, kind="k", actor_kind="system", at=event.at, hash="h")], ())])
    with CaptureQueriesContext(connection) as asked:
        stamps = statements.write([(subs[:1], ["held_by"]), ([case], ["last_seq"])], [([event], ())])
    assert len([one for one in asked.captured_queries if one["sql"].startswith("EXECUTE")]) == 1
    assert set(stamps) == {subs[0].pk, case.pk}
    assert Event.objects.filter(seq=901).exists()
    assert Case.objects.get(pk=case.pk).last_seq == 901


def test_rows_come_back_as_the_model_layer_reads_them(subs: list[SubApplication]) -> None:
    now = timezone.now()
    Attention.objects.create(case=subs[0].case, sub=subs[0], reason=Attention.Reason.FAULT, since=now, next_at=now)
    for model in (SubApplication, Delivery, Attention):
        names = [field.attname for field in model._meta.concrete_fields]
        rows = list(model._default_manager.order_by("pk").values_list(*names))
        read = [[one.__dict__[name] for name in names] for one in statements.built(model, rows)]
        assert len(read) > 0
        assert read == [list(row) for row in rows]


def test_rows_that_came_back_are_saved_as_those_of_the_model_layer(subs: list[SubApplication]) -> None:
    table = SubApplication._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {statements.columns(SubApplication, 's')} FROM {table} s WHERE id = %s", [subs[0].pk])
        (read,) = statements.built(SubApplication, cursor.fetchall())
    other = SubApplication.objects.get(pk=subs[0].pk)
    assert (read, read.case, read.state) == (other, other.case, other.state)
    other.receive(at=timezone.now(), receipt_no="R-1")
    other.save(update_fields=["state"])
    read.receive(at=timezone.now(), receipt_no="R-2")
    with pytest.raises(ConcurrentTransition), transaction.atomic():
        read.save(update_fields=["state", "receipt_no"])


def test_new_rows_are_made_as_the_model_makes_them(subs: list[SubApplication]) -> None:
    case, sub, now = subs[0].case, subs[0], timezone.now()
    given: list[tuple[type[Model], dict[str, Any]]] = [
        (Event, {"case": case, "seq": 1, "kind": "k", "sub": None, "actor_kind": "system", "at": now}),
        (SubApplication, {"case": case, "seq": 1, "number": "n", "item_id": "A", "next_at": now}),
        (Need, {"sub": sub, "upstream": subs[1], "need": "approved", "flow": ["a"]}),
        (Delivery, {"sub": sub, "purpose": "file", "department": "N1", "body": "{}", "next_at": now}),
        (Result, {"sub": sub, "result_id": "R", "fields": {"a": 1}, "issued_at": now}),
    ]
    for model, values in given:
        mine, theirs = statements.made(model, **values), model(**values)
        drawn = {field.attname for field in model._meta.concrete_fields if field.default is uuid4}
        for name in drawn:
            assert mine.__dict__.pop(name) not in (None, theirs.__dict__.pop(name)), "each row draws its own"
        assert mine._state.adding
        assert mine._state.fields_cache == theirs._state.fields_cache
        assert {**mine.__dict__, "_state": None} == {**theirs.__dict__, "_state": None}


def test_lists_and_mappings_of_new_rows_are_their_own(subs: list[SubApplication]) -> None:
    one, other = (statements.made(SubApplication, case=subs[0].case) for _ in range(2))
    one.reasons.append({"code": "J01"})
    assert other.reasons == []


def test_a_new_row_has_no_fields_but_those_of_its_model() -> None:
    with pytest.raises(TypeError, match="no field colour"):
        statements.made(Event, colour="red")
