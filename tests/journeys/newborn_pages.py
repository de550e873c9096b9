"""What may be typed wrong on the newborn pages, step by step; every page checked with axe."""

from __future__ import annotations

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from tests.factories import looking

SITUATION = ("本省有资质的医院", "已婚", "随母亲", "家庭户", "职工医保", "办过", "")
SAVE = ".dock button[type=submit]"
GRAVE = ("serious", "critical")
CASE_ID = re.compile(r"/apply/([0-9a-f-]{36})/")


def no_grave_findings(page: Page) -> None:
    """axe finds nothing serious or critical on the page."""
    found = looking.found_by_axe(page, {})["violations"]
    grave = {one["id"]: [node["html"][:160] for node in one["nodes"][:3]] for one in found if one["impact"] in GRAVE}
    assert grave == {}, f"{page.url}: {grave}"


def photo(colour: str = "#fbf7ef") -> bytes:
    """A photograph of a paper."""
    held = io.BytesIO()
    Image.new("RGB", (600, 800), colour).save(held, "JPEG")
    return held.getvalue()


def press_answer(page: Page, answer: str) -> None:
    """On the screen of one question: the answer itself is the press; nothing of several needs the button below."""
    name = re.compile(f"^{re.escape(answer)}") if answer else "继续"
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


class Applicant:
    """Somebody filling in the newborn form on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.case_id = ""

    def type(self, name: str, text: str) -> None:
        self.page.locator(f"main [name='{name}']").fill(text)

    def choose(self, name: str, label: str) -> None:
        self.page.select_option(f"main [name='{name}']", label=label)

    def answer_situation(self, answers: tuple[str, ...] = SITUATION) -> None:
        """One question a screen, before signing in or after."""
        self.page.goto("/bundles/XSECS/start/")
        for answer in answers:
            no_grave_findings(self.page)
            press_answer(self.page, answer)
        expect(self.page).to_have_url(re.compile("/list/$"))
        no_grave_findings(self.page)

    def begin(self) -> None:
        """Agree to the look-ups; the draft is made and filled from registers."""
        self.page.goto("/bundles/XSECS/apply/")
        no_grave_findings(self.page)
        self.page.locator("label.pick", has_text="我单独同意查询这几样").click()
        self.page.get_by_role("button", name="同意并开始填").click()
        self.went_on_with()
        no_grave_findings(self.page)

    def went_on_with(self) -> None:
        """The draft whose page this is."""
        expect(self.page).to_have_url(CASE_ID)
        found = CASE_ID.search(self.page.url)
        assert found is not None
        self.case_id = found[1]

    def open(self, section: str) -> None:
        self.page.goto(f"/apply/{self.case_id}/sections/{section}/")
        no_grave_findings(self.page)

    def save(self) -> None:
        self.page.locator(SAVE).last.click()
        self.page.wait_for_load_state()

    def submit(self) -> None:
        self.page.goto(f"/apply/{self.case_id}/check/")
        no_grave_findings(self.page)
        self.page.locator("[name=declared]").check()
        self.page.get_by_role("button", name="确认提交").click()
        self.page.wait_for_load_state()
