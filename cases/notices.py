"""Messages to the people of a case. Written down inside the transaction that makes them true, so none is lost.

A message is a row (`Notification`) that the person finds in the portal, whatever becomes of it on the phone. A channel
outside of this process gets it afterwards (`actions.messaging`); nothing of it ever stands in the way of the case.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from bundles import queries
from cases import docket, ports
from cases.models import Candidate, Case, Notification, Party, SubApplication
from cases.queries.message_texts import NoSuchText, sending, text_of
from cases.queries.quiet import after_quiet
from cases.queries.stages import stages_to_come

log = structlog.get_logger(__name__)

OUTCOMES = {"all": "全部办成", "partly": "部分办成", "none": "未办成"}
LINK_DAYS = timedelta(days=15)
DIGEST_WITHIN = timedelta(seconds=45)  # so long is waited for what can be told together
TAKEN = {"sent": Notification.State.SENT, "kept": Notification.State.KEPT}


def filed(case: Case) -> None:
    """The case was received: number and where to follow it. Who applied for nothing is told in other words."""
    if case.channel != "proactive":
        _tell_applicant(case, "case_submitted")


def concluded(case: Case) -> None:
    """Everything is decided; of a project with stages to come, everything of this stage."""
    template = "stage_concluded" if stages_to_come(case) else "case_concluded"
    _tell_applicant(case, template, outcome=OUTCOMES[case.outcome])


def withdrawn(case: Case) -> None:
    _tell_applicant(case, "case_withdrawn")


def choice_needed(case: Case) -> None:
    _tell_applicant(case, "choice_needed")


def payment_due(case: Case, item: str, amount: str, pay_by: date | None) -> None:
    """Something is to be paid, and until when where there is a last day."""
    until = f"，请在{_day(pay_by)}前完成" if pay_by else ""
    _tell_applicant(case, "payment_due", item=item, amount=amount, until=until)


def payment_received(case: Case, amount: str) -> None:
    _tell_applicant(case, "payment_received", amount=amount)


def payment_refunded(case: Case, amount: str) -> None:
    _tell_applicant(case, "payment_refunded", amount=amount)


def stage_opened(case: Case, stage: str) -> None:
    """The next stage may be filed, from the same case. 行政许可法 第二十六条."""
    _tell_applicant(case, "stage_opened", stage=stage)


def points_settled(case: Case) -> None:
    """An objection to the points was answered."""
    _tell_applicant(case, "points_settled")


def points_public(case: Case, until: date) -> None:
    """Points and rank are shown; objections are taken until a day (积分公示)."""
    _tell_applicant(case, "points_public", until=_day(until))


def supplement_requested(case: Case, due_on: date) -> None:
    """The one notice of a round: what must be supplemented stands on the page. 行政许可法 第三十二条第一款第四项."""
    _tell_applicant(case, "supplement_requested", until=_day(due_on))


def plan_changed(case: Case, number: int) -> None:
    """A new version of a live plan is on its way to those who must agree."""
    _tell_applicant(case, "plan_changed", number=str(number))


def plan_settled(case: Case, number: int, *, holds: bool, why: str = "") -> None:
    """The version holds now, or the one before it goes on holding."""
    _tell_applicant(case, "plan_effective" if holds else "plan_refused", number=str(number), why=why)


def item_accepted(case: Case, sub: SubApplication) -> None:
    """One item was accepted, with the day it is promised for. 行政许可法 第三十二条第二款."""
    _tell_of_item(case, sub, "item_accepted", until=_day(sub.due_on) if sub.due_on else "")


def item_approved(case: Case, sub: SubApplication) -> None:
    """One item is done while others go on; the last one is told with the whole case."""
    _tell_of_item(case, sub, "item_approved")


def item_rejected(case: Case, sub: SubApplication) -> None:
    """Refused: reasons and remedy stand on the page. 行政许可法 第三十八条第二款."""
    _tell_of_item(case, sub, "item_rejected")


def item_not_accepted(case: Case, sub: SubApplication) -> None:
    """Not accepted: why, and where to apply instead. 行政许可法 第三十二条第一款第一、二项."""
    _tell_of_item(case, sub, "item_not_accepted")


def procedure_begun(case: Case, sub: SubApplication, *, in_clock: bool) -> None:
    """A special procedure has begun; the paper says how long it takes. 行政许可法 第四十五条."""
    counted = "办理时限照常计算" if in_clock else "这段时间按规定不计入办理时限"
    _tell_of_item(case, sub, "procedure_begun", procedure=sub.procedure, counted=counted)


def tell(case: Case, template: str, **values: str) -> None:
    """What came after a decision: owed papers, corrected results, answered disputes, payments that repeat."""
    _tell_applicant(case, template, **values)


def item_deemed_accepted(case: Case, sub: SubApplication, since: date) -> None:
    """Nobody said anything in time, so it counts as accepted since it came in. 行政许可法 第三十二条第一款第四项."""
    _tell_of_item(case, sub, "item_deemed_accepted", since=_day(since))


def item_extended(case: Case, sub: SubApplication, days: int, until: date | None) -> None:
    """More time, approved and told with the reason; the paper says more. 行政许可法 第四十二条第一款."""
    _tell_of_item(case, sub, "item_extended", days=str(days), until=_day(until) if until else "")


def due_moved(case: Case, old: date, new: date, *, year: int | None) -> None:
    """The expected day is another since the calendar changed; `year`: whose holidays were announced."""
    why = f"因{year}年放假安排公布" if year else "因工作日历调整"
    _tell_applicant(case, "due_moved", why=why, old=_day(old), new=_day(new))


def report_version(case: Case, number: int) -> None:
    """A late answer is in: there is a new version of the merged report."""
    _tell_applicant(case, "report_version", number=str(number))


def supplement_extended(case: Case, due_on: date) -> None:
    _tell_applicant(case, "supplement_extended", until=_day(due_on))


def supplement_lapsed(case: Case) -> None:
    """Nothing came within the due day and the days of grace: which items ended and why is in the papers."""
    _tell_applicant(case, "supplement_lapsed")


def reminder(case: Case, due_on: date) -> None:
    """What still waits for the applicant comes to its due day."""
    _tell_applicant(case, "reminder", until=_day(due_on))


def watch_ends(case: Case, item: str, until: date) -> None:
    """What is waited for has not come; the day after which it is waited for no longer draws near."""
    _tell_applicant(case, "watch_ends", item=item, until=_day(until))


def visit_needed(case: Case, item: str) -> None:
    """Somebody has to come once: a time is to be chosen."""
    _tell_applicant(case, "visit_needed", item=item)


def visit_booked(case: Case, begins_at: datetime) -> None:
    _tell_applicant(case, "visit_booked", when=_moment(begins_at))


def visit_missed(case: Case) -> None:
    _tell_applicant(case, "visit_missed")


def visit_lapsed(case: Case) -> None:
    """Nobody came within the days the bundle gives: the item has ended, the paper says why."""
    _tell_applicant(case, "visit_lapsed")


def joint_visit_arranged(case: Case, begins_at: datetime, place: str) -> None:
    """All departments come on one occasion."""
    _tell_applicant(case, "joint_visit_arranged", when=_moment(begins_at), place=place)


def plan_stopped(case: Case, why: str, until: datetime) -> None:
    """Everything planned for that time stands still; the place in the queue is kept."""
    _tell_applicant(case, "plan_stopped", why=why, until=_moment(until))


def plan_goes_on(case: Case) -> None:
    _tell_applicant(case, "plan_goes_on")


def jointly_withdrawn(case: Case, sides: list[Party]) -> None:
    """One side of a joint filing took it back: the applicant and the other sides hear of it."""
    _tell_applicant(case, "jointly_withdrawn")
    away = {party.id_index for party in sides} | {""}
    others = Party.objects.filter(case=case, state=Party.State.AGREED).exclude(id_index__in=away)
    known = {"bundle": _bundle(case), "case_no": case.number or "", "link": f"{settings.PORTAL_URL}/authorise/"}
    told = {party.phone: party.account_id for party in others if party.account_id != case.applicant_id}
    for phone, account_id in told.items():
        if phone:
            _hand_over(case, ports.Message(phone, "jointly_withdrawn", known), account_id)


def party_invited(case: Case, party: Party, token: str) -> None:
    """Ask a party for its authorisation, by the phone number on the form; the secret is the last part of the link."""
    if not party.phone:
        return
    until = party.link_expires_at or timezone.now() + LINK_DAYS
    values = {
        "person": case.applicant_name,
        "bundle": _bundle(case),
        "link": f"{settings.PORTAL_URL}/authorise/{token}/",
        "until": _day(timezone.localdate(until)),
    }
    _hand_over(case, ports.Message(party.phone, "party_invited", values), _account_of(party.id_index))


def _tell_of_item(case: Case, sub: SubApplication, template: str, **values: str) -> None:
    department = queries.registry().departments.get(sub.department)
    item = queries.version(case.bundle_version_id).spec.item(sub.item_id).zh
    name = department.short if department else sub.department
    _tell_applicant(case, template, item=item, department=name, **values)


def roster_asked(case: Case, phone: str, token: str, until: date) -> None:
    """Ask a person of a roster for the own word; the link opens for that person alone, signed in."""
    link = f"{settings.PORTAL_URL}/confirm/{token}/"
    values = {"person": case.applicant_name, "bundle": _bundle(case), "link": link, "until": _day(until)}
    _hand_over(case, ports.Message(phone, "roster_asked", values))


def roster_returned(case: Case, number: int) -> None:
    """A person says that something in the own row is wrong; the organisation corrects it."""
    _tell_applicant(case, "roster_returned", row=str(number))


def roster_unconfirmed(case: Case, people: int) -> None:
    """How many did not answer in time; nothing was done for them."""
    _tell_applicant(case, "roster_unconfirmed", people=str(people))


def entitled(candidate: Candidate, template: str, token: str) -> None:
    """Tell somebody whom a search found; the link opens one question and shows no number. Unreachable: no message."""
    if not candidate.phone and not candidate.account_id:
        return
    values = {
        "person": candidate.name,
        "bundle": queries.version(candidate.bundle_version_id).spec.zh,
        "link": f"{settings.PORTAL_URL}/entitled/{token}/",
        "until": _day(candidate.answer_by) if candidate.answer_by else "",
    }
    _hand_over(candidate, ports.Message(candidate.phone or "", template, values), candidate.account_id)


def entitled_hint(candidate: Candidate, items: str) -> None:
    """Tell somebody of items that the data newly entitles to; nothing is filed before the person asks for it."""
    if not candidate.phone:
        return
    bundle = queries.version(candidate.bundle_version_id).spec.zh
    link = f"{settings.PORTAL_URL}/bundles/{candidate.bundle_code}/start/"
    values = {"person": candidate.name, "bundle": bundle, "items": items, "link": link}
    _hand_over(candidate, ports.Message(candidate.phone, "entitled_hint", values), candidate.account_id)


def tell_account(account_id: UUID | None, phone: str, template: str, **values: str) -> None:
    """Tell somebody of what belongs to no case: a code for a new number, a mandate. No phone: in the portal alone."""
    _hand_over(None, ports.Message(phone, template, {"link": f"{settings.PORTAL_URL}/me/", **values}), account_id)


def _tell_applicant(case: Case, template: str, **values: str) -> None:
    attributes = case.applicant.identity.attributes
    phone = attributes.get("operator_phone") or attributes.get("phone") or ""
    link = f"{settings.PORTAL_URL}/cases/{case.pk}/"
    known = {"bundle": _bundle(case), "case_no": case.number or "", "link": link}
    _hand_over(case, ports.Message(phone, template, known | values), case.applicant_id)


def _account_of(id_index: str) -> UUID | None:
    """The account of a person who is known by number, where there is one."""
    if not id_index:
        return None
    found = get_user_model()._default_manager.filter(id_index=id_index, role="citizen", is_active=True)
    return found.values_list("pk", flat=True).first()


def _hand_over(about: Case | Candidate | None, message: ports.Message, account_id: UUID | None = None) -> None:
    """At once; on a docket at its end, so that what is written for the case itself is not held up."""
    book = docket.current()
    if book is not None:
        book.at_end(lambda: _write(about, message, account_id))
        return
    with transaction.atomic():
        _write(about, message, account_id)


def _write(about: Case | Candidate | None, message: ports.Message, account_id: UUID | None) -> None:
    """One insert. A channel in this process has taken it already; for any other it is due, now or with others."""
    row = Notification(
        case=about if isinstance(about, Case) else None,
        account_id=account_id,
        to=message.to or None,
        template=message.template,
        values=dict(message.values),
        at=timezone.now(),
        state=Notification.State.KEPT,
    )
    if row.to:
        _begin(row)
    docket.insert(row)


def _begin(row: Notification) -> None:
    """How it goes to the phone. What a channel in this process does not take is tried again like for any other."""
    row.state, row.next_at = Notification.State.DUE, row.at
    if not ports.notifier().is_local:
        wait = DIGEST_WITHIN if row.template in sending().digest else timedelta(0)
        row.next_at = after_quiet(row.template, row.at + wait)
        return
    ended = _taken_at_once(row)
    if ended in TAKEN:
        row.state, row.next_at, row.closed_at = TAKEN[ended], None, row.at


def _taken_at_once(row: Notification) -> str:
    try:
        text = text_of(row.template, row.values)
    except NoSuchText as error:
        log.error("notice.no_text", template=row.template, error=str(error))
        return "later"
    message = ports.Message(row.to or "", row.template, row.values, str(row.pk), text.title, text.body)
    (ended,) = ports.notifier().send([message])
    return ended.kind


def _bundle(case: Case) -> str:
    return queries.version(case.bundle_version_id).spec.zh


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{_day(local.date())} {local:%H:%M}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
