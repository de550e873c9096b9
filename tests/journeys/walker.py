"""Somebody who goes through any bundle on its pages: answers, fills in what is asked, brings papers, hands in.

What the person types beyond a story's own words is what seed_check would type (`portal.seed_check.values`), read off
the page field by field; a value that the page refuses is mended with the next one, as its error summary says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, expect

from bundles import forms
from bundles.spec import BundleSpec
from portal.seed_check.values import Proposals, written
from tests.journeys.hands import Finger, Hands
from tests.journeys.newborn_pages import no_grave_findings, photo

OPTIONAL = ("可不填", "Optional", "optional")
ROUNDS = 6
MOST_SECTIONS = 30
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


@dataclass(frozen=True)
class Story:
    """Who wants what: the account and its person or company, answers to the questions, what is typed in so many
    words, who plays which other party.
    """

    code: str
    who: str
    name: str
    guidance: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    cast: Mapping[str, str] = field(default_factory=dict)


class Walker:
    """One person on one page. `inputs` counts what was typed, chosen or brought."""

    def __init__(
        self, page: Page, spec: BundleSpec, proposals: Proposals, story: Story, hands: Hands | None = None, *,
        scripts: bool = True,
    ) -> None:  # fmt: skip
        """`scripts`: whether scripts run on the page; axe is one."""
        self.page = page
        self._scripts = scripts
        self.spec = spec
        self.story = story
        self.hands = hands or Finger()
        self.case_id = ""
        self.inputs = 0
        self._proposals = proposals
        self._tries: Counter[str] = Counter()

    # -- before the form ---------------------------------------------------------------------------------------------
    def answer_questions(self) -> None:
        """One a screen, until the personal list."""
        self.page.goto(f"/bundles/{self.story.code}/start/")
        while "/start/" in self.page.url:
            question = self.page.locator("main input[name=question]").get_attribute("value") or ""
            for value in self._answer(question):
                self.hands.tick(self.page.locator(f"main input[name=answer][value='{value}']"))
                self.inputs += 1
            self._go_on(self.page.locator("main form .btn--primary"))
        expect(self.page).to_have_url(re.compile("/list/"))

    def _answer(self, question: str) -> list[str]:
        said = self.story.guidance.get(question)
        if said is not None:
            return [said] if isinstance(said, str) else list(said)
        options = [option.value for option in self.spec.question(question).options if not option.stop]
        return [] if self.spec.question(question).kind == "multi" else options[:1]

    def begin(self) -> None:
        """Agree to the look-ups; the draft is made."""
        self.page.goto(f"/bundles/{self.story.code}/apply/")
        for box in self.page.locator("main form input[type=checkbox]").all():
            self.hands.tick(box)
            self.inputs += 1
        self._go_on(self.page.locator("main form .btn--primary"))
        expect(self.page).to_have_url(re.compile("/apply/[0-9a-f-]{36}/"))
        self.case_id = self.page.url.split("/apply/")[1].split("/")[0]

    # -- the form ----------------------------------------------------------------------------------------------------
    def fill(self, sections: int = MOST_SECTIONS) -> None:
        """Every section of the task list, then every paper; or the first few sections."""
        for _ in range(sections):
            target = self._next_section()
            if target is None:
                break
            self.page.goto(target)
            self.fill_section()
        else:
            return
        self.bring_papers()

    def _next_section(self) -> str | None:
        """The first section that is not done, as the task list says."""
        self.page.goto(f"/apply/{self.case_id}/")
        self._look()
        open_ones = self.page.locator("main li.task:has(a[href*='/sections/']):not(:has(.task__n.is-done)) a")
        return open_ones.first.get_attribute("href") if open_ones.count() else None

    def fill_section(self) -> None:
        """Until the page takes it. Raises AssertionError where it never does."""
        for _ in range(ROUNDS):
            self._fill_what_is_asked()
            before = self.page.url
            self._go_on(self.page.locator(".dock button[type=submit]").last)
            if not self.page.locator("main .fix").count():
                return
            assert self.page.url.split("#")[0] == before.split("#")[0]
        raise AssertionError(f"{self.page.url}: {self.page.locator('main .fix').inner_text()}")

    def _fill_what_is_asked(self) -> None:
        """What appears while filling is filled as well."""
        done: set[str] = set()
        while True:
            found = self.page.locator("main [data-field]").evaluate_all(READ_FIELDS)
            wanted = [one for one in found if one["name"] not in done and self._is_wanted(one)]
            if not wanted:
                return
            for one in wanted:
                done.add(one["name"])
                self._fill(one["name"], one["kind"])

    def _is_wanted(self, one: Mapping[str, Any]) -> bool:
        if one["bad"] or (one["name"] in self.story.fields and not self._tries[one["name"]]):
            return True
        return not one["held"] and not any(word in OPTIONAL for word in one["small"])

    def _fill(self, name: str, kind: str) -> None:
        place = forms.place_of(self.spec, name)
        assert place is not None, name
        said = self.story.fields.get(name)
        values: list[Any] = [said] if said is not None else self._proposals.of(self.spec.field(place.field), place)
        assert values, f"nothing to type into {name}"
        value = written(values[self._tries[name] % len(values)])
        self._tries[name] += 1
        self.inputs += 1
        control = self.page.locator(f"main [name='{name}']")
        if kind in ("radio", "checkbox"):
            for each in value if isinstance(value, list) else [value]:
                self.hands.tick(self.page.locator(f"main input[name='{name}'][value='{each}']"))
        elif kind == "select":
            self.hands.choose(control, value)
        else:
            self.hands.type(control, value)

    # -- papers ------------------------------------------------------------------------------------------------------
    def bring_papers(self) -> None:
        """A photograph into every slot that waits for one, by the plain form where no script sends it."""
        self.page.goto(f"/apply/{self.case_id}/materials/")
        self._look()
        waiting = self.page.locator("main section:has(#todo) li.slot:has(input[type=file])")
        for slot in [one.get_attribute("id") for one in waiting.all()]:
            here = self.page.locator(f"#{slot}")
            if here.locator(".thumb").count():
                continue
            paper = {"name": f"{slot}.jpg", "mimeType": "image/jpeg", "buffer": photo()}
            here.locator("input[type=file]").first.set_input_files(paper)
            self.inputs += 1
            send = here.locator("[data-upload-send]")
            if send.is_visible():
                self._go_on(send)
            expect(self.page.locator(f"#{slot} .thumb").first).to_be_visible()

    # -- handing in --------------------------------------------------------------------------------------------------
    def hand_in(self) -> None:
        """Look at everything, declare, press."""
        self.page.goto(f"/apply/{self.case_id}/check/")
        self._look()
        for box in self.page.locator("main form input[type=checkbox]:not(:checked)").all():
            self.hands.tick(box)
            self.inputs += 1
        self._go_on(self.page.locator("main form .btn--primary"))
        assert "/check/" not in self.page.url, self.page.locator("main .fix").inner_text()

    def _look(self) -> None:
        if self._scripts:
            no_grave_findings(self.page)

    def _go_on(self, button: Any) -> None:
        with self.page.expect_navigation():
            self.hands.press(button)
