"""Levels of trust (可信等级 A to D, 国办函〔2016〕108号): what a licence spares, and what is still looked at."""

from __future__ import annotations

from typing import Any

import pytest

from bundles import forms
from bundles.rules import UNKNOWN
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.actions.licences import originals
from cases.actions.papers import materials
from cases.actions.registers.facts import context_of
from cases.errors import CaseError, WrongState
from cases.models import Attention, Case, HeldAnswer, Material, OriginalCheck, SubApplication
from cases.queries.originals import originals_of_case, originals_of_item
from cases.queries.silence import silent_rows
from cases.queries.slots import SlotView, slots_of
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


def say(licences: FakeLicences, level: str) -> None:
    """The library says of the parents' marriage certificate how far it is to be trusted."""
    held = licences.records["MARRIAGE_CERT"][newborn.LIN["id_no"]]
    held[:] = [{**one, "trust": level} for one in held]


def marriage(case: Case) -> SlotView:
    return next(slot for slot in slots_of(case) if slot.material_id == "M_MARRIAGE")


@pytest.fixture
def filed(lin: Account, chen: Account, licences: FakeLicences, departments: FakeDepartments) -> Case:
    """Filed with a marriage certificate of level C; the departments approve everything."""
    say(licences, "C")
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def certificate(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id="BIRTH_CERT")


def at_work(username: str, role: str, department: str = "") -> Account:
    return Account.objects.create_user(username, "a-long-password", role=role, name=username, department=department)


@pytest.mark.parametrize("level", ["A", "B"])
def test_what_the_authority_signed_or_checked_takes_the_place_of_the_paper(
    level: str, lin: Account, licences: FakeLicences
) -> None:
    """国令716号 第十条."""
    say(licences, level)
    slot = marriage(newborn.draft(lin))
    assert slot.state == "exempt" and not slot.needs_original
    assert not OriginalCheck.objects.exists()


def test_what_nobody_has_checked_is_a_hint_and_decides_nothing(lin: Account, licences: FakeLicences) -> None:
    say(licences, "D")
    case = newborn.draft(lin)
    assert marriage(case).state == "open" and "没有经过核对" in marriage(case).why
    lookup = forms.lookup_for(context_of(case), "licence:MARRIAGE_CERT@mother.cert_no", None)
    assert lookup is not None and context_of(case).facts.get(lookup, "cert_no") is UNKNOWN


def test_the_most_trusted_of_several_counts(lin: Account, licences: FakeLicences) -> None:
    say(licences, "D")
    face: dict[str, Any] = {"cert_no": "J350203-2024-000001"}
    licences.put_licence("MARRIAGE_CERT", newborn.LIN["id_no"], "L-M2", face, trust="A")
    case = newborn.draft(lin)
    assert marriage(case).state == "exempt"
    assert Material.objects.get(case=case, slot="M_MARRIAGE").reference["licence_id"] == "L-M2"


def test_a_compared_copy_spares_the_upload_and_the_approval_waits_for_the_original(
    filed: Case, notifier: RecordingNotifier
) -> None:
    """行政许可法 第三十四条: what the papers say is verified before the decision takes effect."""
    assert marriage(filed).state == "exempt" and marriage(filed).needs_original
    assert certificate(filed).state == "accepted"
    assert HeldAnswer.objects.get(sub=certificate(filed)).reason == "original"
    assert filed.state == "awaiting_applicant"
    told = Attention.objects.get(case=filed, reason="original", closed_at=None)
    assert told.owner == "WJ" and told.detail == "结婚证"
    assert [message.template for message in notifier.messages].count("original_wanted") == 1
    sweep()
    assert not silent_rows()


def test_whoever_has_seen_the_original_lets_the_approval_take_effect(filed: Case) -> None:
    doctor, teacher = at_work("doctor", Role.STAFF, "WJ"), at_work("teacher", Role.STAFF, "JY")
    (wanted,) = originals_of_item(certificate(filed).pk)
    with pytest.raises(CaseError, match="核对原件"):
        originals.note_seen(wanted.material_id, by=teacher)
    originals.note_seen(wanted.material_id, by=doctor)
    assert certificate(filed).state == "approved"
    assert not Attention.objects.filter(case=filed, reason="original", closed_at=None).exists()
    with pytest.raises(WrongState):
        originals.note_seen(wanted.material_id, by=doctor)


def test_the_window_looks_at_the_original_too(filed: Case) -> None:
    (wanted,) = originals_of_case(filed.pk)
    originals.note_seen(wanted.material_id, by=at_work("clerk", Role.CLERK))
    assert certificate(filed).state == "approved"
    assert originals_of_case(filed.pk)[0].seen_at is not None


def test_who_uploads_the_paper_instead_needs_to_show_nothing(lin: Account, licences: FakeLicences) -> None:
    say(licences, "C")
    case = newborn.draft(lin)
    assert OriginalCheck.objects.filter(case=case).count() == 1
    materials.upload(case.pk, "M_MARRIAGE", newborn.scan(), by=lin.actor)
    assert not OriginalCheck.objects.filter(case=case).exists()
