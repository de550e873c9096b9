"""Registers of construction: projects, land, drawings."""

from __future__ import annotations

import re

from ..check_digits import steady
from .lookup import Look, Record, register

_PARCEL = re.compile(r"\d{4}P\d{2}")


@register("PROJECT_INFO", "project_code")
def project(look: Look) -> Record | None:
    return None


@register("LAND_INFO", "parcel_no")
def land(look: Look) -> Record | None:
    """Any parcel numbered like 2025P01 has been sold and paid for."""
    parcel = look.text("parcel_no")
    if not _PARCEL.fullmatch(parcel):
        return None
    return {
        "contract_no": f"CR{steady(parcel, 10**7, 10**8 - 1)}",
        "area": "12600",
        "use": "commercial",
        "paid": True,
        "cert_no": None,
    }


@register("DRAWING_REVIEW", "project_code")
def drawing_review(look: Look) -> Record | None:
    code = look.text("project_code")
    if look.world.fact("PROJECT_INFO", code) is None:
        return None
    return {"report_no": f"ST{steady(code, 10**7, 10**8 - 1)}", "pass": True, "fire_ok": True, "civil_ok": True}
