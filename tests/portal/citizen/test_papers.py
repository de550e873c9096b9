"""Papers: taken in, refused with a way out, declared instead, handed in later."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases import access
from cases.actions.papers import materials, piles
from cases.models import Case, Material, PileFile
from cases.ports import Actor
from portal.accounts.models import Account
from tests.factories import newborn, papers
from tests.portal.citizen.conftest import SignIn, photo, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
SLOT = "M_DISCHARGE"


@pytest.fixture
def open_slot(draft: Case, lin: Account) -> Case:
    materials.remove_file(draft.pk, draft.materials.get(slot=SLOT).pk, by=lin.actor)
    return draft


def test_a_photo_is_kept_and_shown_to_its_owner(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    response = client.post(reverse("citizen:upload", args=[open_slot.pk, SLOT]), {"files": photo()})
    assert response["Location"].endswith(f"#m-{SLOT}")
    page = text_of(client.get(reverse("citizen:materials", args=[open_slot.pk])))
    assert "出院小结.png" in page
    kept = Material.objects.get(case=open_slot, slot=SLOT)
    file = client.get(reverse("citizen:material_file", args=[open_slot.pk, kept.pk]))
    assert file["Content-Type"].startswith("image/")
    assert "no-store" in file["Cache-Control"]
    client.post(reverse("citizen:remove_file", args=[open_slot.pk, kept.pk]))
    assert not Material.objects.filter(case=open_slot, slot=SLOT).exists()


def test_a_file_of_another_kind_is_refused_with_the_way_out(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    client, address = as_person(lin), reverse("citizen:upload", args=[open_slot.pk, SLOT])
    page = client.post(address, {"files": SimpleUploadedFile("a.exe", b"MZ\x90\x00")})
    assert page.status_code == 422
    assert "请用照片" in text_of(page)
    for_script = client.post(
        address, {"files": SimpleUploadedFile("a.exe", b"MZ\x90\x00")}, headers={"HX-Request": "true"}
    )
    assert for_script["Content-Type"].startswith("text/plain")
    assert "请用照片" in text_of(for_script)
    assert client.post(address).status_code == 422


def test_a_paper_is_handed_in_later_and_after_all_now(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    client, cover = as_person(lin), reverse("citizen:cover", args=[open_slot.pk, SLOT])
    client.post(cover, {"act": "defer"})
    assert "容缺" in text_of(client.get(reverse("citizen:materials", args=[open_slot.pk])))
    client.post(cover, {"act": "undo"})
    assert not Material.objects.filter(case=open_slot, slot=SLOT).exists()
    assert client.post(cover, {"act": "commit"}).status_code == 422


def test_what_registers_know_need_not_be_handed_in(draft: Case, lin: Account, as_person: SignIn) -> None:
    page = text_of(as_person(lin).get(reverse("citizen:materials", args=[draft.pk])))
    assert "免提交：系统已调取" in page
    assert "父亲授权后由系统调取" in page


def test_of_several_files_those_that_are_good_are_kept(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    address = reverse("citizen:upload", args=[open_slot.pk, SLOT])
    bad = SimpleUploadedFile("说明.docx", b"PK\x03\x04word/document.xml")
    response = as_person(lin).post(address, {"files": [papers.photo("一.jpg", 1), bad, papers.photo("二.jpg", 2)]})
    page = text_of(response)
    assert response.status_code == 422
    assert "说明.docx" in page and "另存为 PDF" in page
    assert [one.name for one in Material.objects.filter(case=open_slot, slot=SLOT)] == ["一.jpg", "二.jpg"]


def test_scripts_get_the_slot_and_what_is_lacking_back(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    address = reverse("citizen:upload", args=[open_slot.pk, SLOT])
    part = text_of(as_person(lin).post(address, {"files": papers.photo(blur=9)}, headers={"HX-Request": "true"}))
    assert f'id="m-{SLOT}"' in part and 'id="papers-said"' in part and "<html" not in part
    assert "看起来有点糊" in part and "就用这张" in part


def test_a_file_is_turned_moved_and_waved_through_without_scripts(
    open_slot: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    client.post(reverse("citizen:upload", args=[open_slot.pk, SLOT]), {"files": papers.photo("结婚证.jpg", blur=9)})
    kept = Material.objects.get(case=open_slot, slot=SLOT)
    look = reverse("citizen:file_page", args=[open_slot.pk, kept.pk])
    page = text_of(client.get(look))
    assert "看文件名像是“结婚证”" in page
    for said in ("向左转", "换一张", "移过去", "删除这个文件"):
        assert said in page
    assert client.post(look, {"act": "right"})["Location"] == look
    small = client.get(reverse("citizen:file_small", args=[open_slot.pk, kept.pk]))
    assert (small["Content-Type"], small.content[:2]) == ("image/jpeg", b"\xff\xd8")
    client.post(look, {"act": "move", "slot": "M_MARRIAGE"})
    assert (
        Material.objects.get(case=open_slot, name__isnull=False, slot="M_MARRIAGE", source="upload").advice == "blurred"
    )
    assert client.post(look, {"act": "explode"}).status_code == 404


def test_a_pdf_is_read_page_by_page(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    sent = SimpleUploadedFile("三页.pdf", papers.pdf(3), "application/pdf")
    client.post(reverse("citizen:upload", args=[open_slot.pk, SLOT]), {"files": sent})
    kept = Material.objects.get(case=open_slot, slot=SLOT)
    assert "3 页" in text_of(client.get(reverse("citizen:materials", args=[open_slot.pk])))
    page = client.get(reverse("citizen:page_of_file", args=[open_slot.pk, kept.pk, 3]))
    assert page.content[:2] == b"\xff\xd8"
    assert client.get(reverse("citizen:page_of_file", args=[open_slot.pk, kept.pk, 4])).status_code == 404


def test_a_pile_is_sorted_without_scripts(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    sent = [papers.photo("出院记录.jpg", 1), papers.photo("IMG_1.jpg", 2), SimpleUploadedFile("a.exe", b"MZ\x90\x00")]
    first = client.post(reverse("citizen:pile", args=[open_slot.pk]), {"files": sent})
    assert first.status_code == 422
    page = text_of(first)
    assert "文件名里有“出院记录”" in page and "先放着" in page and "请用照片" in page
    files = {one.name: one for one in PileFile.objects.filter(case=open_slot)}
    chosen = {f"to-{files['出院记录.jpg'].pk}": SLOT, f"to-{files['IMG_1.jpg'].pk}": ""}
    assert client.post(reverse("citizen:pile_sort", args=[open_slot.pk]), chosen).status_code == 302
    assert Material.objects.get(case=open_slot, slot=SLOT).name == "出院记录.jpg"
    assert [one.name for one in PileFile.objects.all()] == ["IMG_1.jpg"]
    client.post(reverse("citizen:pile_remove", args=[open_slot.pk, files["IMG_1.jpg"].pk]))
    assert not PileFile.objects.exists()


def test_a_stranger_sees_no_file_by_any_door(
    open_slot: Case, lin: Account, stranger: Account, clerk: Account, as_person: SignIn
) -> None:
    lying = piles.add(open_slot.pk, papers.photo("a.jpg", 1), by=lin.actor)
    kept = materials.upload(open_slot.pk, SLOT, papers.photo("b.jpg", 2), by=lin.actor)
    doors = [
        reverse("citizen:pile_file", args=[open_slot.pk, lying.pk]),
        reverse("citizen:pile_small", args=[open_slot.pk, lying.pk]),
        reverse("citizen:file_page", args=[open_slot.pk, kept.pk]),
        reverse("citizen:file_small", args=[open_slot.pk, kept.pk]),
        reverse("citizen:page_of_file", args=[open_slot.pk, kept.pk, 1]),
        reverse("citizen:paper", args=[kept.pk]),
        reverse("citizen:paper_file", args=[kept.pk]),
        reverse("citizen:paper_small", args=[kept.pk]),
    ]
    for somebody in (stranger, clerk):
        client = as_person(somebody)
        assert {client.get(door).status_code for door in doors} == {404}
        assert client.post(reverse("citizen:pile_remove", args=[open_slot.pk, lying.pk])).status_code == 404
        assert (
            client.post(reverse("citizen:reuse", args=[open_slot.pk, SLOT]), {"material": kept.pk}).status_code == 404
        )
        client.post(reverse("citizen:paper_remove", args=[kept.pk]))
    assert Material.objects.filter(pk=kept.pk, put_away_at=None).exists()
    assert {as_person(None).get(door).status_code for door in doors} == {302}


def test_a_name_is_only_text_on_every_page(open_slot: Case, lin: Account, as_person: SignIn) -> None:
    name = '"><script>alert(1)</script>{{7*7}}.jpg'
    client = as_person(lin)
    piles.add(open_slot.pk, papers.photo(name, 1), by=lin.actor)
    kept = materials.upload(open_slot.pk, SLOT, papers.photo(name, 2), by=lin.actor)
    for address in (
        reverse("citizen:materials", args=[open_slot.pk]),
        reverse("citizen:file_page", args=[open_slot.pk, kept.pk]),
        reverse("citizen:my_documents"),
        reverse("citizen:paper", args=[kept.pk]),
    ):
        page = text_of(client.get(address))
        assert "<script>alert" not in page
        assert "7*7" in page


def test_my_documents_show_age_place_and_who_looked(filed: Case, lin: Account, as_person: SignIn) -> None:
    kept = Material.objects.get(case=filed, slot=SLOT)
    officer = Actor("staff", "o-1", "YB")
    access.record_access(filed.pk, by=officer, what=SLOT, purpose="办理生育津贴")
    client = as_person(lin)
    page = text_of(client.get(reverse("citizen:my_documents")))
    assert "出院小结" in page and "今天交的" in page and "已交给部门" in page
    one = text_of(client.get(reverse("citizen:paper", args=[kept.pk])))
    assert "办理生育津贴" in one and "从我的材料里拿掉" in one
    client.post(reverse("citizen:paper_remove", args=[kept.pk]))
    assert str(kept.pk) not in text_of(client.get(reverse("citizen:my_documents")))
    assert client.get(reverse("citizen:material_file", args=[filed.pk, kept.pk])).status_code == 200


def test_the_page_of_papers_is_light_and_asks_little(
    open_slot: Case, lin: Account, as_person: SignIn, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        piles.add(open_slot.pk, papers.photo(f"{n}.jpg", n), by=lin.actor)
        materials.upload(open_slot.pk, SLOT, papers.photo(f"b{n}.jpg", n + 10), by=lin.actor)
    client, address = as_person(lin), reverse("citizen:materials", args=[open_slot.pk])
    client.get(address)
    with django_assert_max_num_queries(22):
        response = client.get(address)
    assert len(gzip.compress(response.content)) < 40 * 1024


def test_what_was_fetched_instead_of_a_paper_can_be_looked_at(draft: Case, lin: Account, as_person: SignIn) -> None:
    page = text_of(as_person(lin).get(reverse("citizen:materials", args=[draft.pk])))
    assert "看调取了什么" in page and "改为自己上传" in page
    assert "结婚证" in page
    assert newborn.LIN["id_no"] not in page, "long numbers are masked"
