"""A mother at home, one phone: from the first question to seven certificates."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Begins, SignedIn
from tests.journeys.newborn_pages import SITUATION, Applicant, no_grave_findings, press_answer
from tests.journeys.stack import Stack
from tests.journeys.stories import NEWBORN
from tests.journeys.test_stories import MOST_INPUTS, told
from tests.journeys.walker import Walker

pytestmark = [pytest.mark.django_db, pytest.mark.journey, pytest.mark.timeout(420)]
CONCLUDED_MS = 60_000
LONGEST_S = 180  # of a person, by tests/journeys/pace.py
LATE_S = 8  # to read that a register is late, which the pages say where the machine is busy
OPEN_TO_ALL = ("/", "/bundles/", "/search/?q=宝宝", "/help/", "/help/privacy/", "/sign-in/", "/verify/")


def test_one_form_one_authorisation_and_everything_comes_back(
    begins: Begins, signed_in: SignedIn, portal_stack: Stack
) -> None:
    nobody = signed_in("", PHONE)
    for path in OPEN_TO_ALL:
        nobody.goto(path)
        no_grave_findings(nobody)
    lin = begins(NEWBORN, "phone")
    lin.begin_signed_in()
    lin.fill()
    lin.hand_in()
    print(f"\n林晓岚自己填和选了 {lin.inputs} 处 / own inputs and a person's time: {told(lin)}")
    assert lin.inputs <= MOST_INPUTS
    assert lin.pace.whole_s <= LONGEST_S + LATE_S
    expect(lin.page.locator("h1")).to_contain_text("等陈屿")
    lin.look()
    _chen_agrees(signed_in("chen", PHONE))
    _everything_comes_back(lin)


def _chen_agrees(chen: Page) -> None:
    chen.goto("/authorise/")
    no_grave_findings(chen)
    chen.locator("section:has(#w) a", has_text="新生儿").first.click()
    no_grave_findings(chen)
    shown = chen.locator("main").inner_text()
    assert "陈屿" in shown
    for secret in ("13800000001", "6299990000000010003", "示例路1号", "林晓岚"):
        assert secret not in shown
    chen.get_by_role("button", name="我同意").click()
    expect(chen.locator("main")).to_contain_text("您已同意")


def _everything_comes_back(lin: Walker) -> None:
    """Her page, left open at 等陈屿, has gone to the case by itself."""
    page, case = lin.page, lin.case_id
    expect(page).to_have_url(re.compile(f"/cases/{case}/$"), timeout=CONCLUDED_MS)
    page.wait_for_load_state("load")
    no_grave_findings(page)
    expect(page.locator(".answer__big").first).to_contain_text("全部办结", timeout=CONCLUDED_MS)
    no_grave_findings(page)
    for path in ("receipt/", "results/"):
        page.goto(f"/cases/{case}/{path}")
        no_grave_findings(page)
    certificates = page.locator(".cert")
    assert certificates.count() == 6
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("全部下载")).click()
    assert download.value.suggested_filename.endswith(".zip")
    page.goto(f"/cases/{case}/results/")
    certificates.first.get_by_role("link", name=re.compile("验真")).click()
    expect(page.locator("main")).to_contain_text("是真的")
    for path in ("/cases/", "/licences/", "/me/", "/me/data/", "/authorise/"):
        page.goto(path)
        no_grave_findings(page)


def test_what_is_wrong_is_refused_at_the_field_and_kept_as_typed(signed_in: SignedIn) -> None:
    lin = Applicant(signed_in("lin", PHONE))
    lin.answer_situation()
    lin.begin()
    lin.open("s_father")
    lin.choose("father_ethnic", "汉族")
    for name, wrong, said in (
        ("father_phone", "13800000001", "父母手机号应分别填写"),
        ("father_id", "350203199211053172", "身份证"),
    ):
        before = lin.page.locator(f"[name='{name}']").input_value()
        _refused(lin, name, wrong, said)
        lin.type(name, before or "13800000002")
    lin.open("s_child")
    _refused(lin, "s_child.0.child_name", "陈一二三四五六", "不超过6个字")
    _missing_household_page(lin)


def _refused(lin: Applicant, name: str, wrong: str, said: str) -> None:
    """The summary leads to the field, the field says why, and what was typed is still there."""
    lin.type(name, wrong)
    lin.save()
    page = lin.page
    expect(page.locator(".fix")).to_be_focused()
    link = page.locator(".fix a", has_text=said)
    expect(link).to_be_visible()
    field = page.locator(f"[data-field='{name}']")
    expect(field.locator(".error")).to_contain_text(said)
    assert page.locator(f"[name='{name}']").input_value() == wrong
    no_grave_findings(page)
    link.click()
    expect(page.locator(f"[name='{name}']")).to_be_focused()


def _missing_household_page(lin: Applicant) -> None:
    """A paper that no register has and nobody brought keeps the case from being submitted, with the way to it."""
    lin.submit()
    summary = lin.page.locator(".fix")
    expect(summary).to_contain_text("出院小结")
    summary.locator("a", has_text="出院小结").click()
    expect(lin.page).to_have_url(re.compile(r"/materials/#m-M_DISCHARGE$"))


def test_a_row_is_added_and_removed_without_scripts(signed_in: SignedIn) -> None:
    lin = Applicant(signed_in("lin", PHONE, java_script_enabled=False))
    lin.page.goto("/bundles/XSECS/start/")
    for answer in SITUATION:
        press_answer(lin.page, answer)
    lin.page.goto("/bundles/XSECS/apply/")
    lin.page.get_by_role("button", name="同意并开始填").click()
    lin.went_on_with()
    lin.page.goto(f"/apply/{lin.case_id}/sections/s_child/")
    expect(lin.page.locator("[data-row]")).to_have_count(1)
    lin.page.locator("[data-add]").click()
    expect(lin.page.locator("[data-row]")).to_have_count(2)
    lin.page.locator("[data-remove]:visible").last.click()
    expect(lin.page.locator("[data-row]")).to_have_count(1)
