"""Somebody who goes through any bundle on its pages: answers, fills in what is asked, brings papers, hands in.

From the guide on everything is reached by what the pages offer, never by an address. What the person types beyond a
story's own words is what seed_check would type (`portal.seed_check.values`), read off the page field by field; a value
that the page refuses is mended with the next one, as its error summary says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from playwright.sync_api import FilePayload, Locator, Page, expect

from bundles import forms
from bundles.spec import BundleSpec
from portal.seed_check.values import Proposals, written
from tests.journeys.hands import Hands
from tests.journeys.newborn_pages import CASE_ID, photo
from tests.journeys.stories import Story
from tests.journeys.visitor import Visitor

OPTIONAL = ("可不填", "Optional", "optional")
ROUNDS = 6
MOST_PAGES = 40
FORM = re.compile("/sections/|/rest/")
# What stands in a section: name, kind of control, whether it is asked for, whether there is something in it.
READ_FIELDS = """
all => all.filter(one => one.offsetParent !== null && !one.closest('template')).map(one => {
  const controls = [...one.querySelectorAll('input, select, textarea')].filter(c => c.name === one.dataset.field);
  const first = controls[0];
  if (!first) return null;
  const kind = first.tagName === 'INPUT' ? first.type : first.tagName.toLowerCase();
  const held = ['radio', 'checkbox'].includes(kind) ? controls.some(c => c.checked) : first.value !== '';
  const small = [...one.querySelectorAll('.label small')].map(s => s.textContent.trim());
  return { name: one.dataset.field, kind, small, held, bad: one.classList.contains('field--bad') };
}).filter(Boolean)
"""


class Walker(Visitor):
    """A person with a story."""

    def __init__(
        self, page: Page, spec: BundleSpec, proposals: Proposals, story: Story, hands: Hands | None = None, *,
        scripts: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(page, hands, scripts=scripts)
        self.spec = spec
        self.story = story
        self.case_id = ""
        self._proposals = proposals
        self._tries: Counter[str] = Counter()

    # -- before the form ---------------------------------------------------------------------------------------------
    def answer_questions(self) -> None:
        """From the guide, one question a screen, until the personal list."""
        self.page.goto(f"/bundles/{self.story.code}/")
        self.press(self.page.locator(f"main a.btn[href*='/bundles/{self.story.code}/start/']").first)
        while "/start/" in self.page.url:
            self.look()
            question = self.page.locator("main input[name=question]").get_attribute("value") or ""
            self._answer_on_its_screen(question)
        expect(self.page).to_have_url(re.compile("/list/"))
        self.look()

    def _answer_on_its_screen(self, question: str) -> None:
        """One of several answers is a single press; of those that stand together all are ticked first."""
        values = self._answer(question)
        if self.spec.question(question).kind == "multi":
            for value in values:
                self.tick(self.page.locator(f"main input[name=answer][value='{value}']"))
            self.press(self.page.locator("main form .btn--primary"))
            return
        self.inputs += 1
        self.press(self.page.locator(f"main button[name=answer][value='{values[0]}']"))

    def _answer(self, question: str) -> list[str]:
        said = self.story.guidance.get(question)
        if said is not None:
            return [said] if isinstance(said, str) else list(said)
        options = [option.value for option in self.spec.question(question).options if not option.stop]
        return [] if self.spec.question(question).kind == "multi" else options[:1]

    def begin(self) -> None:
        """On from the list: agree to the look-ups; the draft is made."""
        self.press(self.page.locator("main header a.btn--primary"))
        expect(self.page).to_have_url(re.compile("/apply/(#main)?$"))
        self.look()
        for box in self.page.locator("main form input[type=checkbox]").all():
            self.tick(box)
        self.press(self.page.locator("main form .btn--primary"))
        self.went_on_with()

    def begin_signed_in(self) -> None:
        """From the guide straight on: agree to the look-ups, see what is known already, answer the rest."""
        self.page.goto(f"/bundles/{self.story.code}/")
        self.press(self.page.locator(f"main a.btn--primary[href*='/bundles/{self.story.code}/apply/']"))
        self.look()
        for box in self.page.locator("main form input[type=checkbox]").all():
            self.tick(box)
        self.press(self.page.locator("main form .btn--primary"))
        self.went_on_with()
        for _ in range(ROUNDS):
            if "/situations/" not in self.page.url:
                return
            self.look()
            self._answer_what_is_open()
            self.press(self.page.locator("main form .btn--primary"))
        raise AssertionError(f"{self.page.url}: no end of questions")

    def _answer_what_is_open(self) -> None:
        """What stands chosen is left where the story says the same; else it is opened and changed."""
        for box in self.page.locator("main form :is(fieldset, details)[id^='q-']").all():
            name = box.get_attribute("id") or ""
            said = self._answer(name.removeprefix("q-"))
            checked = f"main input[name='{name}']:checked"
            if self.page.locator(checked).evaluate_all("all => all.map(one => one.value)") == said:
                continue
            if box.locator("summary.ready__line").count() and box.get_attribute("open") is None:
                self.pace.tap()
                self.hands.press(box.locator("summary.ready__line"))
            for value in said:
                self.tick(self.page.locator(f"main input[name='{name}'][value='{value}']"))

    def went_on_with(self) -> None:
        """The draft whose page this is."""
        expect(self.page).to_have_url(CASE_ID)
        found = CASE_ID.search(self.page.url)
        assert found is not None
        self.case_id = found[1]

    # -- the form ----------------------------------------------------------------------------------------------------
    def fill(self) -> None:
        """Wherever the pages lead on to, until everything can be checked."""
        for _ in range(MOST_PAGES):
            self.look()
            if FORM.search(self.page.url):
                self.fill_section()
            elif "/materials/" in self.page.url:
                self.bring_papers()
                self.press(self.page.locator(".dock .btn--primary"))
            elif "/check/" in self.page.url:
                return
            else:
                self.press(self.page.locator("main a.btn--primary").first)
        raise AssertionError(f"{self.page.url}: no end of pages")

    def fill_one(self) -> tuple[str, int]:
        """The first open question of the form; it is kept by itself, without scripts by the press that says what else
        is lacking. Gives the page, and how many questions it asked.
        """
        while not FORM.search(self.page.url):
            self.look()
            self.press(self.page.locator("main a.btn--primary").first)
        asked = self.asked()
        first = next(one for one in self._fields() if _is_open(one))
        if self.scripts:
            with self.page.expect_response(re.compile("/autosave/")):
                self._fill(first["name"], first["kind"])
        else:
            self._fill(first["name"], first["kind"])
            self.press(self.page.locator(".dock button[type=submit]").last)
        return self.page.url, asked

    def asked(self) -> int:
        """How many questions of the page wait for an answer."""
        return sum(_is_open(one) for one in self._fields())

    def _fields(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.page.locator("main [data-field]").evaluate_all(READ_FIELDS)
        return found

    def fill_section(self) -> None:
        """Until the page takes it. Raises AssertionError where it never does."""
        for _ in range(ROUNDS):
            self._fill_what_is_asked()
            before = self.page.url
            self.press(self.page.locator(".dock button[type=submit]").last)
            if not self.page.locator("main .fix").count():
                return
            assert self.page.url.split("#")[0] == before.split("#")[0]
        raise AssertionError(f"{self.page.url}: {self.page.locator('main .fix').inner_text()}")

    def _fill_what_is_asked(self) -> None:
        """What appears while filling is filled as well."""
        done: set[str] = set()
        while True:
            wanted = [one for one in self._fields() if one["name"] not in done and self._is_wanted(one)]
            if not wanted:
                return
            for one in wanted:
                done.add(one["name"])
                self._fill(one["name"], one["kind"])

    def _is_wanted(self, one: Mapping[str, Any]) -> bool:
        if one["bad"] or (one["name"] in self.story.fields and not self._tries[one["name"]]):
            return True
        return _is_open(one)

    def _fill(self, name: str, kind: str) -> None:
        place = forms.place_of(self.spec, name)
        assert place is not None, name
        said = self.story.fields.get(name)
        values: list[Any] = [said] if said is not None else self._proposals.of(self.spec.field(place.field), place)
        assert values, f"nothing to type into {name}"
        value = written(values[self._tries[name] % len(values)])
        self._tries[name] += 1
        control = self.page.locator(f"main [name='{name}']")
        same = self.page.locator(f"main [data-field='{name}'] > p > button[data-offer]")
        if said is None and self._tries[name] == 1 and same.count():
            self._take_over(same.first, name)
            return
        if kind in ("radio", "checkbox"):
            for each in value if isinstance(value, list) else [value]:
                self.tick(self.page.locator(f"main input[name='{name}'][value='{each}']"))
            return
        self.inputs += 1
        if kind == "select":
            self.pace.choose()
            self.hands.choose(control, value)
        else:
            self.pace.type(value)
            self.hands.type(control, value)

    def _take_over(self, button: Locator, name: str) -> None:
        """The same answer as beside it, by one press: in place, or by the page that comes again without scripts."""
        self.inputs += 1
        if self.scripts:
            self.pace.tap()
            self.hands.press(button)
        else:
            self.press(button)
        expect(self.page.locator(f"main [name='{name}']")).not_to_be_empty()

    # -- papers ------------------------------------------------------------------------------------------------------
    def bring_papers(self) -> None:
        """A photograph into every slot that waits for one, by the plain form where no script sends it."""
        waiting = self.page.locator("main section:has(#todo) li.slot:has(input[type=file])")
        for slot in [one.get_attribute("id") or "" for one in waiting.all()]:
            if not self.page.locator(f"#{slot} .thumb").count():
                self.bring(slot, [photo_of(slot)])

    def bring(self, slot: str, papers: Sequence[FilePayload]) -> None:
        """Files into one slot, until they stand there."""
        here = self.page.locator(f"#{slot}")
        before = here.locator(".thumb").count()
        self.inputs += len(papers)
        self.pace.photograph()
        self.hands.bring(here.locator("input[type=file]").first, list(papers))
        send = here.locator("[data-upload-send]")
        if send.is_visible():
            self.press(send)
        expect(self.page.locator(f"#{slot} .thumb")).to_have_count(before + len(papers))
        self.keeps_the_place()

    # -- handing in --------------------------------------------------------------------------------------------------
    def hand_in(self) -> None:
        """Look at everything, declare, press."""
        expect(self.page).to_have_url(re.compile("/check/(#main)?$"))
        for box in self.page.locator("main form input[type=checkbox]:not(:checked)").all():
            self.tick(box)
        self.press(self.page.locator("main form .btn--primary"))
        assert "/check/" not in self.page.url, self.page.locator("main .fix").inner_text()


def _is_open(one: Mapping[str, Any]) -> bool:
    """Whether a question must be answered and is not."""
    return not one["held"] and not any(word in OPTIONAL for word in one["small"])


def photo_of(name: str) -> FilePayload:
    """A photograph under a name; each name is another paper."""
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": photo(f"#fbf7{crc32(name.encode()) % 256:02x}")}
