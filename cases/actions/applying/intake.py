"""What keeps a finished form from being handed in: answers that do not fit together, and what was filed before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms.answers import rows_of
from bundles.forms.identity import answer_of
from bundles.forms.words import text_of
from bundles.rules import UNKNOWN
from bundles.spec import Dedupe
from bundles.spec.schedule import OPEN_CASES, SAME_YEAR
from cases.errors import NotEligible, NotReady
from cases.models import Case, OnceOnly, SubApplication
from cases.protection import blind_index
from cases.queries.contradictions import contradictions
from cases.states import CASE_FINAL, CaseState, SubState

ALREADY_FILED = "同样的申请已经在办，请到“我的办件”查看，不用重复提交"


def check_constraints(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """Answers that contradict each other are named; what cannot be judged goes to a person and refuses nobody.

    A constraint with a `scope` belongs to the planning of its items and is advice here. Raises NotReady.
    """
    broken = [(f"constraints.{one.id}", one.message) for one in contradictions(context, selection)]
    if broken:
        raise NotReady(
            _("有 %(count)s 处前后不一致：%(first)s") % {"count": len(broken), "first": broken[0][1]}, tuple(broken)
        )


# ---- filed once ---------------------------------------------------------------------------------------------


def claim(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """Claim what the bundle lets be filed once only. Of two presses at the same moment the database lets one win.

    A case that was filed keeps what it holds. Raises NotEligible in the bundle's own words where another case that
    still counts has the claim.
    """
    if case.submitted_at is None:
        claim_anew(case, context, selection)


def claim_anew(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """Give up what a case held and claim what its answers say now; for a change of a live case (改计划) as well.

    Raises NotEligible where the values meet another case.
    """
    if not context.spec.once_only:
        return
    OnceOnly.objects.filter(case=case, is_active=True).update(is_active=False)
    shown = forms.scope(context, selection).context
    for number, rule in enumerate(context.spec.once_only):
        for values, row in _keys(shown, rule):
            _claim(case, shown, rule, f"once.{number}", values, row)


def _keys(context: forms.Context, rule: Dedupe) -> Iterator[tuple[list[str], forms.Row | None]]:
    """The key values, once for the case or once per row where a key field is repeated; none with a gap in them."""
    group = next((g for field in rule.key if (g := context.spec.group_of(field)) is not None), None)
    rows: Iterable[forms.Row | None] = (
        [None] if group is None else [forms.Row(group.id, n) for n in range(len(rows_of(context.answers, group.id)))]
    )
    for row in rows:
        values = [answer_of(context, field, row) for field in rule.key]
        if all(value is not UNKNOWN and value is not None for value in values):
            yield [str(value) for value in values], row


def _claim(
    case: Case, context: forms.Context, rule: Dedupe, name: str, values: list[str], row: forms.Row | None
) -> None:
    digest = blind_index(json.dumps(values, ensure_ascii=False))
    filed = case.submitted_at or context.now
    period = str(timezone.localdate(filed).year) if rule.scope == SAME_YEAR else ""
    moment = _moment(context, rule, row)
    _one_at_a_time(case.bundle_code, name, digest)
    others = OnceOnly.objects.filter(
        bundle_code=case.bundle_code, rule=name, digest=digest, period=period, is_active=True
    ).exclude(case=case)
    for other in others.select_related("case"):
        if not _still_counts(other.case, rule.scope):
            other.is_active = False
            other.save(update_fields=["is_active"])
        elif _meet(rule, moment, other.moment):
            raise NotEligible(_words(rule), (_words(rule),))
    try:
        with transaction.atomic():
            OnceOnly.objects.update_or_create(
                case=case, rule=name, digest=digest, period=period,
                defaults={"bundle_code": case.bundle_code, "moment": moment, "is_active": True},
            )  # fmt: skip
    except IntegrityError as error:
        raise NotEligible(_words(rule), (_words(rule),)) from error


def _one_at_a_time(*place: str) -> None:
    """Claims on the same values wait for each other until their transactions end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["|".join(place)])


def _moment(context: forms.Context, rule: Dedupe, row: forms.Row | None) -> datetime | None:
    value = answer_of(context, rule.overlap.field, row) if rule.overlap else None
    return value if isinstance(value, datetime) else None


def _meet(rule: Dedupe, one: datetime | None, other: datetime | None) -> bool:
    """Whether two filings with equal keys are the same: always, or where their moments lie close together."""
    if rule.overlap is None or one is None or other is None:
        return True
    return abs(one - other) < timedelta(hours=rule.overlap.hours)


def _still_counts(case: Case, scope: str) -> bool:
    """Taken back or lapsed counts no more; concluded counts where once a year is meant."""
    if case.state in (CaseState.DRAFT, CaseState.WITHDRAWN, CaseState.LAPSED):
        return False
    if case.state in CASE_FINAL:
        return scope != OPEN_CASES and not _was_taken_back(case)
    return True


def _was_taken_back(case: Case) -> bool:
    """Whether the applicant took back what the filing is about, though something beside it (a check) was decided."""
    spec = queries.version(case.bundle_version_id).spec
    needed = [item.id for item in spec.items if item.select == "required"]
    return SubApplication.objects.filter(case=case, item_id__in=needed, state=SubState.WITHDRAWN).exists()


def _words(rule: Dedupe) -> str:
    return text_of(rule.fail) or ALREADY_FILED
