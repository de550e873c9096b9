"""The word of each person of a roster: yes, yes with corrections, no, or "this is wrong". Nobody says it for them.

个人信息保护法 第十四条: given by the person, informed, of the own free will; 第十五条: it may be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms
from bundles.spec import BundleSpec
from cases import notices
from cases.actions.applying import drafting, layers, parties
from cases.actions.batches.roster_rounds import State, digest_of
from cases.actions.batches.rosters import lock_row, version_spec
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.errors import CaseError, WrongState
from cases.models import Case, Roster, RosterRow, SubApplication
from cases.ports import Actor
from cases.queries.people import Person, indexes_of
from cases.states import CASE_FINAL, CaseState

MAX_WORDS = 300


def row_by_token(token: str) -> RosterRow | None:
    """The row that a link is for, None for an unknown, used or expired one."""
    found = RosterRow.objects.select_related("roster", "roster__case", "roster__case__applicant", "case")
    return found.filter(link_digest=digest_of(token), link_expires_at__gt=timezone.now()).first()


def begin(row_id: UUID, *, account: Person) -> Case:
    """Open the person's own application, begun from the row; what is begun is not yet a yes, handing it in is.

    Raises CaseError for anybody else, WrongState where the row no longer waits for an answer.
    """
    with transaction.atomic():
        batch, row = _lock_open(row_id, account)
        if row.case is not None and row.case.state not in CASE_FINAL:
            return row.case
        case = _own_case(batch, row, account)
        row.case, row.account_id = case, account.pk
        row.save(update_fields=["case", "account"])
        record(case, "confirmation.begun", by=account.actor)
    return drafting.refresh_prefill(case.pk)


def _own_case(batch: Case, row: RosterRow, account: Person) -> Case:
    """The person's case: the version of the batch, the own row, the items of a person."""
    spec = version_spec(batch)
    case = drafting.start_draft(batch.bundle_code, applicant=account, channel="mobile")
    case.parent, case.bundle_version_id = batch, batch.bundle_version_id
    case.answers = layers.person_answers(spec, batch.answers, row.values, timezone.localtime().isoformat())
    case.save(update_fields=["parent", "bundle_version", "answers"])
    parties.sync_parties(case)
    return case


def _lock_open(row_id: UUID, account: Person) -> tuple[Case, RosterRow]:
    """The row, locked, while it waits for this person's word."""
    batch, row = lock_row(row_id)
    if not row.id_index or row.id_index not in indexes_of(account):
        raise CaseError(_("这一项要本人登录后确认"))
    if row.state != State.ASKED or not is_in_time(row):
        raise WrongState(_("这一项已经答复过或已经过期，不用再确认"))
    return batch, row


def is_in_time(row: RosterRow) -> bool:
    return row.roster.confirm_by is not None and timezone.localdate() <= row.roster.confirm_by


@transaction.atomic
def decline(row_id: UUID, *, account: Person, reason: str, has_read_risk: bool) -> RosterRow:
    """Not taking part, with a reason of the list and the risk read. The organisation learns the fact alone."""
    batch, row = _lock_open(row_id, account)
    if reason not in {value for value, _ in reasons_to_decline(version_spec(batch))}:
        raise CaseError(_("请选择不办的原因"))
    if not has_read_risk:
        raise CaseError(_("请先阅读并勾选风险告知"))
    row.said = {"reason": reason, "risk_read_at": timezone.localtime().isoformat()}
    _answered(row, State.DECLINED, account)
    record(batch, "roster.declined", by=Actor("party"), row=row.number)
    _drop_draft(row, account)
    return row


def reasons_to_decline(spec: BundleSpec, lang: str = "zh") -> tuple[tuple[str, str], ...]:
    """(value, label) of the reasons not to take part."""
    field = spec.confirmation.reason if spec.confirmation else None
    if field is None or not spec.has_field(field):
        return (("other", "自愿不办" if lang == "zh" else "Of my own accord"),)
    options = spec.field(field).options
    return tuple((str(o[0]), str(o[2] if lang == "en" and len(o) > 2 else o[1])) for o in options or ())


@transaction.atomic
def send_back(row_id: UUID, *, account: Person, fields: Mapping[str, str], note: str) -> RosterRow:
    """Something that only the organisation can correct is wrong: the row goes back to it and keeps its number.

    `fields` are the wrong ones; the organisation sees which they are and the note, nothing else.
    """
    batch, row = _lock_open(row_id, account)
    group = {field.id for field in version_spec(batch).groups[row.roster.group].fields}
    named = [field for field in fields if field in group]
    if not named:
        raise CaseError(_("请勾选哪一项不对"))
    text = note.strip()[:MAX_WORDS]
    row.faults = [{"field": field, "text": f"本人说这一项不对{'：' + text if text else ''}"} for field in named]
    row.said = {"wrong": named, "note": text}
    _answered(row, State.RETURNED, account)
    record(batch, "roster.row_returned", by=Actor("party"), row=row.number)
    _drop_draft(row, account)
    notices.roster_returned(batch, row.number)
    return row


def _answered(row: RosterRow, state: str, account: Person) -> None:
    row.state, row.account_id, row.answered_at = state, account.pk, timezone.now()
    row.link_digest, row.link_expires_at = "", None
    row.save(update_fields=["state", "account", "answered_at", "link_digest", "link_expires_at", "faults", "said"])


def _drop_draft(row: RosterRow, account: Person) -> None:
    if row.case is not None and row.case.state == CaseState.DRAFT:
        drafting.discard_draft(row.case.pk, by=account.actor)
    row.case = None
    row.save(update_fields=["case"])


# ---- occasions of the engine --------------------------------------------------------------------------------


def check_before_handing_in(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """A person's own case can be handed in while the roster waits for the answer, and says yes by that."""
    if case.parent_id is None or case.submitted_at is not None:
        return
    row = RosterRow.objects.select_related("roster").filter(case=case).first()
    if row is None or row.state != State.ASKED or not is_in_time(row):
        raise WrongState(_("确认的期限已过。没有默认同意，也没有扣费；补办开始时会再通知您"))
    _say_yes(case, context.spec)


def _say_yes(case: Case, spec: BundleSpec) -> None:
    """Handing in is the yes: the form's own field says so, and what the organisation answered stands as it did."""
    assert case.parent is not None
    guidance = {**(case.answers.get("guidance") or {}), **layers.said_by_organisation(spec, case.parent.answers)}
    fields = dict(case.answers.get("fields") or {})
    mark = spec.confirmation.mark if spec.confirmation else None
    if mark and spec.has_field(mark):
        fields[mark] = True
    case.answers = {**case.answers, "guidance": guidance, "fields": fields}
    case.save(update_fields=["answers"])


def note_filed(case: Case, subs: list[SubApplication]) -> None:
    """The person has confirmed: from here the row is the person's, and the limits run from here."""
    if case.parent_id is None:
        return
    row = RosterRow.objects.filter(case=case).exclude(state=State.FILED).first()
    if row is None:
        return
    row.state, row.answered_at, row.link_digest, row.link_expires_at = State.FILED, timezone.now(), "", None
    row.save(update_fields=["state", "answered_at", "link_digest", "link_expires_at"])
    Roster.objects.filter(pk=row.roster_id).update(next_at=timezone.now() + progress.RECHECK)


def own_values(row: RosterRow, spec: BundleSpec) -> list[dict[str, Any]]:
    """What the roster says of the person, for the person: field, value, and whether only the organisation corrects."""
    open_fields = set(spec.confirmation.editable if spec.confirmation else ())
    return [
        {"field": field, "value": row.values.get(field.id), "is_open": field.id in open_fields}
        for field in spec.groups[row.roster.group].fields
        if not field.system and row.values.get(field.id) not in (None, "")
    ]
