"""Lists of one person that grow with the years: a page at a time, by plain links, and no more opened than is shown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import access
from cases.models import Case, Consent, Licence, Material
from cases.protection import HEARS, blind_index
from portal.accounts.models import Account, ApiToken
from portal.citizen.shown import case_rows, wallet
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = pytest.mark.django_db
WALLET = "/licences/"
KINDS = ("MARRIAGE_CERT", "HUKOU_BOOK", "ID_CARD")


def hold(account: Account, count: int, **values: Any) -> list[Licence]:
    """So many licences of three kinds, the last one the newest."""
    now = timezone.now()
    return Licence.objects.bulk_create(
        Licence(
            code=KINDS[number % 3], department=("MZ", "GA", "GA")[number % 3], licence_id=uuid4().hex,
            holder_index=blind_index(str(account.identity.id_no)), holder={}, face={"cert_no": f"N{number:05d}"},
            trust="A", issued_at=now - timedelta(days=count - number), **values,
        )
        for number in range(count)
    )  # fmt: skip


def copies(case: Case, count: int, **values: Any) -> list[Case]:
    """So many more cases like this one."""
    kept = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    many = ({**kept, "id": uuid4(), "client_key": None, "number": f"K{number:04d}"} for number in range(count))
    return Case.objects.bulk_create(Case(**{**one, **values}) for one in many)


def test_a_long_wallet_is_paged_and_opens_only_what_it_shows(
    lin: Account, as_person: SignIn, django_assert_max_num_queries: Any
) -> None:
    hold(lin, 30)
    client, opened = as_person(lin), list[str]()
    client.get(WALLET)
    before = HEARS.set(lambda name, value: opened.append(name))
    try:
        with django_assert_max_num_queries(13):
            page = client.get(WALLET).content.decode()
    finally:
        HEARS.reset(before)
    assert page.count('class="cert"') == wallet.A_PAGE == opened.count("face")
    assert "30 份" in page and "第 1 页，共 3 页" in page and 'rel="prev"' not in page
    last = client.get(f"{WALLET}?page=3").content.decode()
    assert last.count('class="cert"') == 6 and 'rel="next"' not in last
    assert client.get(f"{WALLET}?page=99").content.decode().count('class="cert"') == 6


def test_no_licence_is_on_two_pages_and_none_on_none(lin: Account, as_person: SignIn) -> None:
    held = {str(one.pk) for one in hold(lin, 30)}
    client, seen = as_person(lin), list[str]()
    for number in (1, 2, 3):
        page = client.get(f"{WALLET}?page={number}").content.decode()
        seen += re.findall(r'href="/licences/([0-9a-f-]{36})/"', page)
    assert sorted(seen) == sorted(held)


def test_a_wallet_is_narrowed_by_kind_department_and_words(lin: Account, as_person: SignIn) -> None:
    hold(lin, 30)
    client = as_person(lin)
    page = client.get(WALLET, {"dept": "MZ"}).content.decode()
    assert page.count('class="cert"') == 10 and "已选 1 项" in page
    assert client.get(WALLET, {"q": "结婚"}).content.decode().count('class="cert"') == 10
    assert client.get(WALLET, {"q": "結婚"}).content.decode().count('class="cert"') == 10
    assert client.get(WALLET, {"q": "公安", "dept": "GA"}).content.decode().count('class="cert"') == wallet.A_PAGE
    nothing = text_of(client.get(WALLET, {"q": "没有这样的"}))
    assert "没有符合的" in nothing and "看全部" in nothing


def test_what_ended_lies_apart_and_is_counted(lin: Account, as_person: SignIn) -> None:
    hold(lin, 3)
    hold(lin, 2, valid_to=timezone.localdate() - timedelta(days=1))
    client = as_person(lin)
    page = client.get(WALLET).content.decode()
    assert page.count('class="cert"') == 3 and "有效 3" in page and "已失效 2" in page
    assert "narrow-by" not in page  # a few need no search
    ended = client.get(WALLET, {"standing": "ended"}).content.decode()
    assert ended.count('class="cert"') == 2 and "已过有效期" in ended


def test_a_long_list_of_cases_is_paged_and_narrowed(
    draft: Case, lin: Account, as_person: SignIn, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    copies(draft, 25, state="concluded", outcome="all", submitted_at=now, closed_at=now, next_at=None)
    client, address = as_person(lin), reverse("citizen:cases")
    client.get(address)
    with django_assert_max_num_queries(7):
        page = client.get(address).content.decode()
    assert page.count("card strip") == case_rows.A_PAGE and "全部 26" in page and "草稿 1" in page
    assert page.index("还没提交") < page.index("K0")  # what waits for the person is in front
    assert client.get(address, {"page": "2"}).content.decode().count("card strip") == 6
    drafts = client.get(address, {"at": "draft"}).content.decode()
    assert drafts.count("card strip") == 1 and "看进度" not in drafts
    assert "没有符合的" in text_of(client.get(address, {"at": "you"}))


def test_who_read_my_data_is_paged(draft: Case, lin: Account, clerk: Account, as_person: SignIn) -> None:
    for number in range(40):
        access.record_access(draft.pk, by=clerk.actor, what=f"第{number:02d}样", purpose="窗口查询")
    client, address = as_person(lin), reverse("citizen:readings")
    pages = [client.get(address, {"kind": "staff", "page": number}).content.decode() for number in (1, 2)]
    assert [page.count("窗口查询") for page in pages] == [30, 10]
    seen = [int(one) for page in pages for one in re.findall(r"第(\d\d)样", page)]
    assert sorted(seen) == list(range(40)) and 39 in seen[:30]
    assert 'rel="next"' in pages[0] and "kind=staff" in pages[0] and 'rel="next"' not in pages[1]
    assert client.get(address, {"page": 9})["Location"] == address
    everything = client.get(reverse("citizen:readings_file")).content.decode()
    assert everything.count("窗口查询") == 40


def test_what_i_gave_is_paged(draft: Case, lin: Account, as_person: SignIn) -> None:
    given = Consent.objects.filter(given_by=lin).first()
    assert given is not None
    kept = {field.attname: getattr(given, field.attname) for field in Consent._meta.concrete_fields}
    more = ({**kept, "id": uuid4(), "subject_index": f"{number:064x}"} for number in range(25))
    Consent.objects.bulk_create(Consent(**one) for one in more)
    total = Consent.objects.filter(given_by=lin, revoked_at=None).exclude(means="duty").count()
    client, address = as_person(lin), reverse("citizen:authorisations")
    counts = [client.get(address, {"given": number}).content.decode().count("/revoke/") for number in (1, 2)]
    assert counts == [20, total - 20]


def test_my_documents_are_paged(draft: Case, lin: Account, as_person: SignIn) -> None:
    first = Material.objects.filter(case=draft, source="upload").exclude(material_id="").first()
    assert first is not None
    kept = {field.attname: getattr(first, field.attname) for field in Material._meta.concrete_fields}
    Material.objects.bulk_create(
        Material(**{**kept, "id": uuid4(), "sha256": f"{number:064x}", "position": number + 1}) for number in range(30)
    )
    client, address = as_person(lin), reverse("citizen:my_documents")
    pages = [client.get(address, {"page": number}).content.decode().count("mypaper") for number in (1, 2)]
    files = Material.objects.filter(case=draft, source="upload").exclude(material_id="")
    assert pages[0] == 24 and sum(pages) == files.values("sha256").distinct().count()


def test_programs_turn_pages_too(lin: Account) -> None:
    held = {str(one.pk) for one in hold(lin, 105)}
    programme = Client(headers={"Authorization": f"Bearer {ApiToken.issue(lin, 'test')}"})
    first = programme.get("/api/v1/licences/")
    assert 'rel="next"' in first["Link"] and "?page=2" in first["Link"]
    second = programme.get("/api/v1/licences/?page=2")
    assert "Link" not in second
    assert {one["id"] for answer in (first, second) for one in answer.json()} == held
    assert [len(answer.json()) for answer in (first, second)] == [100, 5]
