"""The draft: started, saved bit by bit, filled from registers, thrown away. What a person typed is never lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms.answers import add_row as with_new_row
from bundles.forms.answers import place_of, rows_of
from bundles.forms.answers import remove_row as without_row
from cases.actions.applying import layers, parties, powers, staging
from cases.actions.applying.slot_rows import follow_rows, rows_kept
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.papers import materials, piles
from cases.actions.registers import consents, facts, late
from cases.errors import CaseError, ChangedMeanwhile, WrongState
from cases.models import Case, Consent, Lookup, Material, Party
from cases.ports import SYSTEM, Actor
from cases.protection import blind_index
from cases.queries.context import context_of, frame_of
from cases.queries.people import Person
from cases.states import CaseState

DRAFT_KEPT = timedelta(days=30)
PREFILL_BUDGET_S = 1.6  # of the two seconds that a page may take
PREFILL_ROUNDS = 4
MAX_WORDS = 500
Posted = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class SectionSaved:
    """The case after saving and what is wrong in the section; wrong values are kept as typed."""

    case: Case
    errors: tuple[forms.FieldError, ...]


# ---- beginning and end --------------------------------------------------------------------------------------


@transaction.atomic
def start_draft(
    bundle_code: str,
    *,
    applicant: Person,
    channel: str,
    assisted_by: Person | None = None,
    guidance: Mapping[str, Any] | None = None,
    by_agent: bool = False,
    by: Actor | None = None,
    sensitive: bool = True,
    terminal: str = "",
) -> Case:
    """Begin an application. Beginning is the consent to look up what the bundle says about oneself.

    `sensitive`: whether what is sensitive was agreed to apart (个人信息保护法 第二十九条); else it is not asked.
    `by` is who begins it where that is neither the applicant nor who assists: the system, for somebody it found.
    `terminal`: code of the self-service terminal it is begun at, with the channel "kiosk".
    Raises NotPublished for an unknown bundle, CaseError for one that is closed to new applications.
    """
    published, now = _taken(bundle_code, terminal and channel), timezone.now()
    answers = {"guidance": dict(guidance or {}), **layers.first_answers(published.spec, applicant.identity.kind)}
    case = Case.objects.create(
        bundle_version_id=published.version_id,
        bundle_code=bundle_code,
        **_who(applicant),
        assisted_by_id=assisted_by.pk if assisted_by else None,
        channel=channel,
        terminal=terminal,
        region=settings.REGION_CODE,
        title=published.spec.zh,
        answers={"fields": {}, "sources": {}, **answers, **powers.agent_of(applicant, by_agent)},
        saved_at=now,
        next_at=now + DRAFT_KEPT,
    )
    _consent_by_applying(case, applicant, is_sensitive=sensitive)
    record(case, "draft.started", by=by or (assisted_by or applicant).actor, bundle=bundle_code, channel=channel)
    parties.sync_parties(case)
    powers.keep(case, applicant)
    return case


def _taken(bundle_code: str, at_terminal: str) -> queries.PublishedBundle:
    """The bundle in force, where applications for it are taken; `at_terminal` is a terminal's channel, if any."""
    published = queries.published(bundle_code)
    if not published.bundle.enabled:
        raise CaseError(_("“%(name)s”暂停受理新的申请，请过些时候再来") % {"name": published.bundle.zh})
    if at_terminal and at_terminal not in published.spec.channels:
        raise CaseError(_("“%(name)s”在自助终端上办不了，请用手机或者到窗口办理") % {"name": published.bundle.zh})
    return published


def _who(applicant: Person) -> dict[str, Any]:
    """What a case keeps of its applicant, so that a later change of the account changes no case."""
    identity = applicant.identity
    return {
        "applicant_id": applicant.pk,
        "applicant_kind": identity.kind,
        "applicant_name": identity.name,
        "applicant_id_no": identity.id_no,
        "applicant_index": blind_index(_number_of(applicant)),
    }


def _number_of(applicant: Person) -> str:
    """What tells this applicant from all others: the number sign-in proved, else the account itself."""
    return applicant.identity.id_no or applicant.identity.attributes.get("passport_no") or str(applicant.pk)


def _consent_by_applying(case: Case, applicant: Person, *, is_sensitive: bool) -> None:
    """Covers the applicant and those the applicant stands for; whoever must speak for himself is asked himself."""
    context = context_of(case)
    may_agree = applicant.acting is None or applicant.acting.sensitive
    represented = [p.id for p in context.spec.parties if not consents.needs_consent(p)]
    mine = [p.id for p in context.spec.parties if consents.is_applicant(context, p)]
    covers = consents.covers_of(context.spec, [*represented, *mine, "row"])
    consents.give(
        case,
        subject=case.applicant_index,
        given_by=applicant,
        kind=consents.OWN,
        covers=covers,
        at=timezone.now(),
        means=consents.Means.COUNTER if case.assisted_by_id else consents.Means.SIGN_IN,
        sensitive=consents.sensitive_in(context.spec) if is_sensitive and may_agree else (),
    )


@transaction.atomic
def discard_draft(case_id: UUID, *, by: Actor) -> None:
    """Throw a draft away: what was typed, looked up and uploaded is deleted; that there was a draft stays known."""
    case = lock_case(case_id)
    if case.state != CaseState.DRAFT:
        raise WrongState(_("这份申请已经提交，不能当草稿删除；需要的话可以撤回"))
    now = timezone.now()
    for material in Material.objects.filter(case=case).exclude(file=""):
        materials.forget_file(material)
    Material.objects.filter(case=case).delete()
    piles.forget_all(case)
    Lookup.objects.filter(case=case).delete()
    Consent.objects.filter(case=case, revoked_at=None).update(revoked_at=now)
    Consent.objects.filter(case=case).update(party=None)
    Party.objects.filter(case=case).delete()
    case.answers, case.title, case.saved_at = {}, None, now
    case.withdraw(at=now)
    case.save(update_fields=["answers", "title", "saved_at", "state", "closed_at", "next_at"])
    record(case, "draft.discarded", by=by)


# ---- saving -------------------------------------------------------------------------------------------------


@transaction.atomic
def save_guidance(
    case_id: UUID,
    *,
    by: Actor,
    guidance: Mapping[str, Any],
    ticks: Collection[str] | None = None,
    later: Collection[str] | None = None,
    version: int | None = None,
) -> Case:
    """Keep answers to situation questions, ticked optional items and items put off; the questions not named stay."""
    case = _open(case_id, version)
    spec = queries.version(case.bundle_version_id).spec
    questions, items = {q.id for q in spec.guidance}, {i.id for i in spec.items}
    answers = dict(case.answers)
    answers["guidance"] = {**(answers.get("guidance") or {}), **{k: v for k, v in guidance.items() if k in questions}}
    if ticks is not None:
        answers["ticks"] = sorted(items.intersection(ticks))
    if case.submitted_at is not None:
        answers["later"] = staging.newly_wanted(case, answers)
    elif later is not None:
        answers["later"] = sorted(items.intersection(later))
    return _keep(case, answers, by, "guidance.saved")


@transaction.atomic
def save_section(case_id: UUID, section_id: str, raw: Posted, *, by: Actor, version: int | None = None) -> SectionSaved:
    """Take in a section as posted. Locked, hidden and system fields take nothing, whatever a browser sends."""
    case = _open(case_id, version)
    frame = frame_of(case)
    spec = frame.context.spec
    if section_id not in {section.id for section in spec.form.sections}:
        raise CaseError(_("表单里没有这一段，请刷新页面"))
    cleaned = forms.clean_section(frame.context, frame.selection, section_id, raw)
    for group, kept in rows_kept(frame.context, section_id, raw).items():
        follow_rows(case, spec, group, kept)
    _keep(case, staging.still_later(case, cleaned.answers), by, "section.saved", section=section_id)
    return SectionSaved(case, _errors_in(case, section_id, cleaned.errors))


def save_field(case_id: UUID, path: str, typed: str | Sequence[str], *, by: Actor) -> SectionSaved:
    """Take in one field as it is left; every other answer stays (autosave)."""
    return save_fields(case_id, {path: typed}, by=by)


@transaction.atomic
def save_fields(case_id: UUID, raw: Posted, *, by: Actor, version: int | None = None) -> SectionSaved:
    """Take in these fields of any sections; every other answer stays. Says of these fields alone what is wrong."""
    case = _open(case_id, version)
    frame = frame_of(case)
    spec = frame.context.spec
    places = [place for place in (place_of(spec, path) for path in raw) if place is not None]
    if len(places) < len(raw):
        raise CaseError(_("表单里没有这一项，请刷新页面"))
    sections = list(dict.fromkeys(spec.section_of(place.field).id for place in places))
    cleaned = forms.clean_fields(frame.context, frame.selection, raw)
    answers = staging.still_later(case, cleaned.answers)
    touched = forms.changed_sections(spec, places, case.answers, answers) or sections
    _keep(case, answers, by, "section.saved", section="".join(touched[-1:]), sections=touched)
    found = {e.path: e for section in sections for e in _errors_in(case, section, cleaned.errors) if e.path in raw}
    return SectionSaved(case, tuple(found.values()))


def _errors_in(case: Case, section_id: str, typed_wrong: Sequence[forms.FieldError]) -> tuple[forms.FieldError, ...]:
    """Type errors first, then what the rules say, one a field."""
    frame = frame_of(case)
    found = {error.path: error for error in forms.check_section(frame.context, frame.selection, section_id)}
    return tuple({**found, **{error.path: error for error in typed_wrong}}.values())


@transaction.atomic
def add_row(case_id: UUID, group: str, *, by: Actor, version: int | None = None) -> Case:
    """One more row of a repeating block. Raises CaseError when it is full."""
    case = _open_draft(case_id, version)
    spec = _spec_with_group(case, group)
    answers = with_new_row(spec, case.answers, group)
    if len(rows_of(answers, group)) == len(rows_of(case.answers, group)):
        raise CaseError(_("最多 %(most)s 项，不能再加") % {"most": spec.groups[group].max})
    return _keep(case, answers, by, "section.saved", section=spec.groups[group].section)


@transaction.atomic
def remove_row(case_id: UUID, group: str, index: int, *, by: Actor, version: int | None = None) -> Case:
    """Take a row out; the rows after it move up, their papers with them."""
    case = _open_draft(case_id, version)
    spec = _spec_with_group(case, group)
    count = len(rows_of(case.answers, group))
    if not 0 <= index < count:
        raise ChangedMeanwhile(_("这一项已经不在了，请刷新页面"))
    follow_rows(case, spec, group, [n for n in range(count) if n != index])
    answers = without_row(spec, case.answers, group, index)
    return _keep(case, answers, by, "section.saved", section=spec.groups[group].section)


def row_count(case_id: UUID, group: str) -> int:
    """How many rows a repeating block has. Raises CaseError for a block the form does not have."""
    case = _read(case_id)
    _spec_with_group(case, group)
    return len(rows_of(case.answers, group))


def _spec_with_group(case: Case, group: str) -> Any:
    spec = queries.version(case.bundle_version_id).spec
    if group not in spec.groups:
        raise CaseError(_("表单里没有这一组，请刷新页面"))
    return spec


@transaction.atomic
def dispute(case_id: UUID, path: str, right_value: str, reason: str, by: Actor) -> Case:
    """Say that a locked value is wrong and what is right (数据异议): kept beside the value, a person decides.

    政务数据共享条例: the applicant may have shared data checked; nothing else waits for it.
    """
    case = _open_draft(case_id, None)
    source = (case.answers.get("sources") or {}).get(path)
    if not source or not source.get("locked"):
        raise CaseError(_("这一项可以直接修改，不用提异议"))
    if not right_value.strip() or not reason.strip():
        raise CaseError(_("请写明正确的内容和理由，方便部门核对"))
    said = {
        "value": right_value.strip()[:MAX_WORDS],
        "reason": reason.strip()[:MAX_WORDS],
        "at": timezone.localtime().isoformat(),
        "source": source.get("path", ""),
    }
    disputes = {**(case.answers.get("disputes") or {}), path: said}
    return _keep(case, {**case.answers, "disputes": disputes}, by, "data.disputed", path=path)


def _open(case_id: UUID, version: int | None) -> Case:
    """The draft, locked; or a filed case of a staged bundle, in which only what was put off is open."""
    case = lock_case(case_id)
    if case.state not in parties.BEFORE_FILING and not staging.takes_more(case):
        raise WrongState(_("这份申请已经提交，不能再改；需要更正请看补正通知，或撤回后重新申请"))
    if version is not None and version != case.version:
        raise ChangedMeanwhile(_("这份申请刚在别处改过（另一台设备或另一位），请核对后再保存；您填的内容还在"))
    return case


def _open_draft(case_id: UUID, version: int | None) -> Case:
    case = _open(case_id, version)
    if case.submitted_at is not None:
        raise WrongState(_("申请已经提交，这一项不能再改；需要更正请看补正通知"))
    return case


def _keep(case: Case, answers: Mapping[str, Any], by: Actor, event: str, **said: Any) -> Case:
    """Save the answers when they changed, with their history; others sign anew what they had signed."""
    case.saved_at = timezone.now()
    if answers == case.answers:
        case.save(update_fields=["saved_at"])
        return case
    parties.take_back(case)
    case.answers, case.version = dict(answers), case.version + 1
    if case.state == CaseState.DRAFT:
        case.next_at = case.saved_at + DRAFT_KEPT
    case.save(update_fields=["answers", "version", "saved_at", "next_at"])
    record(case, event, by=by, **said)
    parties.sync_parties(case)
    return case


# ---- filling in ---------------------------------------------------------------------------------------------


def refresh_prefill(case_id: UUID) -> Case:
    """Ask registers and licences what they know and fill the empty fields, within two seconds.

    One answer opens the next question (the marriage certificate names the father), so it goes round a few times.
    What somebody typed is never overwritten. Not inside a transaction. A filed case is left as it is, but for items
    that were put off. Who has not answered by then is asked on in the background and fills in later (`late`).
    """
    return prefill(case_id, budget_s=PREFILL_BUDGET_S, leave_out=late.under_way)


def prefill(
    case_id: UUID, *, budget_s: float, leave_out: Callable[[Case], frozenset[facts.Key]], silent_after_s: float = 30
) -> Case:
    """As `refresh_prefill`, within a budget; the questions that `leave_out` names are not put."""
    ends = time.monotonic() + budget_s
    case = _read(case_id)
    if not is_filled_in(case):
        return case
    is_complete = False
    for _round in range(PREFILL_ROUNDS):
        frame = frame_of(case)
        elsewhere = leave_out(case)
        everything = forms.lookups_wanted(frame.context, frame.selection)
        wanted = [one for one in everything if not elsewhere or facts.key_of(one) not in elsewhere]
        left = ends - time.monotonic()
        if left <= 0:
            break
        answered = facts.ask(case, wanted, **asking(case), budget_s=left, silent_after_s=silent_after_s)
        case, is_changed = _fill_in(case_id)
        silent_after_s = facts.RETRY_AFTER_S
        if not is_changed and not answered:
            is_complete = True
            break
    materials.cover_exempt(case)
    late.note(case, is_complete=is_complete)
    return _read(case_id)


def asking(case: Case) -> dict[str, Any]:
    """What for, and who asks: the applicant, whoever acts for the applicant, or the clerk who helps."""
    asks = ((case.answers or {}).get("agent") or {}).get("account") or str(case.applicant_id)
    by = Actor("clerk", str(case.assisted_by_id)) if case.assisted_by_id else Actor("applicant", asks)
    return {"purpose": consents.purpose_of(case), "by": by}


@transaction.atomic
def _fill_in(case_id: UUID) -> tuple[Case, bool]:
    case = lock_case(case_id)
    if not is_filled_in(case):
        return case, False
    frame = frame_of(case)
    filled = forms.prefill(frame.context, frame.selection)
    if not filled.changed:
        return case, False
    case.answers = staging.still_later(case, filled.answers)
    case.save(update_fields=["answers"])
    record(case, "draft.prefilled", by=SYSTEM, paths=sorted(filled.changed))
    parties.sync_parties(case)
    return case, True


def is_filled_in(case: Case) -> bool:
    """Whether answers are still taken: before filing, and for what a staged bundle put off."""
    return case.state in parties.BEFORE_FILING or (staging.takes_more(case) and bool(case.answers.get("later")))


def _read(case_id: UUID) -> Case:
    return Case.objects.select_related("applicant").get(pk=case_id)
