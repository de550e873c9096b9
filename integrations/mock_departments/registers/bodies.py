"""Registers about enterprises and other bodies: registration, permits, credit, insurance, tax, customs."""

from __future__ import annotations

from ..check_digits import steady
from ..clock import resolve_day
from .lookup import Look, Record, register


@register("ENT_BASIC", "uscc")
def enterprise(look: Look) -> Record | None:
    company = look.company
    if company is None:
        return None
    years = steady(company.uscc, 2, 14)
    return {
        "name": company.name,
        "ent_type": "9500" if company.kind == "个体工商户" else "1100",
        "legal_rep": company.legal_rep.name,
        "legal_rep_id": company.legal_rep.id_no,
        "capital": "500.00",
        "address": company.address,
        "scope": "以登记机关核准为准",
        "found_date": resolve_day(f"-{years}y", look.world.anchor),
        "term_to": resolve_day("+20y", look.world.anchor),
        "status": "存续",
        "branches": 0,
        "invest_out": 0,
        "equity_pledged": False,
        "abnormal": False,
        "black": False,
    }


@register("ENT_PERMITS", "uscc")
def permits_held(look: Look) -> Record | None:
    company = look.company
    if company is None:
        return None
    held = [
        permit(look, company.uscc, company.address, kind) for kind in look.world.raw["permits"].get(company.name, ())
    ]
    return {"permits": held, "count": len(held)}


def permit(look: Look, uscc: str, address: str, kind: str) -> Record:
    """One permit as it stands in the list of permits held."""
    return {
        "kind": kind,
        "licence": kind,
        "permit_no": f"{kind[:2]}{steady(uscc + kind, 10**9, 10**10 - 1)}",
        "address": address,
        "valid_to": resolve_day("+3y", look.world.anchor),
    }


@register("NAME_CHECK", "name")
def name_check(look: Look) -> Record | None:
    name = look.text("name")
    taken = look.world.company_named(name)
    return {
        "usable": taken is None,
        "similar": taken.name if taken else "无",
        "reserve_no": None if taken else f"MC{steady(name, 10**7, 10**8 - 1)}",
        "reserve_to": None if taken else resolve_day("+60d", look.world.anchor),
    }


@register("SEAL_INFO", "uscc")
def seals(look: Look) -> Record | None:
    company = look.company
    if company is None:
        return None
    in_use = [
        {"seal_kind": kind, "seal_no": f"3502{steady(company.uscc + kind, 10**8, 10**9 - 1)}", "status": "在用"}
        for kind in ("official", "finance")
    ]
    return {"seals": in_use, "count": len(in_use)}


@register("CUSTOMS_INFO", "uscc")
def customs(look: Look) -> Record | None:
    return {"registered": False, "customs_no": None, "open_items": 0} if look.company else None


@register("ENT_CREDIT", "uscc")
def credit(look: Look) -> Record | None:
    if look.company is None:
        return None
    return {"penalties": 0, "serious": False, "promise_broken": False, "score_level": "A"}


@register("PENALTY_INFO", "uscc")
def penalties(look: Look) -> Record | None:
    return None


@register("COURT_CASE", "case_no")
def court_case(look: Look) -> Record | None:
    return None


@register("SI_UNIT", "uscc")
def social_insurance_unit(look: Look) -> Record | None:
    company = look.company
    if company is None:
        return None
    small = company.kind == "个体工商户"
    return {
        "si_no": f"SI{company.uscc[-9:-1]}",
        "staff": 0 if small else 18,
        "arrears": "0.00",
        "pending": 0,
        "status": "正常",
    }


@register("MI_UNIT", "uscc")
def medical_insurance_unit(look: Look) -> Record | None:
    company = look.company
    if company is None:
        return None
    small = company.kind == "个体工商户"
    return {"mi_unit_no": f"MI{company.uscc[-9:-1]}", "staff": 0 if small else 18, "arrears": "0.00", "status": "正常"}


@register("TAX_UNIT", "uscc")
def tax_unit(look: Look) -> Record | None:
    if look.company is None:
        return None
    return {
        "status": "正常",
        "arrears": "0.00",
        "invoice_left": 0,
        "unfiled": 0,
        "case_open": False,
        "credit_level": "A",
        "clear_cert_no": None,
    }
