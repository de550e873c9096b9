"""Papers of the procedure through the API: for the applicant, in full; for nobody else."""

from __future__ import annotations

import pytest

from cases.actions import dispatch
from tests.portal.api.conftest import Caller, submitted

pytestmark = pytest.mark.django_db


def test_the_papers_of_a_case_are_listed_with_their_words(
    lin: Caller, chen: Caller, everybody_else: dict[str, Caller]
) -> None:
    case = submitted(lin, chen)
    dispatch.pump()
    address = f"/cases/{case['id']}/documents/"
    papers = lin.get(address).json()
    end = next(paper for paper in papers if paper["kind"] == "conclusion")
    assert (end["title"], end["is_withdrawn"], end["words"]["to"]) == ("办结通知书", False, "林晓岚")
    assert len(end["sha256"]) == 64
    assert len(end["words"]["ends"]) == len(case["items"])
    assert {who.get(address).status_code for who in everybody_else.values()} == {404}
