"""Registers about people: population, household, family, birth, insurance, benefits."""

from __future__ import annotations

from datetime import date

from ..clock import add_months, months_between, resolve_day
from ..people import Person
from .lookup import Look, Record, register

ADULT_YEARS = 16


def _is_adult(look: Look, person: Person) -> bool:
    return months_between(person.birth_date, look.world.anchor) >= 12 * ADULT_YEARS


def _is_of_age(look: Look, mother: Person) -> bool:
    """Local wives between 20 and 45 have a newborn."""
    return mother.local and 20 * 12 <= months_between(mother.birth_date, look.world.anchor) < 45 * 12


def _is_unborn(look: Look, person: Person) -> bool:
    return person.name in look.world.raw["unborn"]


@register("POP_BASIC", "id_no")
def population(look: Look) -> Record | None:
    person = look.person
    if person is None:
        return None
    given = look.text("name")
    return {
        "match": not given or given == person.name,
        "alive": True,
        "gender": person.gender,
        "birth_date": person.birth_date.isoformat(),
        "ethnic": person.ethnic,
        "photo": "96.5",
    }


@register("HUKOU_INFO", "id_no")
def household(look: Look) -> Record | None:
    person = look.person
    if person is None or _is_unborn(look, person):
        return None
    return {
        "household_no": f"{person.region}{person.id_no[-8:-1]}",
        "head_name": person.name,
        "relation": "01",
        "address": person.address,
        "region": person.region,
        "household_type": "家庭户",
        "status": "正常",
        "in_city_since": person.birth_date.isoformat() if person.local else None,
        "marital_status": "20" if person.id_no in look.world.marriages else "10",
    }


@register("FAMILY_INFO", "id_no", "relative_id")
def family(look: Look) -> Record | None:
    person, relative = look.person, look.world.person(look.text("relative_id"))
    if person is None or relative is None:
        return None
    parents = look.world.raw["parents"]
    if person.name in parents.get(relative.name, ()):
        return {"relation": "子" if relative.gender == "1" else "女", "same_household": True}
    if relative.name in parents.get(person.name, ()):
        return {"relation": "父" if relative.gender == "1" else "母", "same_household": True}
    marriage = look.world.marriages.get(person.id_no)
    if marriage and relative.id_no in (marriage.wife.id_no, marriage.husband.id_no):
        return {"relation": "配偶", "same_household": True}
    return None


@register("RESIDENCE_INFO", "id_no")
def residence(look: Look) -> Record | None:
    person = look.person
    if person is None or person.local or not _is_adult(look, person):
        return None
    start = (look.world.fact("RESIDENCE_INFO", person.name) or {}).get("reg_from") or resolve_day(
        "-14m", look.world.anchor
    )
    return {
        "live_address": "示例市集美区同集路66号",
        "reg_from": start,
        "card_valid_to": resolve_day("+8m", look.world.anchor),
        "months": months_between(_day(start), look.world.anchor),
    }


@register("MARRIAGE_INFO", "id_no")
def marriage(look: Look) -> Record | None:
    person = look.person
    record = look.world.marriages.get(person.id_no) if person else None
    if person is None or record is None:
        return None
    spouse = record.husband if person is record.wife or person.id_no == record.wife.id_no else record.wife
    return {
        "status": "20",
        "spouse_name": spouse.name,
        "spouse_id": spouse.id_no,
        "reg_date": record.day,
        "cert_no": record.cert_no,
    }


@register("BIRTH_INFO", "cert_no")
def birth(look: Look) -> Record | None:
    special = look.world.fact("BIRTH_INFO", look.text("cert_no"))
    if special is None:
        return None
    mother, father = look.world.named(special["mother"]), look.world.named(special["father"])
    return {"mother_id": mother.id_no if mother else None, "father_id": father.id_no if father else None}


@register("DELIVERY_INFO", "mother_id")
def delivery(look: Look) -> Record | None:
    """Every made-up wife has a baby of this spring; the named ones stand in the world's facts."""
    mother = look.person
    record = look.world.marriages.get(mother.id_no) if mother else None
    if mother is None or record is None or mother.id_no != record.wife.id_no or not _is_of_age(look, mother):
        return None
    days_ago = 5 + int(mother.id_no[-5:-1]) % 50
    return {
        "hospital": "示例市第一医院",
        "birth_time": resolve_day(f"-{days_ago}d 10:{days_ago:02d}", look.world.anchor),
        "gender": "12"[int(mother.id_no[-4]) % 2],
        "order_no": 1,
        "hospital_no": f"ZY{mother.id_no[-7:-1]}",
    }


@register("DEATH_INFO", "id_no")
def death(look: Look) -> Record | None:
    return {"dead": False, "death_date": None, "source": "无"} if look.person else None


@register("FUNERAL_INFO", "id_no")
def funeral(look: Look) -> Record | None:
    return {"cremated": False, "cremation_date": None, "cert_no": None} if look.person else None


@register("CRIME_CHECK", "id_no")
def crime(look: Look) -> Record | None:
    return {"clean": True, "detail": "未发现违法犯罪记录"} if look.person else None


@register("SI_PERSON", "id_no")
def social_insurance(look: Look) -> Record | None:
    person = look.person
    if person is None or not _is_adult(look, person):
        return None
    return {
        "status": "正常参保",
        "unit_name": "云栈数字科技（示例）有限公司",
        "unit_uscc": "91350200MA9XA0016D",
        "arrears": False,
        "months_total": 96,
        "months_city": 60,
        "months_deemed": 0,
        "last_place": person.region,
        "place_months_max": "350200",
        "paid_to": add_months(look.world.anchor.replace(day=1), -1).isoformat(),
    }


@register("ARCHIVE_INFO", "id_no")
def archive(look: Look) -> Record | None:
    person = look.person
    if person is None or not _is_adult(look, person):
        return None
    return {"archive_no": f"DA{person.id_no[-8:-1]}", "keeper": "市人才服务中心", "digitized": True}


@register("SOCIAL_CARD_INFO", "id_no")
def social_card(look: Look) -> Record | None:
    person = look.person
    if person is None:
        return None
    card = {"has_card": True, "issue_place": "350200", "bank": "ICBC", "account": person.bank_card, "status": "正常"}
    none = {"has_card": False, "issue_place": None, "bank": None, "account": None, "status": "未持卡"}
    without = (look.world.fact("SOCIAL_CARD_INFO", person.name) or {}).get("has_card") is False
    return none if without else card


@register("MI_PERSON", "id_no")
def medical_insurance(look: Look) -> Record | None:
    person = look.person
    if person is None:
        return None
    return {
        "mi_no": f"YB{person.id_no[-9:-1]}",
        "scheme": "职工医保",
        "status": "正常参保",
        "join_place": "350200",
        "months_total": 96,
        "months_city": 60,
        "year_paid": False,
        "account_balance": "1860.20",
    }


@register("MI_BILL", "id_no")
def medical_bill(look: Look) -> Record | None:
    return None


@register("LOW_INCOME_INFO", "id_no")
def low_income(look: Look) -> Record | None:
    return None


@register("SENIOR_ALLOW_INFO", "id_no")
def senior_allowance(look: Look) -> Record | None:
    person = look.person
    if person is None or months_between(person.birth_date, look.world.anchor) < 12 * 79:
        return None
    return {"receiving": False, "last_month": None, "tier": "80"}


@register("DISABILITY_INFO", "id_no")
def disability(look: Look) -> Record | None:
    person = look.person
    special = look.world.fact("DISABILITY_INFO", person.name) if person else None
    if person is None or special is None:
        return None
    return {"cert_no": f"{person.id_no}{special['dis_type']}{special['dis_level']}"}


@register("CHILD_VACCINE", "birth_cert_no|id_no")
def vaccination(look: Look) -> Record | None:
    return None


@register("ONE_CHILD_INFO", "id_no")
def one_child(look: Look) -> Record | None:
    return None


@register("VETERAN_INFO", "id_no")
def veteran(look: Look) -> Record | None:
    return None


@register("PENSION_CALC", "id_no")
def pension(look: Look) -> Record | None:
    """Legal retirement of the 2024 reform: a month later for every four months of birth from 1965 on, at most 36."""
    person = look.person
    if person is None or not _is_adult(look, person):
        return None
    start, years = ("1965-01-01", 60) if person.gender == "1" else ("1970-01-01", 55)
    born_after = months_between(_day(start), person.birth_date.replace(day=1))
    delay = 0 if person.birth_date < _day(start) else min(born_after // 4 + 1, 36)
    old_limit = add_months(person.birth_date, years * 12).replace(day=1)
    legal = add_months(old_limit, delay)
    return {
        "legal_month": legal.isoformat(),
        "earliest_month": max(add_months(legal, -36), old_limit).isoformat(),
        "latest_month": add_months(legal, 36).isoformat(),
        "min_months": 180,
        "month_total": "4386.20",
    }


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
