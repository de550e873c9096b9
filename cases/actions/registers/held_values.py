"""Between what a person types and what a register holds: who typed first keeps it, and may take the register's."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bundles import forms
from bundles.forms.answers import is_locked, place_of, source_of, with_values
from cases.actions.applying import drafting
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.registers import consents
from cases.errors import CaseError, WrongState
from cases.models import Case, Consent
from cases.ports import Actor
from cases.queries.context import frame_of


@transaction.atomic
def take_held(case_id: UUID, path: str, *, by: Actor) -> Case:
    """Put the register's value in the place of what was typed. Raises CaseError where no register differs."""
    case = lock_case(case_id)
    if not drafting.is_filled_in(case):
        raise WrongState(_("申请已经提交，这一项不能再改"))
    frame = frame_of(case)
    differing = {one.path for one in forms.differences(frame.context, frame.selection)}
    place = place_of(frame.context.spec, path)
    if place is None or path not in differing:
        raise CaseError(_("这一项和登记的没有不同，请刷新页面"))
    case.answers = with_values(case.answers, {place: None}, {path: None})
    frame = frame_of(case)
    case.answers = forms.prefill(frame.context, frame.selection).answers
    case.version += 1
    case.save(update_fields=["answers", "version"])
    record(case, "draft.took_held", by=by, path=path)
    return case


@transaction.atomic
def keep_typed(case_id: UUID, paths: Collection[str], *, by: Actor) -> None:
    """Open fields that a late answer filled while the person was typing there: what is typed may be saved again."""
    case = lock_case(case_id)
    if not drafting.is_filled_in(case):
        return
    filled = [path for path in paths if source_of(case.answers, path) and is_locked(case.answers, path)]
    if filled:
        case.answers = with_values(case.answers, {}, {path: None for path in filled})
        case.save(update_fields=["answers"])
        record(case, "draft.kept_typed", by=by, paths=sorted(filled))


def agree_apart(case_id: UUID, *, by: Actor) -> Case:
    """Agree to the sensitive look-ups of a draft after all, and look up what that opens. 个人信息保护法 第二十九条."""
    with transaction.atomic():
        case = lock_case(case_id)
        if not drafting.is_filled_in(case):
            raise WrongState(_("申请已经提交，不用再查了"))
        own = consents.counts(Consent.objects.filter(case=case, kind=consents.OWN)).first()
        if own is None:
            raise WrongState(_("您已撤回授权；要查的话请重新开始办"))
        if by.id != str(own.given_by_id):
            raise CaseError(_("只有本人可以同意"))
        consents.give_again(own, sensitive=consents.sensitive_in(frame_of(case).context.spec))
        record(case, "consent.apart", by=by)
    return drafting.refresh_prefill(case_id)
