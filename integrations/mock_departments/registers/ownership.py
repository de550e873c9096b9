"""Registers of what people own and owe: housing fund, real estate, contracts, leases, taxes, bank cards."""

from __future__ import annotations

from ..clock import add_months, resolve_day
from .lookup import Look, Record, register


@register("GJJ_ACCOUNT", "id_no")
def fund_account(look: Look) -> Record | None:
    person = look.person
    if person is None or person.birth_date.year > look.world.anchor.year - 18:
        return None
    return {
        "account_no": f"GJ{person.id_no[-9:-1]}",
        "unit_name": "云栈数字科技（示例）有限公司",
        "balance": "68420.00",
        "month_amount": "1680.00",
        "paid_to": add_months(look.world.anchor.replace(day=1), -1).isoformat(),
        "status": "正常",
        "months_cont": 60,
        "frozen": False,
        "last_withdraw": None,
        "year_withdrawn": "0.00",
    }


@register("GJJ_UNIT", "uscc")
def fund_unit(look: Look) -> Record | None:
    company = look.company
    if company is None:
        return None
    return {"unit_no": f"DW{company.uscc[-9:-1]}", "staff": 18, "arrears": "0.00", "loans": 3, "status": "正常"}


@register("GJJ_LOAN", "id_no")
def housing_loan(look: Look) -> Record | None:
    return None


@register("RE_INFO", "id_no")
def real_estate(look: Look) -> Record | None:
    """A person without property has a record too: none on the family's name. A body without has none."""
    if look.person is None:
        return None
    return {
        "cert_no": None,
        "unit_no": None,
        "location": None,
        "use": None,
        "area": None,
        "share_pct": None,
        "reg_date": None,
        "mortgaged": False,
        "sealed": False,
        "count_family": 0,
        "school_quota_used": False,
    }


@register("CONTRACT_INFO", "contract_no")
def sale_contract(look: Look) -> Record | None:
    return None


@register("LEASE_INFO", "id_no")
def lease(look: Look) -> Record | None:
    return None


@register("MAINT_FUND", "unit_no")
def maintenance_fund(look: Look) -> Record | None:
    unit_no = look.text("unit_no")
    owned = any(entry.get("unit_no") == unit_no for entry in look.world.facts["RE_INFO"].values())
    return {"account_no": f"WX{unit_no[-10:]}", "balance": "7160.00", "arrears": False} if owned else None


@register("TAX_PERSON", "id_no")
def personal_tax(look: Look) -> Record | None:
    person = look.person
    if person is None:
        return None
    return {"paid": True, "tax_total": "26800.00", "cert_no": f"TP{person.id_no[-9:-1]}", "iit_months": 48}


@register("BANK_VERIFY", "id_no", "card_no")
def bank_card(look: Look) -> Record | None:
    """Four elements must agree; a name or telephone that is not given is not held against anybody."""
    person = look.person
    if person is None:
        return None
    same = look.text("card_no") == person.bank_card and look.text("name") in ("", person.name)
    return {"match": same, "bank": "ICBC", "card_class": "I"}


@register("WATER_ACCT", "account_no")
def water_account(look: Look) -> Record | None:
    return _home(look, "water", {"meter": "1024"})


@register("POWER_ACCT", "account_no")
def power_account(look: Look) -> Record | None:
    return _home(look, "power", {"price_kind": "居民生活"})


@register("GAS_ACCT", "account_no")
def gas_account(look: Look) -> Record | None:
    return _home(look, "gas", {"safety_date": resolve_day("-5m", look.world.anchor)})


def _home(look: Look, kind: str, more: Record) -> Record | None:
    homes = look.world.raw["homes"]
    if look.text("account_no") != homes[kind]:
        return None
    address = look.world.fact("RE_INFO", homes["owner"])["location"]
    return {"name": homes["owner"], "address": address, "arrears": "0.00", **more}
