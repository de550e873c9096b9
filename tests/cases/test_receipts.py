"""The receipt: one a case, with the fingerprint of what was submitted; a later correction changes nothing of it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.actions.applying.receipts import receipt_of
from cases.errors import WrongState
from cases.models import Case, Document, Event
from cases.queries.documents import verify_document
from cases.queries.submission import answers_print
from portal.accounts.models import Account
from tests.factories import newborn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("departments", "known_family")]


@pytest.fixture
def case(lin: Account, chen: Account) -> Case:
    return newborn.submitted(lin, chen)


def test_what_was_received_is_issued_once(case: Case, lin: Account) -> None:
    first, second = receipt_of(case.pk, by=lin.actor), receipt_of(case.pk, by=lin.actor)
    assert first.line.id == second.line.id
    assert first.line.number.startswith("收件〔")
    assert Event.objects.filter(case=case, kind="document.issued", facts__of_kind="receipt").count() == 1
    with pytest.raises(IntegrityError, match="one_receipt_per_case"), transaction.atomic():
        Document.objects.create(
            case=case, kind="receipt", number="x", mark="y", issued_on="2026-11-23", issued_at=first.issued_at
        )


def test_the_fingerprint_is_that_of_the_file_with_everything_submitted(case: Case, lin: Account) -> None:
    words = receipt_of(case.pk, by=lin.actor).words
    assert words["submitted_sha256"] == sha256(words["submitted"].encode()).hexdigest()
    file = json.loads(words["submitted"])
    assert (file["number"], file["applicant"]["name"]) == (case.number, "林晓岚")
    assert file["answers"]["guidance"] == case.answers["guidance"]
    assert {one["slot"] for one in file["materials"] if one["sha256"]} == {"M_DISCHARGE"}
    assert words["is_as_filed"]


def test_history_keeps_the_print_of_the_answers_from_the_moment_of_filing(case: Case, lin: Account) -> None:
    filed = Event.objects.get(case=case, kind="case.filed")
    assert filed.facts["print"] == answers_print(Case.objects.get(pk=case.pk))
    answer_anew(case, {**case.answers["fields"], "mother_phone": "13900000000"})
    assert not receipt_of(case.pk, by=lin.actor).words["is_as_filed"]


def test_a_later_change_of_the_answers_leaves_the_receipt_as_it_is(case: Case, lin: Account) -> None:
    before = receipt_of(case.pk, by=lin.actor)
    answer_anew(case, {})
    after = receipt_of(case.pk, by=lin.actor)
    assert (after.words, after.sha256) == (before.words, before.sha256)


def answer_anew(case: Case, fields: dict[str, Any]) -> None:
    """As a correction leaves the answers."""
    changed = Case.objects.get(pk=case.pk)
    changed.answers = {**changed.answers, "fields": fields}
    changed.save(update_fields=["answers"])


def test_everybody_can_check_a_receipt_and_learns_nothing_of_the_person(case: Case, lin: Account) -> None:
    found = verify_document(receipt_of(case.pk, by=lin.actor).mark)
    assert found is not None
    assert found.title == "收件凭证"
    assert "林晓岚" not in str(found)


def test_a_draft_has_no_receipt(lin: Account) -> None:
    draft = newborn.draft(lin)
    with pytest.raises(WrongState):
        receipt_of(draft.pk, by=lin.actor)
