"""Looking up what the matching of entitlements reads, once somebody is identified; and the monthly hint.

A hint is an offer: nothing is filed before the person says yes. 国发〔2022〕5号 (免申即享).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bundles import forms, queries
from bundles.forms.entitlement import expressions_of_matches, match_items
from bundles.queries import PublishedBundle
from cases import notices
from cases.actions.engine import rounds
from cases.actions.proactive.searching import Findings, basis_of
from cases.actions.registers import facts
from cases.models import Candidate, Case, Search, SubApplication
from cases.queries.context import context_of
from cases.states import CaseState, SubState

log = structlog.get_logger(__name__)
PEOPLE_A_ROUND = 20


def look_up(case_id: UUID) -> Case:
    """Ask what the matching reads and has not been asked a while ago; never inside a transaction."""
    case = Case.objects.select_related("applicant").get(pk=case_id)
    context = context_of(case)
    if context.spec.match is not None and case.submitted_at is None:
        facts.ask(case, _lookups(context), purpose=f"{context.spec.zh}：资格匹配")
    return case


def _lookups(context: forms.Context) -> list[forms.Lookup]:
    paths = dict.fromkeys(path for text in expressions_of_matches(context.spec) for path in facts.paths_in(text))
    found = (forms.lookup_for(context, path) for path in paths)
    return [lookup for lookup in found if lookup is not None]


# ---- the monthly hint ---------------------------------------------------------------------------------------


def carry_on() -> int:
    """Once a month look anew at those who have a concluded case of a bundle that matches; some people a round."""
    if not settings.SEARCH_BY_ITSELF:
        return 0
    today = timezone.localdate()
    done = 0
    for published in queries.published_all():
        again = published.spec.match.again if published.spec.match else None
        if published.bundle.enabled and isinstance(again, dict) and today.day >= int(again.get("day", 1)):
            done += rounds.one("proactive.matching.carry_on", published.bundle.code, partial(_go_on, published, today))
    return done


def _go_on(published: PublishedBundle, today: date) -> int:
    search, _ = Search.objects.get_or_create(
        bundle_code=published.bundle.code, kind=Search.Kind.HINT, day=today.replace(day=1),
        defaults={"next_at": timezone.now()},
    )  # fmt: skip
    if search.finished_at is not None:
        return 0
    cases = Case.objects.filter(bundle_code=search.bundle_code, state=CaseState.CONCLUDED)
    waiting = cases.filter(applicant_kind="person", applicant_index__gt=search.cursor).order_by("applicant_index")
    indexes = list(dict.fromkeys(waiting.values_list("applicant_index", flat=True)[: 5 * PEOPLE_A_ROUND]))
    for index in indexes[:PEOPLE_A_ROUND]:
        last = cases.filter(applicant_index=index).select_related("applicant").order_by("-closed_at")[0]
        _hint_or_log(published, search, last)
        search.cursor, search.found = index, search.found + 1
    if len(indexes) <= PEOPLE_A_ROUND:
        search.finished_at, search.next_at = timezone.now(), None
    search.save(update_fields=["cursor", "found", "finished_at", "next_at"])
    return len(indexes[:PEOPLE_A_ROUND])


def _hint_or_log(published: PublishedBundle, search: Search, last: Case) -> None:
    try:
        hint(published, search, last)
    except Exception as error:
        log.exception("hint.failed", bundle=search.bundle_code, error=type(error).__name__)


def hint(published: PublishedBundle, search: Search, last: Case) -> Candidate | None:
    """Tell one person of items that the data newly entitles to; None where there are none, or they were told of."""
    fitting = _fitting(published, search, last)
    had = SubApplication.objects.filter(case__applicant_index=last.applicant_index, state=SubState.APPROVED)
    known = set(had.filter(case__bundle_code=search.bundle_code).values_list("item_id", flat=True))
    hinted = Candidate.objects.filter(bundle_code=search.bundle_code, id_index=last.applicant_index)
    known |= {item for one in hinted.filter(state=Candidate.State.HINTED) for item in one.trace[0].get("items", ())}
    new = [item for item in fitting if item.id not in known]
    if not new:
        return None
    with transaction.atomic():
        candidate, is_new = Candidate.objects.get_or_create(
            bundle_code=search.bundle_code,
            id_index=last.applicant_index,
            period=f"{search.day:%Y-%m}",
            defaults={
                "bundle_version_id": published.version_id,
                "search": search,
                "name": last.applicant_name,
                "id_no": last.applicant_id_no,
                "phone": last.applicant.identity.attributes.get("phone") or None,
                "account_id": last.applicant_id,
                "state": Candidate.State.HINTED,
                "trace": [{"items": [item.id for item in new]}],
                "reason": "、".join(item.zh for item in new),
                "selected_at": timezone.now(),
            },
        )
        if is_new:
            notices.entitled_hint(candidate, "、".join(item.zh for item in new))
    return candidate


def _fitting(published: PublishedBundle, search: Search, last: Case) -> list[Any]:
    """The items that fit, by data asked for anew and what the person said in the last case."""
    match = published.spec.match
    known = Findings(published.spec.zh, basis_of(search))
    fields = dict((last.answers or {}).get("fields") or {})
    answers = {"guidance": dict((match.guidance if match else None) or {}), "fields": fields}
    context = replace(context_of(last, facts=known), spec=published.spec, answers=answers, results=forms.NO_RESULTS)
    for _ in range(2):
        if not known.ask(lookup for lookup in _lookups(context) if lookup.kind == "api"):
            break
        context = replace(context)
    return [one.item for one in match_items(context) if one.verdict == "fits"]
