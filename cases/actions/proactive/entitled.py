"""What happens to somebody whom a search found: granted, asked for one tap, visited, or the reason kept.

Nobody has to act to get it, everybody may refuse it; silence after a question brings a visit, never a refusal.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec.proactive import EntitledClass, Proactive
from cases import notices, ports
from cases.actions.applying import drafting, filing, withdrawal
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.proactive import recurring
from cases.actions.registers import consents
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Candidate, Case, Consent, RecurringEntitlement
from cases.ports import SYSTEM, Actor
from cases.queries.people import Person, indexes_of
from cases.states import SUB_FINAL

DUTY = "duty"
ROUND = 50
AGAIN = timedelta(hours=1)
GRANTING = timedelta(minutes=1)  # so long a second tap is the same tap; after it the first one has failed
MAX_WORDS = 300
State = Candidate.State
Sort = Callable[[Candidate], None]


# ---- what the class says ------------------------------------------------------------------------------------


def act(candidate: Candidate, one: EntitledClass | None) -> None:
    """Do what the class of a new candidate says; without a class its data is asked again in the next batch."""
    acts: Mapping[str, Callable[[Candidate, EntitledClass], None]] = {
        "grant": grant, "ask": ask, "visit": visit, "record": keep_reason,
    }  # fmt: skip
    if one is not None and one.act is not None and one.act in acts:
        acts[one.act](candidate, one)


def grant(candidate: Candidate, one: EntitledClass, *, token: str = "") -> None:
    """File for the person without a step of the person's, and say so with a way to refuse.

    Limits run from the selection. Where the data turns out to have a gap somebody calls at the door. `token`: the link
    that the person came by, which goes on to open the page.
    """
    case = _begun(candidate, one, one.guidance or {})
    try:
        _file(candidate, case, one, checked=True)
    except (NotReady, CaseError) as gap:
        _forget(case)
        visit(candidate, _class(candidate, "visit") or one, because=str(gap), token=token)
        return
    token = token or _fresh_link(candidate)
    candidate.answer_by = _days_on(one)
    _stand(candidate, State.GRANTED, case)
    notices.entitled(candidate, "entitled_granted", token)


def ask(candidate: Candidate, one: EntitledClass) -> None:
    """One question with one tap, by message; it opens without signing in."""
    token = _fresh_link(candidate)
    candidate.answer_by = _days_on(one)
    _stand(candidate, State.ASKED, None)
    notices.entitled(candidate, "entitled_asked", token)


def visit(candidate: Candidate, one: EntitledClass, *, because: str = "", token: str = "") -> None:
    """Somebody of the village or street calls: a case whose first item is the visit, everything else waits for it."""
    case = _begun(candidate, one, one.guidance or {})
    _file(candidate, case, one, checked=False)
    candidate.reason = because or candidate.reason
    candidate.class_id = one.id
    token = token or _fresh_link(candidate)
    _stand(candidate, State.VISITING, case)
    notices.entitled(candidate, "entitled_visit", token)


def keep_reason(candidate: Candidate, one: EntitledClass) -> None:
    """Not entitled, by data that says so: no case, the reason is kept and can be objected to."""
    _stand(candidate, State.NOT_ENTITLED, None)


def _stand(candidate: Candidate, state: str, case: Case | None) -> None:
    candidate.state, candidate.case = state, case or candidate.case
    candidate.next_at = _after(candidate.answer_by) if state == State.ASKED else None
    candidate.save()


def _after(day: date | None) -> datetime:
    """The first moment after a day."""
    following = (day or timezone.localdate()) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(following, time.min))


def _days_on(one: EntitledClass) -> date | None:
    within = one.answer_within
    return timezone.localdate() + timedelta(days=int(within.n)) if within else None


# ---- the case -----------------------------------------------------------------------------------------------


def _begun(candidate: Candidate, one: EntitledClass, guidance: Mapping[str, Any]) -> Case:
    """A case that the system begins, for an account that waits for its person to sign in for the first time.

    The data is used by a statutory duty and not by a consent. 个人信息保护法 第十三条第一款第三项.
    """
    known = {"name": candidate.name, "id_no": candidate.id_no, "phone": candidate.phone or ""}
    person = ports.account_for(ports.Identity("person", candidate.name, candidate.id_no, "ID", known))
    with transaction.atomic():
        case = drafting.start_draft(
            candidate.bundle_code, applicant=person, channel="proactive", guidance=dict(guidance), by=SYSTEM
        )
        Consent.objects.filter(case=case, kind=consents.OWN).update(kind=DUTY, means=consents.Means.DUTY)
        fields = {**(case.answers.get("fields") or {}), **_marks(candidate, one)}
        case.answers = {**case.answers, "fields": fields}
        case.save(update_fields=["answers"])
        candidate.account_id = person.pk
        candidate.save(update_fields=["account"])
    return drafting.refresh_prefill(case.pk)


def _marks(candidate: Candidate, one: EntitledClass) -> dict[str, str]:
    """The form's own fields that say which search found the person and how it sorted."""
    named = _proactive(candidate).fields or {}
    said = {"class": one.id, "run": f"{candidate.bundle_code}-{candidate.period}"}
    return {field: said[what] for what, field in named.items() if what in said}


def _file(candidate: Candidate, case: Case, one: EntitledClass, *, checked: bool) -> None:
    """Receive the case without anybody having submitted it. Raises NotReady or NotEligible where it is checked."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if checked:
            filing.check_ready(case)
        record(case, "case.found_entitled", by=SYSTEM, class_id=one.id, period=candidate.period)
        filing.file_case(case, by=SYSTEM)


def _forget(case: Case) -> None:
    drafting.discard_draft(case.pk, by=SYSTEM)


def _proactive(candidate: Candidate) -> Proactive:
    proactive = queries.version(candidate.bundle_version_id).spec.proactive
    assert proactive is not None
    return proactive


def _class(candidate: Candidate, act_: str) -> EntitledClass | None:
    return next((one for one in _proactive(candidate).classes if one.act == act_), None)


# ---- the person's word --------------------------------------------------------------------------------------


def _fresh_link(candidate: Candidate) -> str:
    token = secrets.token_urlsafe(24)
    candidate.link_digest = hashlib.sha256(token.encode()).hexdigest()
    return token


def candidate_by_token(token: str) -> Candidate | None:
    """Whom a link is for, None for an unknown one. It is short of a sign-in: it shows no number and no account."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Candidate.objects.filter(link_digest=digest).select_related("case").first()


def accept(candidate_id: UUID, *, by: Actor, token: str = "") -> Candidate:
    """Yes, with one tap: the case is filed now. Raises WrongState where nobody is asked any more.

    `token`: the link it was said by; the same page tells what became of it.
    """
    with transaction.atomic():
        candidate = _locked(candidate_id)
        if candidate.state != State.ASKED:
            raise WrongState(_("已经答复过了，不用再点"))
        if candidate.answered_at and timezone.now() - candidate.answered_at < GRANTING:
            raise WrongState(_("正在为您办理，请稍等一会儿"))
        candidate.answer, candidate.answered_at = "accept", timezone.now()
        candidate.save(update_fields=["answer", "answered_at"])
        one = next(c for c in _proactive(candidate).classes if c.id == candidate.class_id)
    grant(candidate, one, token=token)
    return candidate


@transaction.atomic
def refuse(candidate_id: UUID, *, by: Actor) -> Candidate:
    """No, before or within the time after a grant: kept with its trace; from next year on the search asks again.

    What is decided stays decided, what repeats is stopped by the person's own wish.
    """
    candidate = _locked(candidate_id)
    may = candidate.state == State.ASKED or (
        candidate.state == State.GRANTED and candidate.answer_by and timezone.localdate() <= candidate.answer_by
    )
    if not may:
        raise WrongState(_("退出的期限已过；要停发请到办件里办理，随时可以"))
    if candidate.case is not None:
        _undo(candidate.case, by)
    candidate.answer, candidate.answered_at = "refuse", timezone.now()
    _stand(candidate, State.REFUSED, None)
    return candidate


def _undo(case: Case, by: Actor) -> None:
    case = lock_case(case.pk)
    subs = lock_subs(case)
    record(case, "case.opted_out", by=by)
    if any(sub.state not in SUB_FINAL for sub in subs):
        withdrawal.withdraw_case(case.pk, by=by, reason="本人不领取")
    for entitlement in RecurringEntitlement.objects.filter(case=case).exclude(state=RecurringEntitlement.State.STOPPED):
        recurring.opt_out(entitlement.pk, by=by)


def object_to(candidate_id: UUID, *, account: Person, text: str) -> Candidate:
    """The person says the reason is wrong: somebody calls and looks. Raises CaseError for anybody else."""
    with transaction.atomic():
        candidate = _locked(candidate_id)
        if candidate.id_index not in indexes_of(account):
            raise CaseError(_("要本人登录后提出"))
        if candidate.state != State.NOT_ENTITLED:
            raise WrongState(_("已经在核实或已经办理，不用再提"))
        if not text.strip():
            raise CaseError(_("请写明哪里不对"))
        one = _class(candidate, "visit")
        if one is None:
            raise WrongState(_("请到窗口当面核实"))
        candidate.answer, candidate.answered_at = "object", timezone.now()
        candidate.reason = f"{candidate.reason or ''}｜本人异议：{text.strip()[:MAX_WORDS]}"
        candidate.save(update_fields=["answer", "answered_at", "reason"])
    visit(candidate, one)
    return candidate


def _locked(candidate_id: UUID) -> Candidate:
    return Candidate.objects.select_for_update(of=("self",)).get(pk=candidate_id)


# ---- the round of the sweep ---------------------------------------------------------------------------------


def look_again(take_up_again: Sort) -> int:
    """Those whose data is asked again, and those who did not answer: for these somebody calls at the door."""
    now = timezone.now()
    due = Candidate.objects.filter(state__in=[State.WAITING, State.ASKED], next_at__lte=now).order_by("next_at")
    name = "proactive.entitled.look_again"
    return rounds.each(name, due, partial(_look_again, take_up_again, now), case="", limit=ROUND)


def _look_again(take_up_again: Sort, now: datetime, candidate_id: UUID) -> None:
    candidate = Candidate.objects.get(pk=candidate_id)
    Candidate.objects.filter(pk=candidate.pk).update(next_at=now + AGAIN)
    if candidate.state == State.WAITING:
        take_up_again(candidate)
    else:
        _no_answer(candidate)


def _no_answer(candidate: Candidate) -> None:
    one = _class(candidate, "visit")
    if one is not None:
        visit(candidate, one, because="到期没有回复，请上门问一问")
