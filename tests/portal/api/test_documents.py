"""Papers of the procedure through the API: for the applicant, in full; for nobody else."""

from __future__ import annotations

import pytest

from tests.portal.api.conftest import Caller, submitted

pytestmark = pytest.mark.django_db


def test_the_papers_of_a_case_are_listed_with_their_words(
    lin: Caller, chen: Caller, everybody_else: dict[str, Caller]
) -> None:
    case = submitted(lin, chen, owes=True)
    address = f"/cases/{case['id']}/documents/"
    papers = lin.get(address).json()
    paper = next(paper for paper in papers if paper["kind"] == "deferred")
    assert (paper["title"], paper["is_withdrawn"], paper["words"]["to"]) == ("容缺受理通知书", False, "林晓岚")
    assert len(paper["sha256"]) == 64
    assert [owed["due_on"] for owed in paper["words"]["owed"]]
    assert {who.get(address).status_code for who in everybody_else.values()} == {404}
