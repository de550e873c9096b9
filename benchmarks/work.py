"""The standard work "fanout-7": seven items, what each waits for, and what a filing and a decision look like.

Plain Python without imports of ours: departments, the product's filer and every peer share it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

DEPENDS: Mapping[str, tuple[str, ...]] = {
    "A": (), "B": (), "C": (), "D": ("A",), "E": ("A", "B"), "F": ("C",), "G": ("D", "E", "F"),
}  # fmt: skip
ITEMS = tuple(DEPENDS)
DEPARTMENT_OF = {item: f"N{place}" for place, item in enumerate(ITEMS, 1)}
MATTER_CODE = "11350200MB9X09910133529990010000"
NOTE = "经审查，材料齐全，符合法定形式，予以办理。" * 5
PURPOSE = "申请在思明区示例路办理七项联办事项，用于性能基准的标准工作；所填内容均为虚构，不涉及任何真实的人和单位。"
PURPOSE += "七个部门分三轮先后办理，每一项的结果交给后面的部门；申请人已阅读并同意办理须知，保证所填内容真实。"


def ready(decided: Collection[str], asked: Collection[str]) -> list[str]:
    """The items that may be asked for now: everything they wait for is decided, and nobody has asked yet."""
    return [item for item, needs in DEPENDS.items() if item not in asked and all(need in decided for need in needs)]


def decision(item: str, receipt_no: str, sub_application_id: str) -> dict[str, Any]:
    """An approval as the contract has it, half a kilobyte."""
    result = {f"no_{item.lower()}": receipt_no, f"note_{item.lower()}": NOTE}
    return {
        "receipt_no": receipt_no,
        "sub_application_id": sub_application_id,
        "status": "approved",
        "due": None,
        "result": result,
        "reasons": [],
    }


def filing(
    item: str, *, case_no: str, sub_application_id: str, upstream: Mapping[str, Any], callback_url: str
) -> dict[str, Any]:
    """A filing of a peer, of the size and shape that the product sends."""
    return {
        "contract": 1,
        "sub_application_id": sub_application_id,
        "sub_case_no": f"{case_no}-{item}",
        "case_no": case_no,
        "bundle": {"code": "FANOUT7", "version": 1},
        "item": {"id": item, "matter": f"fanout_{item.lower()}", "code": MATTER_CODE, "instance": None},
        "purpose": f"事项{item}",
        "channel": "online",
        "submitted_at": "2026-11-21T10:00:00+08:00",
        "due": "2026-11-26",
        "applicant": {"kind": "person", "name": "林晓岚", "id_kind": "ID", "id_no": "350203199203150023"},
        "fields": {
            "owner_name": "林晓岚", "owner_id": "350203199203150023", "owner_phone": "13800000000",
            "owner_address": "示例市思明区示例路1号", "starts_on": "2027-01-01", "area_m2": "88.5",
            "fee_paid": "120.00", "people": 3, "is_new": True, "purpose_text": PURPOSE,
        },
        "upstream": upstream,
        "materials": [],
        "callback_url": callback_url,
    }  # fmt: skip


def flows_on(item: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """What of a result goes on to the items that wait for it: the number, not the note."""
    name = f"no_{item.lower()}"
    return {item: {name: result[name]}}


def compact(document: Mapping[str, Any]) -> bytes:
    """JSON as both sides send it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
