"""Papers: taken in, refused with a way out, declared instead, handed in later."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.actions import materials
from cases.models import Case, Material
from portal.accounts.models import Account
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
