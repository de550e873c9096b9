"""A company lets somebody act for it: within the mandate everything goes, beyond it nothing, and it ends at once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Begins, Sits
from tests.journeys.stack import Stack
from tests.journeys.stories import RENAMING, ways
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(420)]
AGENT, NAME = "zhao", "赵海"
BEYOND = "QYZX"


@pytest.mark.parametrize("way", ways("desktop"))
def test_an_agent_changes_the_name_of_a_company(begins: Begins, sits: Sits, portal_stack: Stack, way: str) -> None:
    company = sits(RENAMING.who, way)
    link = _gives(company, portal_stack)
    agent = begins(replace(RENAMING, who=AGENT), way)
    page = agent.page
    page.goto(link)
    agent.look()
    agent.press(page.get_by_role("button", name="接受委托"))
    agent.press(page.locator("main button[name=as]", has_text=RENAMING.name))
    expect(page.locator(".acting")).to_contain_text(RENAMING.name)
    agent.answer_questions()
    agent.begin()
    agent.fill()
    agent.hand_in()
    expect(page).to_have_url(re.compile("/receipt/(#main)?$"))
    _goes_no_further(agent)
    _ends(company, agent)


def _gives(company: Visitor, stack: Stack) -> str:
    """For one thing, to fill in and to hand in; the address that the message leads to."""
    page, person = company.page, stack.person(NAME)
    page.goto("/me/mandates/")
    company.press(page.locator("main a.btn--primary"))
    company.look()
    for name, text in (("name", NAME), ("id_no", person["id_no"]), ("phone", person["phone"])):
        company.hands.type(page.locator(f"#{name}"), text)
    company.hands.tick(page.locator("[name=scope][value=some]"))
    company.hands.tick(page.locator(f"[name=bundle][value={RENAMING.code}]"))
    for act in ("pay", "receive"):
        company.hands.tick(page.locator(f"[name=act][value={act}]"))
    company.press(page.get_by_role("button", name="发出委托"))
    company.look()
    return stack.link_to(NAME, "mandate_asked")


def _goes_no_further(agent: Visitor) -> None:
    """Another thing of the company, and what only its own people may see."""
    for path in (f"/bundles/{BEYOND}/apply/", "/licences/", "/me/mandates/"):
        answer = agent.page.goto(path)
        assert answer is not None and answer.status == 403, path
        expect(agent.page.locator("main")).to_contain_text("委托不包括")


def _ends(company: Visitor, agent: Visitor) -> None:
    """Taken back, it is over with the next page."""
    company.page.goto("/me/mandates/")
    company.press(company.page.get_by_role("button", name=re.compile(f"收回委托.*{NAME}")))
    agent.page.goto("/cases/")
    expect(agent.page.locator("main")).to_contain_text("委托已经结束")
    expect(agent.page.locator(".acting")).to_have_count(0)
