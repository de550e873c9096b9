"""Unrepaired dishonesty: who broke a promise is trusted with no further one until it is made good.

国发〔2022〕5号 (容缺受理), 国办发〔2020〕42号 (告知承诺): both are closed to those with an unrepaired record.
"""

from __future__ import annotations

from uuid import UUID

from bundles import forms
from bundles.rules import evaluate
from cases.actions.registers import facts
from cases.actions.registers.facts import context_of
from cases.errors import CaseError
from cases.models import Case, CommitmentCheck

SAID = "有失信记录还没有修复，这份材料不能容缺或承诺，请现在上传"


def is_dishonest(signer_index: str) -> bool:
    """Whether a commitment of this person or company was found untrue and has not been made good."""
    failed = CommitmentCheck.objects.filter(state=CommitmentCheck.State.FAILED, repaired_at=None)
    return bool(signer_index) and failed.filter(commitment__signer_index=signer_index).exists()


def refuse_promise(case_id: UUID, slot: forms.Slot) -> None:
    """Neither deferral nor commitment for the dishonest; what no register knows of excludes nobody. Raises CaseError.

    Asks the register that the bundle names in `deferrable_unless`: call it outside a transaction.
    """
    case = Case.objects.select_related("applicant").get(pk=case_id)
    if is_dishonest(case.applicant_index) or _is_on_record(case, slot):
        raise CaseError(SAID)


def _is_on_record(case: Case, slot: forms.Slot) -> bool:
    condition = slot.material.deferrable_unless
    if not condition:
        return False
    context = context_of(case)
    found = (forms.lookup_for(context, path, slot.row) for path in facts.paths_in(condition))
    wanted = [lookup for lookup in found if lookup is not None]
    facts.ask(case, wanted, purpose=f"{context.spec.zh}：容缺受理")
    context = context_of(case)
    return evaluate(condition, forms.scope(context, forms.select(context), row=slot.row)) is True
