"""Who may see what: the only place that decides. A stranger gets nothing, as if it did not exist."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bundles import queries
from bundles.forms.points import points_item
from bundles.spec import BundleSpec, Replan
from cases.models import (
    AccessRecord,
    AllocationRun,
    Attention,
    AttentionAct,
    Case,
    Correction,
    DataDispute,
    Document,
    Inquiry,
    Material,
    Objection,
    Party,
    PileFile,
    PointsSheet,
    Result,
    SubApplication,
    TaskFile,
    TaskLetter,
    Visit,
)
from cases.ports import Actor
from cases.queries.people import StaffPerson, indexes_of, own_cases

CLERK, STAFF = "clerk", "staff"
SUPERVISOR, OPERATOR = "supervisor", "administrator"


def cases_for(account: StaffPerson) -> QuerySet[Case]:
    """The applicant's own cases, for an agent those of the mandate; for a clerk those taken in with help."""
    if account.role == CLERK:
        return Case.objects.filter(assisted_by_id=account.pk)
    if account.role == STAFF:
        return Case.objects.none()
    return own_cases(account)


def case_for(account: StaffPerson, case_id: UUID) -> Case | None:
    """One of them; None for somebody else's, which is answered like one that does not exist."""
    return cases_for(account).select_related("applicant").filter(pk=case_id).first()


def filed_cases_for_window(account: StaffPerson) -> QuerySet[Case]:
    """Filed cases a clerk may look up by number for the person at the window; nothing for anybody else."""
    if account.role != CLERK:
        return Case.objects.none()
    return Case.objects.exclude(number=None).select_related("applicant")


def points_sheets_for(account: StaffPerson) -> QuerySet[PointsSheet]:
    """Points sheets that the department of this member of staff scores."""
    if account.role != STAFF or not account.department:
        return PointsSheet.objects.none()
    return PointsSheet.objects.filter(department=account.department).select_related("case", "case__applicant")


def objections_for(account: StaffPerson) -> QuerySet[Objection]:
    """Objections to points that the department scores."""
    return Objection.objects.filter(case__points_sheet__in=points_sheets_for(account))


def scores_points(account: StaffPerson) -> bool:
    """Whether a published bundle has points that the department of this member of staff scores."""
    if account.role != STAFF or not account.department:
        return False
    specs = (one.spec for one in queries.published_all() if one.spec.points)
    return any(spec.item(item).dept == account.department for spec in specs if (item := points_item(spec)))


def allocations_for(account: StaffPerson) -> tuple[str, ...]:
    """The codes of bundles whose seats the department gives out, as their lead."""
    if account.role != STAFF or not account.department:
        return ()
    found = (one for one in queries.published_all() if one.spec.allocation and one.spec.allocation.item)
    return tuple(one.code for one in found if one.spec.lead == account.department)


def allocation_runs_for(account: StaffPerson) -> QuerySet[AllocationRun]:
    """Runs of the bundles the department leads."""
    return AllocationRun.objects.filter(bundle_code__in=allocations_for(account))


def plans_for(account: StaffPerson) -> QuerySet[Case]:
    """Filed cases of bundles that let a live plan be changed, where the department has an item or leads."""
    if account.role != STAFF or not account.department:
        return Case.objects.none()
    plans = [one for one in queries.published_all() if one.spec.replan]
    led = [one.code for one in plans if one.spec.lead == account.department]
    concerned = Q(bundle_code__in=led) | Q(pk__in=subs_for_department(account).values("case_id"))
    filed = Case.objects.exclude(number=None).filter(bundle_code__in=[one.code for one in plans])
    return filed.filter(concerned).select_related("applicant")


def closures_for(account: StaffPerson) -> tuple[str, ...]:
    """The codes of bundles that this department, as their lead, may close for a time (封航)."""
    if account.role != STAFF or not account.department:
        return ()
    led = [one for one in queries.published_all() if one.spec.lead == account.department]
    return tuple(one.code for one in led if one.spec.replan and _may_close(one.spec.replan))


def _may_close(replan: Replan) -> bool:
    return any(change.act == "pause" and change.moment for change in replan.triggers)


def visits_for(account: StaffPerson) -> QuerySet[Visit]:
    """Bookings at the counter of the department of this member of staff."""
    if account.role != STAFF or not account.department:
        return Visit.objects.none()
    return Visit.objects.filter(department=account.department, sub__isnull=False).select_related("case", "sub")


def joint_visits_for(account: StaffPerson) -> QuerySet[Case]:
    """Filed cases of bundles whose joint visits the department arranges."""
    if account.role != STAFF or not account.department:
        return Case.objects.none()
    rules = ((one.code, one.spec.joint_visit) for one in queries.published_all())
    codes = [code for code, rule in rules if rule and rule.lead == account.department]
    return Case.objects.exclude(number=None).filter(bundle_code__in=codes).select_related("applicant")


def plans_and_visits(account: StaffPerson) -> frozenset[str]:
    """Which of these desks a department has, by the published bundles: plans, visits, joint_visits."""
    if account.role != STAFF or not account.department:
        return frozenset()
    found = (desk for one in queries.published_all() for desk in _desks(one.spec, account.department))
    return frozenset(found)


def _desks(spec: BundleSpec, department: str) -> Iterator[str]:
    mine = {item.id for item in spec.items if item.dept == department}
    if spec.replan and (mine or spec.lead == department):
        yield "plans"
    if any(spec.appointment(item) for item in mine):
        yield "visits"
    if spec.joint_visit and spec.joint_visit.lead == department:
        yield "joint_visits"


def parties_for(account: StaffPerson) -> QuerySet[Party]:
    """Requests and authorisations that are about this person or company, in other people's cases."""
    mine = Party.objects.filter(id_index__in=indexes_of(account)).exclude(state=Party.State.NOT_ASKED)
    return mine.exclude(case__applicant_id=account.pk).select_related("case", "case__applicant")


def party_for(account: StaffPerson, party_pk: UUID) -> Party | None:
    return parties_for(account).filter(pk=party_pk).first()


def subs_for_department(account: StaffPerson) -> QuerySet[SubApplication]:
    """Sub-applications that are with the department of this member of staff, of filed cases only."""
    if account.role != STAFF or not account.department:
        return SubApplication.objects.none()
    mine = SubApplication.objects.filter(department=account.department)
    return mine.exclude(dispatched_at=None).select_related("case", "case__applicant")


def manual_tasks_for(account: StaffPerson) -> QuerySet[SubApplication]:
    """Tasks that letters carry (转办函): the own department's, and everybody's in the bundles this one leads."""
    if account.role != STAFF or not account.department:
        return SubApplication.objects.none()
    led = [one.code for one in queries.published_all() if one.spec.lead == account.department]
    mine = Q(department=account.department) | Q(case__bundle_code__in=led)
    sent = SubApplication.objects.filter(mine, connect="manual").exclude(dispatched_at=None)
    return sent.select_related("case", "case__applicant")


def letters_for(account: StaffPerson) -> QuerySet[TaskLetter]:
    """The letters of those tasks."""
    letters = TaskLetter.objects.filter(sub__in=manual_tasks_for(account))
    return letters.select_related("sub", "sub__case", "sub__case__applicant")


def task_file_for(account: StaffPerson, file_id: UUID) -> TaskFile | None:
    """A file beside a task, for those who may read the task."""
    if account.role != STAFF or not account.department:
        return None
    return TaskFile.objects.filter(pk=file_id, sub__in=manual_tasks_for(account)).select_related("sub").first()


def sub_for(account: StaffPerson, sub_id: UUID) -> SubApplication | None:
    """A sub-application of the department, or of a case of the account's own; None for any other."""
    mine = SubApplication.objects.filter(pk=sub_id).select_related("case", "case__applicant")
    if account.role == STAFF:
        return subs_for_department(account).filter(pk=sub_id).first()
    return mine.filter(case__in=cases_for(account)).first()


def materials_for(account: StaffPerson) -> QuerySet[Material]:
    """Materials of the account's own cases."""
    return Material.objects.filter(case__in=cases_for(account)).select_related("case")


def pile_file_for(account: StaffPerson, file_id: UUID) -> PileFile | None:
    """A file that lies unsorted with an own case; departments and clerks see none."""
    return PileFile.objects.filter(case__in=cases_for(account), pk=file_id).first()


def material_for(account: StaffPerson, material_id: UUID) -> Material | None:
    """A material of an own case; for staff one that an item of the department needs."""
    if account.role != STAFF:
        return materials_for(account).filter(pk=material_id).first()
    material = Material.objects.select_related("case").filter(pk=material_id).first()
    if material is None or not material.material_id:
        return material if material and _is_evidence_for(material, account) else None
    return material if _needed_by(material, account) else None


def _is_evidence_for(material: Material, account: StaffPerson) -> bool:
    """Evidence of a data dispute, and what lies beside a question, is read by the department that is to answer."""
    disputed = DataDispute.objects.filter(evidence=material, department=account.department)
    asked = Inquiry.objects.filter(material=material, department=account.department)
    return disputed.exists() or asked.exists()


def _needed_by(material: Material, account: StaffPerson) -> bool:
    spec = queries.version(material.case.bundle_version_id).spec
    wanted = spec.items_of_material(spec.material(material.material_id))
    subs = subs_for_department(account).filter(case_id=material.case_id, item_id__in=wanted)
    index = material.slot.rpartition(".")[2]
    if material.slot != material.material_id and index.isdecimal():
        subs = subs.filter(Q(row_index=None) | Q(row_index=int(index)))
    return subs.exists()


def results_for(account: StaffPerson) -> QuerySet[Result]:
    """Results of the account's own cases; for staff those of the department."""
    if account.role == STAFF:
        return Result.objects.filter(sub__in=subs_for_department(account)).select_related("sub", "sub__case")
    return Result.objects.filter(sub__case__in=cases_for(account)).select_related("sub", "sub__case")


def document_for(account: StaffPerson, document_id: UUID) -> Document | None:
    """A paper of an own case; for staff about an item of the department; for a clerk of any case at the window."""
    found = Document.objects.select_related("case", "sub").filter(pk=document_id)
    if account.role == STAFF:
        return found.filter(sub__in=subs_for_department(account)).first()
    if account.role == CLERK:
        return found.filter(case__in=filed_cases_for_window(account)).first()
    return found.filter(case__in=cases_for(account)).first()


@transaction.atomic
def record_access(case_id: UUID, *, by: Actor, what: str, purpose: str) -> AccessRecord:
    """Leave a trace that staff read personal data, before it is shown. No trace, no data. 个人信息保护法 第五十一条."""
    Case.objects.select_for_update().only("pk").get(pk=case_id)
    last = AccessRecord.objects.filter(case_id=case_id).order_by("-seq").first()
    entry = AccessRecord(
        case_id=case_id,
        seq=last.seq + 1 if last else 1,
        actor_kind=by.kind,
        actor_id=by.id,
        department=by.department,
        what=what[:64],
        purpose=purpose[:200],
        at=timezone.now(),
    )
    entry.hash = _link(last.hash if last else "", entry)
    entry.save(force_insert=True)
    return entry


def records_of(case: Case) -> QuerySet[AccessRecord]:
    """Who read the data of a case: shown to the applicant (谁看过我的数据)."""
    return AccessRecord.objects.filter(case=case).order_by("-seq")


def broken_record(case_id: UUID) -> int | None:
    """The first trace that does not fit the chain, None for a sound one."""
    previous = ""
    for number, entry in enumerate(AccessRecord.objects.filter(case_id=case_id).order_by("seq"), start=1):
        if entry.seq != number or entry.hash != _link(previous, entry):
            return number
        previous = entry.hash
    return None


def _link(previous: str, entry: AccessRecord) -> str:
    row = [
        str(entry.case_id), entry.seq, entry.actor_kind, entry.actor_id, entry.department, entry.what,
        entry.purpose, entry.at.isoformat(),
    ]  # fmt: skip
    return sha256(f"{previous}\n{json.dumps(row, ensure_ascii=False)}".encode()).hexdigest()


def attentions_for(account: StaffPerson) -> QuerySet[Attention]:
    """Attentions somebody may look into, open and closed: supervision and operators all; staff those of their own
    department and those it watches as the lead; a clerk those of no department and those of the window's own.
    """
    found = Attention.objects.select_related("case", "sub")
    if account.role in (SUPERVISOR, OPERATOR):
        return found
    if account.role == STAFF and account.department:
        return found.filter(Q(owner=account.department) | Q(watched_by=account.department))
    if account.role == CLERK:
        return found.filter(Q(owner="") | Q(owner=account.department or "-"))
    return found.none()


def attention_for(account: StaffPerson, attention_id: UUID) -> Attention | None:
    """One of them; None for any other, as for one that does not exist."""
    return attentions_for(account).filter(pk=attention_id).first()


def correction_for(account: StaffPerson, correction_id: UUID) -> Correction | None:
    """A proposed correction of an attention that somebody may look into."""
    mine = Correction.objects.filter(attention__in=attentions_for(account))
    return mine.filter(pk=correction_id).first()


def evidence_for(account: StaffPerson, act_id: UUID) -> Material | None:
    """The file an act on an attention rests on, for whoever may look into that."""
    acts = AttentionAct.objects.filter(attention__in=attentions_for(account)).exclude(evidence=None)
    act = acts.select_related("evidence", "evidence__case").filter(pk=act_id).first()
    return act.evidence if act else None
