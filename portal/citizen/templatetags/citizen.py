"""Names in the reader's language; parts of pages that only some bundles have: the year, stages, points, places."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from bundles.queries import version
from bundles.spec import BundleSpec
from cases.queries.allocation import place_of
from cases.queries.contradictions import advisory
from cases.queries.inquiries import inquiries_of, takes_questions
from cases.queries.points import points_of
from cases.queries.stages import stages_of
from cases.queries.urging import urge_choices
from cases.queries.windows import window_of
from portal.citizen.language import lang, said

register = template.Library()
MOST_TALK = 3  # questions shown on the case page itself
register.filter("said", said)


@register.inclusion_tag("citizen/parts/window.html")
def intake_window(spec: BundleSpec, *, year: bool = False) -> dict[str, Any]:
    """Whether applications are taken now; with `year` the steps of the year as well."""
    window = window_of(spec, lang=lang())
    return {"window": window, "steps": window.steps if window and year else ()}


@register.inclusion_tag("citizen/parts/window.html")
def case_window(case: Any, *, year: bool = False) -> dict[str, Any]:
    """The same for an application, by the version it is bound to."""
    return intake_window(version(case.bundle_version_id).spec, year=year)


@register.inclusion_tag("citizen/parts/progress_of_batch.html", takes_context=True)
def batch_progress(context: Any, case: Any) -> dict[str, Any]:
    """What only some cases have: stages, the year, points with objections, the place of a run."""
    spec = version(case.bundle_version_id).spec
    return {
        "case": case,
        "csrf_token": context.get("csrf_token"),
        "stages": stages_of(case, lang()) if spec.stages else (),
        "window": window_of(spec, lang=lang()),
        "points": points_of(case, lang()) if spec.points else None,
        "place": place_of(case, lang()) if spec.allocation else None,
    }


@register.inclusion_tag("citizen/parts/inquiries.html")
def inquiries_here(case: Any) -> dict[str, Any]:
    """Questions to departments and urging, with the last answers."""
    thread = inquiries_of(case)
    return {
        "case": case,
        "thread": thread[:MOST_TALK],
        "more": len(thread) > MOST_TALK,
        "can_ask": takes_questions(case),
        "choices": urge_choices(case) if case.is_open else (),
        "days": settings.QUESTION_ANSWER_DAYS,
    }


@register.simple_tag
def advice_of(case: Any) -> list[str]:
    """Conditions that are planned by and refuse nothing, in the words of the bundle."""
    spec = version(case.bundle_version_id).spec
    advice = advisory(spec)
    return [said(entry) for entry in spec.constraints if str(entry.get("id", "")) in advice]
