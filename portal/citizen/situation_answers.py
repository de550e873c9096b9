"""Answers to situation questions before anybody has signed in.

They are kept with the session. Only who shares a list, or prints it, puts them into an address: codes of questions and
options, which say nothing of a person, checked against the definition when somebody opens it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from bundles import forms, queries
from bundles.spec import BundleSpec, Question

KEY = "situations"


def kept(request: HttpRequest, code: str) -> dict[str, Any]:
    """What has been answered for a bundle so far."""
    return dict(request.session.get(KEY, {}).get(code, {}))


def keep(request: HttpRequest, code: str, answers: Mapping[str, Any]) -> None:
    """Remember the answers for a bundle."""
    request.session[KEY] = {**request.session.get(KEY, {}), code: dict(answers)}


def forget(request: HttpRequest, code: str) -> None:
    """The answers went into a draft."""
    request.session[KEY] = {key: value for key, value in request.session.get(KEY, {}).items() if key != code}


def read_answer(question: Question, posted: Sequence[str]) -> str | list[str] | None:
    """A posted answer if it is one of the question's; None for nothing chosen."""
    known = [option.value for option in question.options]
    chosen = [value for value in dict.fromkeys(posted) if value in known]
    if question.kind == "multi":
        return chosen
    return chosen[0] if chosen else None


def as_query(spec: BundleSpec, given: Mapping[str, Any]) -> str:
    """The answers as the query of an address; nothing chosen of several is said as well, so that it counts as one."""
    pairs: list[tuple[str, str]] = []
    for question in spec.guidance:
        value = given.get(question.id)
        if isinstance(value, list | tuple):
            pairs += [(question.id, str(one)) for one in value] or [(question.id, "")]
        elif value:
            pairs.append((question.id, str(value)))
    return urlencode(pairs)


def in_query(spec: BundleSpec, query: QueryDict) -> dict[str, Any] | None:
    """The answers an address carries; None for one without any. What the definition does not know is left out."""
    asked = [question for question in spec.guidance if question.id in query]
    if not asked:
        return None
    found = {question.id: read_answer(question, query.getlist(question.id)) for question in asked}
    return {question_id: value for question_id, value in found.items() if value is not None}


def context_of(request: HttpRequest, spec: BundleSpec, guidance: Mapping[str, Any]) -> forms.Context:
    """The frame before there is a case: the answers, and the account where somebody is signed in."""
    account: dict[str, Any] = {}
    if request.user.is_authenticated and hasattr(request.user, "identity"):
        identity = request.user.identity
        account = {"kind": identity.kind, **identity.attributes}
    return forms.Context(
        spec=spec,
        registry=queries.registry(),
        answers={"guidance": dict(guidance), "fields": {}},
        now=timezone.localtime(),
        account=account,
    )
