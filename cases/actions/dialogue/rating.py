"""Ratings (好差评): given once an item and once a case, added to once; a bad one brings a call-back by a day.

国办发〔2019〕51号: five levels, voluntary, one rating for one matter and one visit (一事一评、一次一评); who handled it
calls back after every bad rating that has a name (实名差评回访率 100%), mends it or explains, and tells the person.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import clock, notices
from cases.actions.deadlines import limits
from cases.actions.desk import attention
from cases.actions.engine import daily, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Rating, RatingInvite, RatingRepair, SubApplication
from cases.ports import SYSTEM, Actor
from cases.queries.rating_reasons import tags_of
from cases.states import SUB_DECIDED, CaseState

State, Finding, Way = RatingRepair.State, RatingRepair.Finding, RatingRepair.Way
MOST_TEXT = 500
BATCH = 50
INVITED_AFTER = timedelta(days=3)  # 办结 3 天未评的邀评
INVITED_UNTIL = timedelta(days=10)
LINK_DAYS = timedelta(days=30)
EXPLAINED_WITHIN = timedelta(days=1)


# ---- given by the person ------------------------------------------------------------------------------------


@transaction.atomic
def rate(
    case_id: UUID,
    sub_id: UUID | None,
    level: int,
    *,
    by: Actor,
    tags: Sequence[str] = (),
    text: str = "",
    is_anonymous: bool = False,
) -> Rating:
    """Rate one decided item, or with `sub_id` None the whole concluded case; a bad rating is given to its department.

    The caller has made sure whose case it is. Raises WrongState before the decision and for a second rating.
    """
    if level not in Rating.Level.values:
        raise NotReady(_("请先选一个满意程度"))
    if len(text) > MOST_TEXT:
        raise NotReady(_("最多写 %(most)s 个字") % {"most": MOST_TEXT})
    case = lock_case(case_id)
    sub = SubApplication.objects.get(pk=sub_id, case=case) if sub_id else None
    _check_ripe(case, sub)
    if Rating.objects.filter(case=case, sub=sub).exists():
        raise WrongState(_("这件事已经评过了，可以追评一次"))
    known = {code for code, _word in tags_of(level)}
    given = Rating.objects.create(
        case=case,
        sub=sub,
        department=sub.department if sub else queries.version(case.bundle_version_id).spec.lead,
        bundle_code=case.bundle_code,
        level=level,
        tags=[tag for tag in dict.fromkeys(tags) if tag in known],
        text=text.strip() or None,
        is_anonymous=is_anonymous,
        rated_at=timezone.now(),
    )
    # Of which item stands in the rating alone: a department does not learn from the history whose it was.
    record(case, "rating.given", by=by, level=level)
    if given.is_bad:
        _owe_call_back(case, given)
    return given


def _check_ripe(case: Case, sub: SubApplication | None) -> None:
    if sub is None and case.state != CaseState.CONCLUDED:
        raise WrongState(_("整件事办结以后再评"))
    if sub is not None and sub.state not in SUB_DECIDED:
        raise WrongState(_("这件事有了结果以后再评"))


def _owe_call_back(case: Case, given: Rating) -> RatingRepair:
    """The department owes a call-back by a working day; the number of days is the place's own (RATING_REPAIR_DAYS)."""
    calendar = limits.calendar_of(case)
    due_on = calendar.add_working_days(timezone.localdate(given.rated_at), settings.RATING_REPAIR_DAYS)
    return RatingRepair.objects.create(
        rating=given, department=given.department, due_on=due_on, next_at=_morning_after(due_on)
    )


def _morning_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + clock.ONE_DAY, time(8, 0)))


@transaction.atomic
def explain(rating_id: UUID, tags: Sequence[str], text: str, *, is_anonymous: bool, by: Actor) -> Rating:
    """Why, right after the tap: words of one tap, own words, whether the department may know whose they are. Once."""
    if len(text) > MOST_TEXT:
        raise NotReady(_("最多写 %(most)s 个字") % {"most": MOST_TEXT})
    case, given = _lock(rating_id)
    if not may_explain(given):
        raise WrongState(_("原因已经写过了，可以追评一次"))
    known = {code for code, _word in tags_of(given.level)}
    given.tags, given.text = [tag for tag in dict.fromkeys(tags) if tag in known], text.strip() or None
    given.is_anonymous = is_anonymous
    given.save(update_fields=["tags", "text", "is_anonymous"])
    record(case, "rating.explained", by=by)
    return given


def may_explain(given: Rating) -> bool:
    """Whether the reasons are still open: none given yet, nothing added, and the tap not longer ago than a day."""
    is_bare = not given.tags and given.text is None and given.added_at is None and not given.is_anonymous
    return is_bare and given.rated_at > timezone.now() - EXPLAINED_WITHIN


@transaction.atomic
def add_to(rating_id: UUID, text: str, *, by: Actor) -> Rating:
    """Add words to an own rating, once (追评); the level stays. Raises NotReady without words, else WrongState."""
    if not text.strip() or len(text) > MOST_TEXT:
        raise NotReady(_("请写下要补充的话，最多 %(most)s 个字") % {"most": MOST_TEXT})
    case, given = _lock(rating_id)
    if given.added_at is not None:
        raise WrongState(_("已经追评过一次"))
    given.added, given.added_at = text.strip(), timezone.now()
    given.save(update_fields=["added", "added_at"])
    record(case, "rating.added", by=by)
    return given


@transaction.atomic
def rate_again(rating_id: UUID, level: int, *, by: Actor) -> RatingRepair:
    """The second rating, after the call-back; the first one stays. Raises WrongState before it and the second time."""
    if level not in Rating.Level.values:
        raise NotReady(_("请先选一个满意程度"))
    case, given = _lock(rating_id)
    repair = RatingRepair.objects.select_for_update().filter(rating=given).first()
    if repair is None or repair.state != State.ANSWERED or repair.second_at is not None:
        raise WrongState(_("回访以后可以再评一次"))
    repair.second_level, repair.second_at = level, timezone.now()
    repair.save(update_fields=["second_level", "second_at"])
    record(case, "rating.again", by=by, level=level)
    return repair


# ---- answered by the department -----------------------------------------------------------------------------


@transaction.atomic
def answer(repair_id: UUID, finding: str, text: str, *, way: str, by: Actor) -> RatingRepair:
    """What the call-back came to. A department that calls the rating a mistake puts it before supervision.

    Raises NotReady without words, and where a rating with a name was not followed by a call or a visit.
    """
    if finding not in Finding.values or not text.strip():
        raise NotReady(_("请选核实结果，并写下答复，本人会看到"))
    case, repair = _lock_repair(repair_id)
    if repair.state != State.OPEN:
        raise WrongState(_("这条差评已经答复过了"))
    if way not in (Way.CALL, Way.VISIT) and not repair.rating.is_anonymous:
        raise NotReady(_("实名差评要先联系本人：请选电话回访或当面回访"))
    repair.way = Way(way) if way in Way.values else Way.PAGE
    repair.finding, repair.answer, repair.answered_by_id = finding, text.strip(), UUID(by.id)
    if finding == Finding.MISTAKEN:
        repair.state, repair.next_at = State.CONTESTED, _next_working_morning(case, 3)
        _save(repair)
        record(case, "rating.contested", by=by)
        return repair
    return _close(case, repair, by)


@transaction.atomic
def judge(repair_id: UUID, *, is_mistake: bool, by: Actor) -> RatingRepair:
    """Supervision on a rating its department takes for a mistake: it does not count, or the department calls back."""
    case, repair = _lock_repair(repair_id)
    if repair.state != State.CONTESTED:
        raise WrongState(_("这条差评没有等复核"))
    repair.judged_by_id = UUID(by.id)
    if not is_mistake:
        repair.state, repair.finding, repair.answer = State.OPEN, "", None
        repair.next_at = _next_working_morning(case, 5)
        _save(repair)
        record(case, "rating.not_mistaken", by=by)
        return repair
    repair.rating.counts = False
    repair.rating.save(update_fields=["counts"])
    return _close(case, repair, by)


def _close(case: Case, repair: RatingRepair, by: Actor) -> RatingRepair:
    repair.state, repair.answered_at, repair.next_at = State.ANSWERED, timezone.now(), None
    _save(repair)
    record(case, "rating.answered", by=by, finding=repair.finding)
    late = Attention.objects.filter(case=case, reason=Attention.Reason.BAD_RATING, closed_at=None)
    late.filter(Q(sub=repair.rating.sub) | Q(sub=None)).update(closed_at=timezone.now())
    notices.tell(case, "rating_answered")
    return repair


def _save(repair: RatingRepair) -> None:
    repair.save(
        update_fields=["state", "way", "finding", "answer", "answered_at", "answered_by", "judged_by", "next_at"]
    )


def _next_working_morning(case: Case, days: int) -> datetime:
    day = limits.calendar_of(case).add_working_days(timezone.localdate(), days)
    return timezone.make_aware(datetime.combine(day, time(8, 0)))


def _lock(rating_id: UUID) -> tuple[Case, Rating]:
    case = lock_case(Rating.objects.values_list("case_id", flat=True).get(pk=rating_id))
    return case, Rating.objects.select_for_update().get(pk=rating_id)


def _lock_repair(repair_id: UUID) -> tuple[Case, RatingRepair]:
    case = lock_case(RatingRepair.objects.values_list("rating__case_id", flat=True).get(pk=repair_id))
    return case, RatingRepair.objects.select_for_update(of=("self",)).select_related("rating__sub").get(pk=repair_id)


def look_at_repairs() -> int:
    """ON_SWEEP: a call-back that is late is put before people, again every week while it is."""
    due = RatingRepair.objects.exclude(state=State.ANSWERED).filter(next_at__lte=timezone.now())
    name = "dialogue.rating.look_at_repairs"
    return rounds.each(name, due.order_by("next_at"), _call_back, case="rating__case_id", limit=BATCH)


@transaction.atomic
def _call_back(repair_id: UUID) -> None:
    case, repair = _lock_repair(repair_id)
    if repair.state != State.ANSWERED:
        _tell_people(case, repair)
        repair.next_at = timezone.now() + 7 * clock.ONE_DAY
        repair.save(update_fields=["next_at"])


def _tell_people(case: Case, repair: RatingRepair) -> None:
    """Before the department; before the administration alone where the department may not learn whose it is."""
    named = not repair.rating.is_anonymous
    raised = attention.raise_attention(
        case, Attention.Reason.BAD_RATING, sub=repair.rating.sub if named else None, detail=repair.department
    )
    if named and not raised.owner:
        Attention.objects.filter(pk=raised.pk).update(owner=repair.department)


# ---- asked for once ------------------------------------------------------------------------------------------


def invite_round() -> int:
    """ON_SWEEP: once a working day, who has not rated three days after the end is asked, once."""
    return daily.go_on("rating_invites", _invite_piece)


def _invite_piece(cursor: str, today: date) -> str | None:
    end = timezone.now() - INVITED_AFTER
    quiet = Case.objects.filter(closed_at__gt=end - INVITED_UNTIL, closed_at__lte=end, state=CaseState.CONCLUDED)
    rated = Rating.objects.filter(case=OuterRef("pk"), sub=None)
    quiet = quiet.filter(rating_invite=None).exclude(Exists(rated)).order_by("pk")
    if cursor:
        quiet = quiet.filter(pk__gt=cursor)
    found = list(quiet.values_list("pk", flat=True)[:BATCH])
    for case_id in found:
        rounds.one("dialogue.rating.invite_round", case_id, partial(_invite, case_id), about=case_id)
    return str(found[-1]) if len(found) == BATCH else None


@transaction.atomic
def _invite(case_id: UUID) -> None:
    """The message with its link: the secret stands there and nowhere else."""
    case, token, now = lock_case(case_id), secrets.token_urlsafe(16), timezone.now()
    _row, is_new = RatingInvite.objects.get_or_create(
        case=case, defaults={"digest": digest_of(token), "sent_at": now, "expires_at": now + LINK_DAYS}
    )
    if is_new:
        record(case, "rating.invited", by=SYSTEM)
        notices.tell(case, "rating_invited", link=f"{settings.PORTAL_URL}/rate/{token}/")


def digest_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()
