"""Registers of schooling, skills and foreigners at work."""

from __future__ import annotations

from ..check_digits import steady
from ..clock import resolve_day
from .lookup import Look, Record, register


@register("EDU_DIPLOMA", "id_no")
def diploma(look: Look) -> Record | None:
    return None


@register("STUDENT_INFO", "id_no")
def student(look: Look) -> Record | None:
    return None


@register("SCHOOL_ZONE", "address")
def school_zone(look: Look) -> Record | None:
    number = steady(look.text("address"), 1, 9)
    return {
        "school": f"示例第{'一二三四五六七八九'[number - 1]}实验小学",
        "places_left": 42,
        "zone_code": f"XQ35020{number}",
    }


@register("SKILL_INFO", "id_no")
def skill(look: Look) -> Record | None:
    return None


@register("TITLE_INFO", "id_no")
def professional_title(look: Look) -> Record | None:
    return None


@register("WORK_PERMIT_INFO", "passport_no")
def work_permit(look: Look) -> Record | None:
    if look.text("passport_no") not in look.world.foreigners:
        return None
    return {"permit_no": None, "employer": None, "category": None, "valid_to": None, "status": "无"}


@register("ENTRY_RECORD", "passport_no")
def entry_record(look: Look) -> Record | None:
    passport_no = look.text("passport_no")
    if passport_no not in look.world.foreigners:
        return None
    return {
        "visa_kind": "Z",
        "visa_no": f"V{steady(passport_no, 10**7, 10**8 - 1)}",
        "entry_port": "示例国际机场",
        "entry_date": resolve_day("-10d", look.world.anchor),
        "stay_to": resolve_day("+50d", look.world.anchor),
    }


@register("LODGING_INFO", "passport_no")
def lodging(look: Look) -> Record | None:
    if look.text("passport_no") not in look.world.foreigners:
        return None
    return {"address": "示例市思明区会展北路18号公寓", "reg_date": resolve_day("-9d", look.world.anchor), "valid": True}


@register("HEALTH_EXAM", "passport_no")
def health_exam(look: Look) -> Record | None:
    passport_no = look.text("passport_no")
    if passport_no not in look.world.foreigners:
        return None
    number = f"TJ{steady(passport_no, 10**7, 10**8 - 1)}"
    return {"exam_no": number, "exam_date": resolve_day("-7d", look.world.anchor), "pass": True}
