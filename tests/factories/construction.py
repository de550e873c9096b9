"""A construction project (工程建设项目审批): four stages from one case, as a company would file them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.actions.applying import drafting, filing, parties
from cases.actions.papers import materials
from cases.models import Case, Party
from cases.queries import task_list
from cases.queries.people import indexes_of
from portal.accounts.models import Account, Role
from tests.factories.doubles import FakeDepartments, FakeRegister
from tests.factories.library import companies
from tests.factories.papers import PDF

OWNER = "海恒建设开发（示例）有限公司"
GUIDANCE = {"project_kind": "small", "land_kind": "allocate", "eia_class": "register", "special_parts": []}
RESULTS: dict[str, dict[str, Any]] = {
    "PROJECT_RECORD": {"project_code": "2501-350203-04-01-123456", "project_name": "示例厂房"},
    "SITE_OPINION": {"opinion_no": "选字1号"},
    "LAND_PLAN": {"permit_no": "地字1号"},
    "DESIGN_REVIEW": {"opinion_no": "方案1号", "conclusion": "合格"},
    "PROJECT_PLAN": {"permit_no": "建字1号", "scale": "一层"},
    "DRAWING": {"report_no": "图审1号", "agency": "示例审图"},
    "CONSTR_PERMIT": {"permit_no": "施字1号"},
    "PLAN_ACCEPT": {"opinion_no": "核实1号", "conclusion": "合格"},
    "FIRE_ACCEPT": {"doc_no": "消1号", "conclusion": "合格"},
    "ARCHIVE_ACCEPT": {"doc_no": "档1号"},
    "JOINT_ACCEPT": {"opinion_no": "联1号"},
}
STAGE_1 = {
    "s_project": {
        "project_code": "2501-350203-04-01-123456", "project_name": "示例厂房", "location": "示例市思明区示例路1号",
        "region": "350203", "industry": "C", "invest": "1000", "land_area": "2000", "build_area": "3000",
        "under_area": "0", "contact": "赵海", "contact_phone": "13800000008",
    },
    "s_st1": {
        "scale_text": "新建厂房一栋，一层钢结构，年产示例产品", "start_plan": "2027-01-01", "end_plan": "2028-01-01",
        "parcel_no": "XM-1", "land_contract": "C-1", "land_use": "industrial",
    },
}  # fmt: skip
STAGE_2 = {
    "s_project": {"build_area": "3000", "under_area": "0"},
    "s_st2": {
        "designer_name": "示例设计院", "designer_uscc": "91350200MA9XA0016D", "far": "1.5", "density": "30",
        "green_ratio": "30", "height": "20", "parking": "30",
        "buildings.0.b_name": "1号厂房", "buildings.0.b_floors_up": "1", "buildings.0.b_floors_down": "0",
        "buildings.0.b_area": "3000", "buildings.0.b_struct": "steel",
    },
}  # fmt: skip
STAGE_3 = {
    "s_st3": {
        "builder_name": "示例建筑", "builder_uscc": "91350200MA9XA0016D", "supervisor_name": "示例监理",
        "contract_price": "900", "contract_days": "300", "pm_name": "李强", "pm_cert": "闽1", "pm_free": "true",
        "wage_account": "true",
    },
}  # fmt: skip
STAGE_4 = {
    "s_st4": {
        "finish_date": "2028-01-01", "survey_no": "C1", "accept_time": "2028-01-10T09:00", "partial": "false",
    },
}  # fmt: skip


def owner() -> Account:
    """The company that builds."""
    uscc = companies()[OWNER]["uscc"]
    return Account.objects.create_user(
        "owner", "a-long-password", role=Role.COMPANY, name="赵海", id_no="420102199807075538", phone="13800000008",
        details={"ent_name": OWNER, "uscc": uscc, "legal_rep": "赵海"},
    )  # fmt: skip


def known(register: FakeRegister, departments: FakeDepartments) -> None:
    """What registers know of the project, and what the departments will answer with."""
    record = {"project_name": "示例厂房", "address": "示例市思明区示例路1号"}
    for subject in ("2501-350203-04-01-123456", companies()[OWNER]["uscc"]):
        register.put("PROJECT_INFO", subject, record)
        register.put("DRAWING_REVIEW", subject, {"pass": True})
        register.put("LAND_INFO", subject, {"paid": True, "contract_no": "C-1"})
    for item, result in RESULTS.items():
        departments.say(item=item, result=result)


def fill(case: Case, by: Account, sections: dict[str, dict[str, Any]]) -> None:
    """Type in what a stage asks for and cover its papers."""
    for section, values in sections.items():
        drafting.save_section(case.pk, section, values, by=by.actor)
    drafting.refresh_prefill(case.pk)
    for slot in task_list(Case.objects.select_related("applicant").get(pk=case.pk)).slots:
        if not slot.is_settled:
            upload(case, slot.slot, by)


def first_stage(by: Account) -> Case:
    """The project with its first stage filed and authorised."""
    case = drafting.start_draft("GCJS", applicant=by, channel="online", guidance=GUIDANCE)
    fill(case, by, STAGE_1)
    filing.submit_case(case.pk, by=by.actor, client_key=uuid4().hex)
    everybody_agrees(Case.objects.select_related("applicant").get(pk=case.pk))
    return Case.objects.select_related("applicant").get(pk=case.pk)


def upload(case: Case, slot: str, by: Account) -> None:
    """A small paper for a slot."""
    materials.upload(case.pk, slot, SimpleUploadedFile("图.pdf", PDF, "application/pdf"), by=by.actor)


def everybody_agrees(case: Case) -> None:
    """The other companies authorise what concerns them."""
    partner = Account.objects.filter(username="partner").first() or _partner()
    for party in Party.objects.filter(case=case, id_index__in=indexes_of(partner)):
        if party.state != Party.State.AGREED:
            asked = parties.invite(party.pk, by=case.applicant.actor)
            parties.agree(asked.pk, account=partner)


def _partner() -> Account:
    """The company that designs and builds."""
    name = "云栈数字科技（示例）有限公司"
    return Account.objects.create_user(
        "partner", "a-long-password", role=Role.COMPANY, name="陈屿", id_no="350203199211053171", phone="13800000002",
        details={"ent_name": name, "uscc": companies()[name]["uscc"], "legal_rep": "陈屿"},
    )  # fmt: skip
