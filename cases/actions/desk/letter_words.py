"""What a letter (转办函) says: who is asked for what until when, the fields of this item alone, papers, the reply.

Letters between offices are written in Chinese whatever language the page has (国家通用语言文字法 第九条).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import override

from bundles import queries
from cases.actions.deciding.document_words import day_in_full
from cases.models import SubApplication, TaskFile
from cases.queries.department import Seen, TaskPage, task
from cases.queries.slots import SlotView

HANDED_IN = {
    "exempt": "免提交，由系统调取",
    "uploaded": "随件",
    "committed": "申请人作出告知承诺",
    "deferred": "容缺，后补",
    "generated": "系统生成",
    "open": "没有交",
}


def words_of(sub: SubApplication) -> dict[str, Any]:
    """The words as they stand now; a letter keeps them, whatever becomes of the task."""
    with override("zh-hans"):
        page = task(sub)
        spec = queries.version(sub.case.bundle_version_id).spec
        sender, receiver = _department(spec.lead), _department(sub.department)
        return {
            "to": receiver["name"],
            "authority": sender["name"],
            "tel": sender["tel"],
            "bundle": spec.zh,
            "item": page.row.item_title,
            "instance": page.row.instance,
            "case_no": sub.number,
            "applicant": page.applicant_name,
            "due_on": day_in_full(sub.due_on),
            "blocks": _blocks(page.fields),
            "upstream": [{"title": one.title, "rows": _rows(one.fields)} for one in page.upstream],
            "materials": [_paper(slot) for slot in page.materials],
            "enclosed": list(sub.task_files.filter(kind=TaskFile.Kind.ENCLOSURE).values_list("name", flat=True)),
            "reply": _reply(page),
        }


def _department(code: str) -> dict[str, str]:
    known = queries.registry().departments.get(code)
    return {"name": known.name if known else code, "tel": known.tel if known else ""}


def _blocks(fields: Sequence[Seen]) -> list[dict[str, Any]]:
    """Values under the title of the row they stand in, those without one first."""
    blocks: dict[str, list[Seen]] = {}
    for one in fields:
        blocks.setdefault(one.block, []).append(one)
    return [{"title": title, "rows": _rows(rows)} for title, rows in sorted(blocks.items(), key=lambda kv: kv[0] != "")]


def _rows(fields: Sequence[Seen]) -> list[list[str]]:
    return [[one.label, one.text] for one in fields if one.text]


def _paper(slot: SlotView) -> dict[str, Any]:
    return {"name": slot.label, "how": HANDED_IN.get(slot.state, ""), "pages": len(slot.files)}


def _reply(page: TaskPage) -> list[str]:
    """What an approval has to state, by the declared results."""
    return [one.label for one in page.result_fields]
