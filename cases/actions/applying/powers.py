"""The power of attorney (授权委托书) of a case begun on a mandate: made here, so nobody uploads what is known.

It says agent, matters, acts and term: 民法典 第一百六十五条. 国务院令第716号 第八条: as good as one on paper.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec
from cases.actions.deciding.document_words import day_in_full
from cases.models import Case, Material
from cases.queries.people import Acting, Person

NAME = "网上授权委托书"
ACTS = {
    "fill": "填写和上传",
    "submit": "提交、补正和承诺",
    "pay": "缴费",
    "receive": "查看和领取结果",
    "withdraw": "撤回",
}


def agent_of(applicant: Person, by_agent: bool) -> dict[str, Any]:
    """Who applies for somebody else: kept with the answers, so that a mandate's end changes no case.

    A body always acts through people; `by_agent` asks for the power of attorney of who acts for a person.
    """
    acting = applicant.acting
    if acting is None:
        return {"by_agent": True} if by_agent else {}
    known = {"name": acting.name, "id_no": acting.id_no, "phone": acting.phone}
    known |= {"mandate": str(acting.mandate_id), "account": str(acting.person_id)}
    is_for_person = applicant.identity.kind == "person"
    return {"agent": known, **({"by_agent": True} if by_agent or is_for_person else {})}


def keep(case: Case, applicant: Person) -> None:
    """Put it where the bundle asks for one; nothing where the applicant acts alone or no such paper is asked for."""
    spec, acting = queries.version(case.bundle_version_id).spec, applicant.acting
    wanted = spec.agent.material if spec.agent and acting and not acting.represents else None
    paper = next((one for one in spec.materials if one.id == wanted), None)
    if acting is None or paper is None or paper.generated:
        return
    content = _text(case, spec, acting).encode()
    kept = Material(
        case=case, slot=paper.id, material_id=paper.id, source=Material.Source.GENERATED, name=NAME,
        sha256=sha256(content).hexdigest(), size=len(content), media_type="text/plain",
    )  # fmt: skip
    kept.file.save("power.txt", ContentFile(content), save=False)
    kept.save(force_insert=True)


def _text(case: Case, spec: BundleSpec, acting: Acting) -> str:
    ends = f"至{day_in_full(acting.until)}" if acting.until else "至收回为止"
    acts = "、".join(word for act, word in ACTS.items() if act in acting.acts)
    return (
        f"授权委托书\n委托人：{case.applicant_name}（{case.applicant_id_no}）\n"
        f"受托人：{acting.name}（{acting.id_no}）\n代理事项：{spec.zh}\n权限：{acts}\n"
        f"期限：自{day_in_full(acting.starts_on)}{ends}\n"
        f"双方均经实名认证，在平台上作出和接受委托，编号 {acting.mandate_id}，可以随时收回。\n"
        f"生成日期：{day_in_full(timezone.localdate())}\n"
    )
