"""What a department has to do beside its worklist: give out seats, score points."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from cases import access
from portal.accounts.models import Account

register = template.Library()


@dataclass(frozen=True, slots=True)
class Duties:
    gives_seats: bool
    scores_points: bool
    changes_plans: bool
    has_visits: bool
    arranges_visits: bool


@register.simple_tag
def duties_of(account: Account) -> Duties:
    """The duties that come from the published bundles; nothing is read from the database."""
    desks = access.plans_and_visits(account)
    return Duties(
        gives_seats=bool(access.allocations_for(account)),
        scores_points=access.scores_points(account),
        changes_plans="plans" in desks,
        has_visits="visits" in desks,
        arranges_visits="joint_visits" in desks,
    )
