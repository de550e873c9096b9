"""Papers on a phone: a photograph made smaller, a pile of six sorted, one that fails and is tried again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from cases.actions.papers import materials
from cases.models import Case, Material, PileFile
from portal.accounts.models import Account
from tests.factories import papers
from tests.portal.citizen.conftest import SignIn

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doubles"),
    pytest.mark.timeout(300),
]
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
SLOT = "M_DISCHARGE"


@pytest.fixture
def phone(draft: Case, lin: Account, as_person: SignIn, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """林晓岚's phone at the papers of her draft; the discharge summary is still lacking."""
    materials.remove_file(draft.pk, draft.materials.get(slot=SLOT).pk, by=lin.actor)
    context = browser.new_context(
        viewport=PHONE, base_url=live_server.url, locale="zh-CN", has_touch=True, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "sessionid", "value": _session(as_person(lin)), "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"/apply/{draft.pk}/materials/", wait_until="networkidle")  # scripts hang on what they serve
    yield page
    context.close()


def _session(client: Client) -> str:
    return client.cookies["sessionid"].value


def file(name: str, content: bytes, kind: str = "image/jpeg") -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, where: str, *files: Any) -> None:
    page.locator(f"{where} input[type=file]").first.set_input_files(list(files))


def test_papers_on_a_phone(phone: Page, draft: Case) -> None:
    _a_photograph_is_made_smaller_and_advised_on(phone, draft)
    _six_files_are_sorted_and_the_lost_one_is_tried_again(phone, draft)


def _a_photograph_is_made_smaller_and_advised_on(page: Page, case: Case) -> None:
    choose(page, f"#m-{SLOT}", file("出院小结.jpg", papers.photograph(blur=9, size=(3000, 4000))))
    slot = page.locator(f"#m-{SLOT}")
    expect(slot.locator(".tag").first).to_contain_text("已上传")
    expect(slot.locator(".remark")).to_contain_text("有点糊")
    expect(page.locator("#papers-said")).to_contain_text("都齐了")
    kept = Material.objects.get(case=case, slot=SLOT)
    assert max(Image.open(io.BytesIO(kept.file.read())).size) == 2500
    slot.get_by_role("button", name=re.compile("就用这张")).click()
    expect(page.locator(f"#m-{SLOT} .remark")).to_have_count(0)


def _six_files_are_sorted_and_the_lost_one_is_tried_again(page: Page, case: Case) -> None:
    names = ("户口本首页.jpg", "结婚证.jpg", "诊断证明.jpg", "身份证正面.jpg", "IMG_2041.jpg", "发票.jpg")
    lost: list[str] = []

    def cut_once(route: Route) -> None:
        """The line breaks at the third file."""
        lost.append(route.request.url)
        route.abort() if len(lost) == 3 else route.continue_()

    page.route("**/pile/", cut_once)
    choose(page, "#pile", *[file(name, papers.photograph(n)) for n, name in enumerate(names, start=1)])
    expect(page.locator(".loose__one")).to_have_count(5)
    failed = page.locator(".sending")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("点“重试”")
    failed.get_by_role("button", name="重试").click()
    expect(page.locator(".loose__one")).to_have_count(6)
    expect(page.locator(".sending")).to_have_count(0)
    chosen = {
        one.locator("b").inner_text(): one.locator("select").evaluate("it => it.selectedOptions[0].textContent")
        for one in page.locator(".loose__one").all()
    }
    assert chosen["结婚证.jpg"] == "结婚证"
    assert "户口簿" in chosen["户口本首页.jpg"]
    assert "出院小结" in chosen["诊断证明.jpg"]
    assert "先放着" in chosen["IMG_2041.jpg"]
    page.get_by_role("button", name="就这样放").click()
    expect(page.locator(".loose__one")).to_have_count(1)
    assert PileFile.objects.get(case=case).name == "IMG_2041.jpg"
    assert {one.name for one in Material.objects.filter(case=case, source="upload")} >= set(names) - {"IMG_2041.jpg"}
