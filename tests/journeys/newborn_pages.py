"""How 林晓岚 goes through the newborn pages: her own inputs counted, every page checked with axe."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

SITUATION = ("本省有资质的医院", "已婚", "随母亲", "家庭户", "职工医保", "办过", "")
SAVE = ".dock button[type=submit]"
GRAVE = ("serious", "critical")


def no_grave_findings(page: Page) -> None:
    """axe finds nothing serious or critical on the page."""
    found = Axe().run(page).response["violations"]
    grave = {one["id"]: [node["html"][:160] for node in one["nodes"][:3]] for one in found if one["impact"] in GRAVE}
    assert grave == {}, f"{page.url}: {grave}"


def photo() -> bytes:
    """A photograph of a paper."""
    held = io.BytesIO()
    Image.new("RGB", (600, 800), "#fbf7ef").save(held, "JPEG")
    return held.getvalue()


class Applicant:
    """Somebody filling in the newborn form on a page; `inputs` counts what the person types or chooses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.inputs = 0
        self.case_id = ""

    def type(self, name: str, text: str) -> None:
        self.page.locator(f"main [name='{name}']").fill(text)
        self.inputs += 1

    def choose(self, name: str, label: str) -> None:
        self.page.select_option(f"main [name='{name}']", label=label)
        self.inputs += 1

    def pick(self, name: str, value: str) -> None:
        self.page.locator(f"main label:has(input[name='{name}'][value='{value}'])").click()
        self.inputs += 1

    def answer_situation(self, answers: tuple[str, ...] = SITUATION) -> None:
        """One question a screen, before signing in or after."""
        self.page.goto("/bundles/XSECS/start/")
        for answer in answers:
            if answer:
                self.page.locator("label.pick", has_text=answer).first.click()
                self.inputs += 1
            no_grave_findings(self.page)
            self.page.get_by_role("button", name="继续").click()
        expect(self.page).to_have_url(re.compile("/list/$"))
        no_grave_findings(self.page)

    def begin(self) -> None:
        """Agree to the look-ups; the draft is made and filled from registers."""
        self.page.goto("/bundles/XSECS/apply/")
        no_grave_findings(self.page)
        self.page.locator("label.pick", has_text="我单独同意查询这几样").click()
        self.inputs += 1
        self.page.get_by_role("button", name="同意并开始填").click()
        expect(self.page).to_have_url(re.compile("/apply/[0-9a-f-]{36}/$"))
        self.case_id = self.page.url.rstrip("/").rpartition("/")[2]
        no_grave_findings(self.page)

    def open(self, section: str) -> None:
        self.page.goto(f"/apply/{self.case_id}/sections/{section}/")
        no_grave_findings(self.page)

    def save(self) -> None:
        self.page.locator(SAVE).last.click()
        self.page.wait_for_load_state()

    def fill_parents(self) -> None:
        self.open("s_mother")
        self.type("mother_live", "示例市思明区示例路1号")
        self.save()
        self.open("s_father")
        self.choose("father_ethnic", "汉族")
        self.type("father_phone", "13800000002")
        self.save()

    def fill_child(self, number: int, name: str) -> None:
        self.pick(f"s_child.{number}.surname_from", "father")
        self.type(f"s_child.{number}.child_name", name)
        self.choose(f"s_child.{number}.child_ethnic", "汉族")

    def fill_rest(self) -> None:
        self.open("s_hukou")
        self.choose("head_relation", "女")
        self.type("native_place", "示例市思明区")
        self.save()
        self.open("s_insure")
        self.type("join_region", "示例市思明区示例街道")
        self.page.select_option("main [name=card_bank]", index=1)
        self.inputs += 1
        self.pick("card_kind", "e_only")
        self.save()
        self.open("s_maternity")
        self.pick("delivery_kind", "natural")
        born = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=22)
        self.type("leave_from", born.date().isoformat())
        self.page.select_option("main [name=bank_name]", index=1)
        self.inputs += 1
        self.save()

    def hand_in_discharge_summary(self) -> None:
        """The one paper no register has."""
        self.page.goto(f"/apply/{self.case_id}/materials/")
        no_grave_findings(self.page)
        slot = self.page.locator("#m-M_DISCHARGE")
        slot.locator("input[type=file]").first.set_input_files(
            {"name": "出院小结.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        )
        self.inputs += 1
        expect(self.page.locator("#m-M_DISCHARGE .tag").first).to_contain_text("已上传")

    def submit(self) -> None:
        self.page.goto(f"/apply/{self.case_id}/check/")
        no_grave_findings(self.page)
        self.page.locator("[name=declared]").check()
        self.inputs += 1
        self.page.get_by_role("button", name="确认提交").click()
        self.page.wait_for_load_state()
