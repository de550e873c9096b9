"""Files before they are sorted, after they were sorted wrongly, and once more in a later case."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from cases.actions.applying import drafting
from cases.actions.papers import file_moves, materials, piles, previews, reusing
from cases.errors import BadUpload, CaseError
from cases.models import Case, Event, Material, PileFile
from cases.queries.my_papers import offered, papers_of
from cases.queries.piles import pile_of
from cases.queries.slots import SlotView, slots_of
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.papers import photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
SLOT = "M_DISCHARGE"


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def case(lin: Account) -> Case:
    return drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)


def slot(case: Case, key: str = SLOT) -> SlotView:
    return next(one for one in slots_of(case) if one.slot == key)


def names(case: Case, key: str = SLOT) -> list[str]:
    return [file.name for file in slot(case, key).files]


def test_a_pile_is_proposed_and_goes_where_the_person_says(case: Case, lin: Account) -> None:
    left = {
        one: piles.add(case.pk, photo(one, n), by=lin.actor).pk for n, one in enumerate(("结婚证.jpg", "IMG_1.jpg"))
    }
    shown = {one.file.name: one.proposal for one in pile_of(case, slots_of(case), lin)}
    assert shown["结婚证.jpg"] is not None and shown["结婚证.jpg"].slot == "M_MARRIAGE"
    assert piles.sort(case.pk, {left["结婚证.jpg"]: SLOT, left["IMG_1.jpg"]: SLOT}, by=lin.actor) == {}
    assert names(case) == ["结婚证.jpg", "IMG_1.jpg"]
    assert not PileFile.objects.exists()
    assert (
        Material.objects.get(case=case, name__isnull=False, position=0, slot=SLOT).file.read().startswith(b"\xff\xd8")
    )


def test_what_cannot_go_there_stays_in_the_pile_and_says_why(case: Case, lin: Account) -> None:
    materials.upload(case.pk, SLOT, photo("出院.jpg", 1), by=lin.actor)
    again, other = (piles.add(case.pk, photo(f"{n}.jpg", n), by=lin.actor).pk for n in (1, 2))
    left = piles.sort(case.pk, {again: SLOT, other: SLOT}, by=lin.actor)
    assert "已经上传过了" in left[again]
    assert [one.pk for one in PileFile.objects.all()] == [again]
    assert names(case) == ["出院.jpg", "2.jpg"]


def test_a_pile_takes_a_file_once_and_not_without_end(case: Case, lin: Account, monkeypatch: Any) -> None:
    piles.add(case.pk, photo("a.jpg"), by=lin.actor)
    with pytest.raises(BadUpload, match="已经在这一堆里了"):
        piles.add(case.pk, photo("b.jpg"), by=lin.actor)
    monkeypatch.setattr(piles, "MOST", 1)
    with pytest.raises(BadUpload, match="最多 1 个"):
        piles.add(case.pk, photo("c.jpg", 2), by=lin.actor)


def test_the_pile_goes_with_the_draft(
    case: Case, lin: Account, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    piles.add(case.pk, photo("a.jpg"), by=lin.actor)
    with django_capture_on_commit_callbacks(execute=True):
        drafting.discard_draft(case.pk, by=lin.actor)
    assert not PileFile.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_nobody_sorted_goes_when_its_time_is_over_PIPL_47(case: Case, lin: Account) -> None:
    piles.add(case.pk, photo("a.jpg"), by=lin.actor)
    assert piles.forget_old() == 0
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    assert piles.forget_old() == 1
    assert not PileFile.objects.exists()


def test_a_page_is_turned_and_its_preview_with_it(case: Case, lin: Account) -> None:
    row = materials.upload(case.pk, SLOT, photo(), by=lin.actor)
    file_moves.turn(case.pk, row.pk, file_moves.RIGHT, by=lin.actor)
    turned = Material.objects.get(pk=row.pk)
    assert Image.open(io.BytesIO(turned.file.read())).size == (1600, 1200)
    assert Image.open(io.BytesIO(previews.preview_of(turned))).size == (360, 270)
    assert turned.sha256 != row.sha256


def test_pages_change_places_and_one_takes_the_place_of_another(case: Case, lin: Account) -> None:
    rows = [materials.upload(case.pk, SLOT, photo(f"{n}.jpg", n), by=lin.actor) for n in (1, 2, 3)]
    file_moves.move_page(case.pk, rows[2].pk, forward=True, by=lin.actor)
    assert names(case) == ["1.jpg", "3.jpg", "2.jpg"]
    file_moves.move_page(case.pk, rows[0].pk, forward=True, by=lin.actor)
    assert names(case) == ["1.jpg", "3.jpg", "2.jpg"]
    materials.upload(case.pk, SLOT, photo("新.jpg", 7), by=lin.actor, replaces=rows[2].pk)
    assert names(case) == ["1.jpg", "新.jpg", "2.jpg"]


def test_a_file_in_the_wrong_paper_is_moved_or_goes_back_to_the_pile(case: Case, lin: Account) -> None:
    row = materials.upload(case.pk, SLOT, photo("结婚证.jpg"), by=lin.actor)
    file_moves.move_to(case.pk, row.pk, "M_MARRIAGE", by=lin.actor)
    assert (names(case), names(case, "M_MARRIAGE")) == ([], ["结婚证.jpg"])
    moved = Material.objects.get(case=case, slot="M_MARRIAGE")
    file_moves.move_to(case.pk, moved.pk, "", by=lin.actor)
    assert PileFile.objects.get(case=case).name == "结婚证.jpg"
    assert names(case, "M_MARRIAGE") == []


def test_advice_never_blocks_and_is_heard_once(case: Case, lin: Account) -> None:
    row = materials.upload(case.pk, SLOT, photo(blur=9), by=lin.actor)
    assert (row.advice, slot(case).state) == ("blurred", "uploaded")
    file_moves.keep_as_is(case.pk, row.pk, by=lin.actor)
    assert slot(case).files[0].advice == ""
    assert Event.objects.get(case=case, kind="materials.kept_as_is").facts["advice"] == "blurred"


def earlier(lin: Account, case: Case) -> UUID:
    return materials.upload(case.pk, SLOT, photo("出院小结.jpg"), by=lin.actor).pk


def test_a_paper_of_an_earlier_case_is_offered_and_copied(case: Case, lin: Account) -> None:
    first = earlier(lin, case)
    later = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    found = offered(later, slots_of(later), papers_of(lin))
    assert {key: [one.file.id for one in ones] for key, ones in found.items()} == {SLOT: [first]}
    copied = reusing.reuse(later.pk, SLOT, first, account=lin)
    assert (copied.copied_from_id, slot(later).state) == (first, "uploaded")
    materials.remove_file(case.pk, first, by=lin.actor)
    assert Material.objects.get(pk=copied.pk).file.read().startswith(b"\xff\xd8"), "neither depends on the other"


def test_nobody_elses_paper_is_reused_or_taken_away(case: Case, lin: Account, chen: Account) -> None:
    first = earlier(lin, case)
    own = drafting.start_draft("XSECS", applicant=chen, channel="mobile", guidance=newborn.GUIDANCE)
    with pytest.raises(CaseError):
        reusing.reuse(own.pk, SLOT, first, account=chen)
    with pytest.raises(CaseError):
        reusing.take_away(first, account=chen)
    assert papers_of(chen) == ()


def test_a_draft_gives_its_file_back_a_filed_case_keeps_it(lin: Account, chen: Account) -> None:
    filed = newborn.submitted(lin, chen)
    row = Material.objects.get(case=filed, slot=SLOT)
    assert reusing.take_away(row.pk, account=lin) is False
    assert Material.objects.get(pk=row.pk).put_away_at is not None
    assert row.pk not in {one.file.id for one in papers_of(lin)}
    draft = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    fresh = materials.upload(draft.pk, SLOT, photo(seed=4), by=lin.actor)
    assert reusing.take_away(fresh.pk, account=lin) is True
    assert not Material.objects.filter(pk=fresh.pk).exists()
