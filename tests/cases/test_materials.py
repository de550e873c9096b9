"""Papers: exempted where the data is there, asked for where it is not, in other ways where the bundle allows."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.actions.applying import drafting, filing, parties
from cases.actions.papers import materials
from cases.errors import BadUpload, CaseError, WrongState
from cases.models import Case, Event, Material, Party
from cases.queries import SlotView
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeLicences
from tests.factories.library import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def photo(colour: int = 0, name: str = "出院小结.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (colour * 30, 10, 10)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def slot(case: Case, key: str) -> SlotView:
    return next(one for one in materials.slots_of(case) if one.slot == key)


def prefilled(lin: Account) -> Case:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    return drafting.refresh_prefill(case.pk)


def test_a_licence_in_the_library_need_not_be_handed_in(lin: Account) -> None:
    case = prefilled(lin)
    marriage = slot(case, "M_MARRIAGE")
    assert (marriage.state, marriage.why) == ("exempt", "免提交：系统已调取结婚证")
    row = Material.objects.get(case=case, slot="M_MARRIAGE")
    assert row.covered_by == "MARRIAGE_CERT"
    assert row.reference["licence_id"] == "L-M"
    assert row.reference["dept"] == "MZ"


def test_a_licence_not_found_leaves_the_slot_open_with_a_plain_reason(lin: Account, licences: FakeLicences) -> None:
    licences.records["MARRIAGE_CERT"].clear()
    marriage = slot(prefilled(lin), "M_MARRIAGE")
    assert marriage.state == "open"
    assert marriage.why == "没有查到母亲的“结婚证”，请上传"
    assert marriage.options == ("upload", "commitment")


def test_a_library_that_does_not_answer_is_said_to_be_away(lin: Account, licences: FakeLicences) -> None:
    licences.silent.add("MARRIAGE_CERT")
    assert "暂时连不上" in slot(prefilled(lin), "M_MARRIAGE").why


def test_a_licence_past_its_day_proves_nothing(lin: Account, licences: FakeLicences) -> None:
    licences.records["MARRIAGE_CERT"].clear()
    face = {"male_name": "陈屿", "male_id": newborn.CHEN["id_no"]}
    licences.put_licence("MARRIAGE_CERT", newborn.LIN["id_no"], "L-OLD", face, valid_to="2020-01-01")
    assert "已过有效期" in slot(prefilled(lin), "M_MARRIAGE").why


def test_the_parents_cards_are_exempt_only_when_both_are_found(lin: Account, chen: Account) -> None:
    case = newborn.draft(lin)
    cards = slot(case, "M_ID_PARENTS")
    assert (cards.state, cards.waits_for) == ("open", "父亲")
    assert cards.why == "父亲授权后由系统调取，不用上传"
    assert "M_ID_PARENTS" not in {missing.slot for missing in materials.missing_materials(case)}
    party = parties.invite(Party.objects.get(case=case, party_id="father").pk, by=lin.actor)
    parties.agree(party.pk, account=chen)
    assert slot(case, "M_ID_PARENTS").state == "exempt"
    assert Material.objects.filter(case=case, slot="M_ID_PARENTS").count() == 2


def test_what_the_portal_generates_is_not_asked_for(lin: Account) -> None:
    case = prefilled(lin)
    assert slot(case, "M_HUKOU_FORM").state == "generated"
    with pytest.raises(CaseError, match="由系统生成"):
        materials.upload(case.pk, "M_HUKOU_FORM", photo(), by=lin.actor)


def test_an_upload_covers_the_slot_and_is_sealed_on_disk(lin: Account, tmp_path: Any) -> None:
    case = prefilled(lin)
    row = materials.upload(case.pk, "M_DISCHARGE", photo(), by=lin.actor)
    assert slot(case, "M_DISCHARGE").state == "uploaded"
    assert [file.name for file in slot(case, "M_DISCHARGE").files] == ["出院小结.jpg"]
    stored = Material.objects.get(pk=row.pk)
    assert stored.file.read().startswith(b"\xff\xd8")
    on_disk = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(on_disk) == 2, "the file and its preview"
    for path in on_disk:
        assert not path.read_bytes().startswith(b"\xff\xd8")
        assert "出院" not in str(path)


def test_the_same_file_is_not_taken_twice(lin: Account) -> None:
    case = prefilled(lin)
    materials.upload(case.pk, "M_DISCHARGE", photo(), by=lin.actor)
    with pytest.raises(BadUpload, match="已经上传过了"):
        materials.upload(case.pk, "M_DISCHARGE", photo(name="另一个名字.jpg"), by=lin.actor)


def test_several_files_stand_in_their_order_and_one_can_be_removed(
    lin: Account, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    case = prefilled(lin)
    rows = [materials.upload(case.pk, "M_DISCHARGE", photo(n, f"{n}.jpg"), by=lin.actor) for n in (1, 2, 3)]
    with django_capture_on_commit_callbacks(execute=True):
        materials.remove_file(case.pk, rows[1].pk, by=lin.actor)
    assert [file.name for file in slot(case, "M_DISCHARGE").files] == ["1.jpg", "3.jpg"]
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 4, "two files, each with its preview"
    with pytest.raises(CaseError, match="已经不在了"):
        materials.remove_file(case.pk, rows[1].pk, by=lin.actor)


def test_what_a_person_handed_in_is_not_replaced_by_a_licence(lin: Account) -> None:
    case = prefilled(lin)
    materials.upload(case.pk, "M_MARRIAGE", photo(), by=lin.actor)
    drafting.refresh_prefill(case.pk)
    assert slot(case, "M_MARRIAGE").state == "uploaded"
    assert Material.objects.filter(case=case, slot="M_MARRIAGE").count() == 1


def test_commitment_is_for_papers_that_allow_it(lin: Account, licences: FakeLicences) -> None:
    licences.records["MARRIAGE_CERT"].clear()
    case = prefilled(lin)
    materials.commit_to(case.pk, "M_MARRIAGE", by=lin.actor)
    assert slot(case, "M_MARRIAGE").state == "committed"
    with pytest.raises(CaseError, match="不适用告知承诺"):
        materials.commit_to(case.pk, "M_DISCHARGE", by=lin.actor)
    materials.undo_cover(case.pk, "M_MARRIAGE", by=lin.actor)
    assert slot(case, "M_MARRIAGE").state == "open"


def test_deferral_has_a_day_by_the_working_calendar(lin: Account, time_machine: Any) -> None:
    case = prefilled(lin)
    time_machine.move_to("2026-11-20T10:00:00+08:00")
    materials.defer(case.pk, "M_DISCHARGE", by=lin.actor)
    discharge = slot(case, "M_DISCHARGE")
    assert discharge.state == "deferred"
    assert discharge.due_on is not None
    assert discharge.due_on.isoformat() == "2026-11-25"
    with pytest.raises(CaseError, match="不能后补"):
        materials.defer(case.pk, "M_ID_PARENTS", by=lin.actor)


def test_an_uploaded_paper_is_first_removed_before_another_way_is_chosen(lin: Account) -> None:
    case = prefilled(lin)
    materials.upload(case.pk, "M_DISCHARGE", photo(), by=lin.actor)
    with pytest.raises(WrongState, match="先删除文件"):
        materials.defer(case.pk, "M_DISCHARGE", by=lin.actor)


def test_after_filing_only_what_was_deferred_or_asked_for_is_open(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen, owes=True)
    assert slot(case, "M_DISCHARGE").state == "deferred"
    for page in (1, 2):
        materials.upload(case.pk, "M_DISCHARGE", photo(page), by=lin.actor)
    with pytest.raises(WrongState, match="现在不能改"):
        materials.upload(case.pk, "M_MARRIAGE", photo(7), by=lin.actor)


def test_a_slot_the_answers_switched_off_takes_nothing(lin: Account) -> None:
    case = prefilled(lin)
    drafting.save_guidance(case.pk, by=lin.actor, guidance={"maternity": "other"})
    with pytest.raises(CaseError, match="不需要了"):
        materials.upload(case.pk, "M_DISCHARGE", photo(), by=lin.actor)


def test_a_missing_paper_keeps_the_case_from_being_handed_in(lin: Account) -> None:
    case = newborn.draft(lin, owes=True)
    materials.undo_cover(case.pk, "M_DISCHARGE", by=lin.actor)
    with pytest.raises(CaseError, match="出院小结"):
        filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)


def test_papers_of_a_row_follow_it_when_a_row_before_it_goes(db: None) -> None:
    details = {"ent_name": "五洲顺运渣土运输（示例）有限公司", "uscc": "91350205MA9XA0032B"}
    driver = person("刘师傅")
    operator = Account.objects.create_user(
        "operator", "a-long-password", role=Role.COMPANY, name=driver["name"], id_no=driver["id_no"], details=details
    )
    case = drafting.start_draft("ZTYS", applicant=operator, channel="online")
    for _ in range(2):
        drafting.add_row(case.pk, "vehicles", by=operator.actor)
    rows = len(Case.objects.get(pk=case.pk).answers["fields"]["vehicles"])
    keys = [one.slot for one in materials.slots_of(Case.objects.get(pk=case.pk)) if one.material_id == "M_VEHICLE"]
    assert keys == [f"M_VEHICLE.{n}" for n in range(rows)]
    materials.upload(case.pk, "M_VEHICLE.0", photo(1, "甲.jpg"), by=operator.actor)
    materials.upload(case.pk, "M_VEHICLE.1", photo(2, "乙.jpg"), by=operator.actor)
    drafting.remove_row(case.pk, "vehicles", 0, by=operator.actor)
    left = Material.objects.filter(case=case, material_id="M_VEHICLE")
    assert [(one.slot, one.name) for one in left] == [("M_VEHICLE.0", "乙.jpg")]


def test_every_change_of_papers_leaves_an_event_without_names(lin: Account) -> None:
    case = prefilled(lin)
    materials.upload(case.pk, "M_DISCHARGE", photo(name="林晓岚出院.jpg"), by=lin.actor)
    event = Event.objects.get(case=case, kind="materials.uploaded")
    assert event.facts["slot"] == "M_DISCHARGE"
    assert "林" not in str(event.facts)
