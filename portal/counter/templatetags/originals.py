"""What original somebody has still to look at, on the page of a task or of a case at the window."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template

from cases.queries.originals import originals_of_case, originals_of_item

register = template.Library()


@register.inclusion_tag("counter/parts/originals.html", takes_context=True)
def originals_of_task(context: dict[str, Any], sub_id: UUID) -> dict[str, Any]:
    """The originals that an item of the department needs."""
    return _shown(context, originals_of_item(sub_id))


@register.inclusion_tag("counter/parts/originals.html", takes_context=True)
def originals_at_window(context: dict[str, Any], case_id: UUID) -> dict[str, Any]:
    """The originals of a whole case."""
    return _shown(context, originals_of_case(case_id))


def _shown(context: dict[str, Any], found: Any) -> dict[str, Any]:
    request = context.get("request")
    return {"originals": found, "back": request.path if request else "", "csrf_token": context.get("csrf_token")}
