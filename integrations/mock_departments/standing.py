"""Licences that people and bodies have held since before the demo began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .check_digits import steady
from .clock import resolve_day
from .people import Company, Person, World, known_people_of
from .registers import Registers
from .registers.bodies import permit
from .registers.lookup import Look
from .registers.moving import owner_of

Face = tuple[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Standing:
    """The standing licences of one city, worked out from its people and registers."""

    world: World
    registers: Registers

    def of(self, holder: str) -> Iterator[Face]:
        """Kind and known fields of every licence of a holder: a person, a body, a passport, a ship, a plate."""
        person, company = self.world.person(holder), self.world.company(holder)
        if person:
            yield from self._identity(person)
            yield from self._family(person)
            yield from self._welfare(person)
            yield from self._learning(person)
            yield from self._property(person)
        if company:
            yield from self._company(company)
            yield from self._court(company)
        yield from self._things(holder)

    def _first(self, code: str, **inputs: str) -> Mapping[str, object]:
        records = self.registers.records(code, inputs)
        return records[0] if records else {}

    def _identity(self, person: Person) -> Iterator[Face]:
        issuer = {"issuer": "示例市公安局", "valid_from": resolve_day("-4y", self.world.anchor)}
        if person.name not in self.world.raw["unborn"]:
            yield "ID_CARD", {**issuer, "valid_to": resolve_day("+16y", self.world.anchor)}
        household = self._first("HUKOU_INFO", id_no=person.id_no)
        if household:
            yield (
                "HUKOU_BOOK",
                {
                    **household,
                    "relation_to_head": household["relation"],
                    "birth_place": person.home_place,
                    "native_place": person.home_place,
                    "reg_reason": "出生登记",
                    "reg_date": person.birth_date.isoformat(),
                    "station": "示例派出所",
                },
            )
        residence = self._first("RESIDENCE_INFO", id_no=person.id_no)
        if residence:
            yield (
                "RESIDENCE_CARD",
                {
                    "reg_address": person.address,
                    "live_address": residence["live_address"],
                    "issue_date": residence["reg_from"],
                    "valid_to": residence["card_valid_to"],
                },
            )

    def _family(self, person: Person) -> Iterator[Face]:
        marriage = self.world.marriages.get(person.id_no)
        if marriage:
            yield (
                "MARRIAGE_CERT",
                {
                    "cert_no": marriage.cert_no,
                    "holder_name": person.name,
                    "male_name": marriage.husband.name,
                    "male_id": marriage.husband.id_no,
                    "female_name": marriage.wife.name,
                    "female_id": marriage.wife.id_no,
                    "reg_date": marriage.day,
                    "authority": "示例市民政局",
                },
            )
        parents = known_people_of(self.world, self.world.raw["parents"].get(person.name, ()))
        if parents:
            yield from self._child(person, parents)

    def _child(self, child: Person, parents: list[Person]) -> Iterator[Face]:
        birth = self.world.fact("BIRTH_INFO", "R350000001") if child.name in self.world.raw["unborn"] else None
        mother = next((parent for parent in parents if parent.gender == "2"), None)
        father = next((parent for parent in parents if parent.gender == "1"), None)
        yield (
            "BIRTH_CERT",
            {
                "cert_no": "R350000001" if birth else f"Q{steady(child.id_no, 10**8, 10**9 - 1)}",
                "child_name": child.name,
                "birth_time": birth["birth_time"] if birth else child.birth_date.isoformat(),
                "birth_place": child.home_place,
                "mother_name": mother.name if mother else None,
                "mother_id": mother.id_no if mother else None,
                "father_name": father.name if father else None,
                "father_id": father.id_no if father else None,
                "hospital": "示例市妇幼保健院",
                "issuer": "示例市妇幼保健院",
                "issue_date": child.birth_date.isoformat(),
            },
        )
        vaccine = self._first("CHILD_VACCINE", id_no=child.id_no)
        if vaccine:
            yield "VACCINE_BOOK", {**vaccine, "child_name": child.name, "guardian": parents[0].name, "doses_done": 22}
        bill = self._first("MI_BILL", id_no=child.id_no)
        if bill:
            yield (
                "MEDICAL_RECEIPT",
                {
                    "patient": child.name,
                    "amount": bill["total"],
                    "hospital": bill["hospital"],
                    "mi_pay": "0.00",
                    "self_pay": bill["total"],
                    "issue_date": bill["leave_date"],
                },
            )

    def _welfare(self, person: Person) -> Iterator[Face]:
        card = self._first("SOCIAL_CARD_INFO", id_no=person.id_no)
        if card.get("has_card"):
            yield (
                "SOCIAL_CARD",
                {"card_no": f"FJ{person.id_no[-9:-1]}", "bank": card["bank"], "bank_account": card["account"]},
            )
        insured = self._first("MI_PERSON", id_no=person.id_no)
        if insured.get("status") == "正常参保":
            yield "MEDICAL_CODE", {**insured, "benefit_from": resolve_day("-3y", self.world.anchor)}
        delivery = self._first("DELIVERY_INFO", mother_id=person.id_no)
        if delivery:
            yield (
                "MEDICAL_RECEIPT",
                {
                    "patient": person.name,
                    "hospital": delivery["hospital"],
                    "amount": "8620.40",
                    "mi_pay": "6120.40",
                    "self_pay": "2500.00",
                    "issue_date": delivery["birth_time"],
                },
            )
            yield self._pregnancy(person, delivery)
        yield from self._hardship(person)
        yield from self._old_age(person)

    def _pregnancy(self, mother: Person, delivery: Mapping[str, object]) -> Face:
        """Whoever gave birth here had registered the pregnancy half a year before."""
        marriage = self.world.marriages.get(mother.id_no)
        father = marriage.husband if marriage else None
        return (
            "MATERNITY_REG",
            {
                "wife_name": mother.name,
                "wife_id": mother.id_no,
                "husband_name": father.name if father else None,
                "husband_id": father.id_no if father else None,
                "child_order": 1,
                "reg_date": resolve_day("-200d", self.world.anchor),
            },
        )

    def _hardship(self, person: Person) -> Iterator[Face]:
        disability = self._first("DISABILITY_INFO", id_no=person.id_no)
        if disability:
            yield (
                "DISABILITY_CERT",
                {**disability, "issue_date": resolve_day("-4y", self.world.anchor), "guardian": "无"},
            )
        poor = self._first("LOW_INCOME_INFO", id_no=person.id_no)
        if poor.get("kind") == "低保":
            yield (
                "LOW_INCOME_CERT",
                {"head_name": person.name, "members": 1, "month_amount": "850.00", "valid_to": poor["valid_to"]},
            )

    def _old_age(self, person: Person) -> Iterator[Face]:
        retired = self.world.fact("RETIRE_CERT", person.name)
        if retired:
            yield "RETIRE_CERT", retired
        if (self.world.anchor - person.birth_date).days > 65 * 366:
            yield "SENIOR_CARD", {}
        one_child = self._first("ONE_CHILD_INFO", id_no=person.id_no)
        if one_child:
            name = "father_name" if person.gender == "1" else "mother_name"
            yield "ONE_CHILD_CERT", {"cert_no": one_child["cert_no"], name: person.name}

    def _learning(self, person: Person) -> Iterator[Face]:
        diploma = self._first("EDU_DIPLOMA", id_no=person.id_no)
        if diploma:
            yield "DIPLOMA", {**(self.world.fact("EDU_DIPLOMA", person.name) or {}), **diploma}
            yield "DEGREE_CERT", {"school": diploma["school"], "award_date": diploma["grad_date"]}
        overseas = self.world.fact("OVERSEAS_DEGREE", person.name)
        if overseas:
            yield "OVERSEAS_DEGREE", overseas
        title = self._first("TITLE_INFO", id_no=person.id_no)
        if title:
            yield "TITLE_CERT", title
        skill = self.world.fact("SKILL_INFO", person.name)
        if skill:
            yield "SKILL_CERT", {**skill, "issue_date": resolve_day("-2y", self.world.anchor)}
        student = self._first("STUDENT_INFO", id_no=person.id_no)
        if student:
            yield "STUDENT_STATUS", student
        if person.birth_date.year <= 1995 and person.gender == "1":
            yield "DRIVING_LICENCE", {"class": "B2", "score": 0}
            yield "DRIVER_QUALIF", {"category": "道路货物运输驾驶员", "valid_to": resolve_day("+3y", self.world.anchor)}

    def _property(self, person: Person) -> Iterator[Face]:
        yield from self._real_estate(person.id_no, person.name)
        contracts = self.world.facts["CONTRACT_INFO"]
        for contract_no, contract in contracts.items():
            if person.name in (contract["seller"], contract["buyer"]):
                yield "HOUSE_CONTRACT", {**contract, "contract_no": contract_no, "area": "89.50"}
        lease = self._first("LEASE_INFO", id_no=person.id_no)
        if lease:
            yield "LEASE_RECORD", {**lease, "tenant": person.name, "landlord": "吕房东"}
        fund = self._first("GJJ_ACCOUNT", id_no=person.id_no)
        if fund:
            yield "GJJ_CERT", fund

    def _real_estate(self, number: str, owner: str) -> Iterator[Face]:
        owned = self._first("RE_INFO", id_no=number)
        if owned.get("cert_no"):
            yield "REAL_ESTATE", {**owned, "owners": owner}

    def _company(self, company: Company) -> Iterator[Face]:
        registered = self._first("ENT_BASIC", uscc=company.uscc)
        if not registered:
            return
        yield "BUSINESS_LICENCE", {**registered, "authority": "示例市市场监督管理局"}
        yield (
            "BANK_BASIC",
            {"account_no": f"6217{steady(company.uscc, 10**11, 10**12 - 1)}", "bank": "中国工商银行示例支行"},
        )
        social = self._first("SI_UNIT", uscc=company.uscc)
        yield "SI_REG", {**social, "ent_name": company.name}
        for seal in self._first("SEAL_INFO", uscc=company.uscc)["seals"]:  # type: ignore[attr-defined]
            yield "SEAL_RECORD", {**seal, "ent_name": company.name}
        yield from self._real_estate(company.uscc, company.name)
        look = Look(self.world, {"uscc": company.uscc})
        for kind in self.world.raw["permits"].get(company.name, ()):
            yield kind, {**permit(look, company.uscc, company.address, kind), "holder_name": company.name}

    def _court(self, company: Company) -> Iterator[Face]:
        for case_no, case in self.world.facts["COURT_CASE"].items():
            if case["uscc"] == company.uscc:
                named = {**case, "case_no": case_no, "court": "示例市中级人民法院"}
                yield "COURT_RULING", named
                yield "ADMIN_DECISION", {**named, "decision_date": case["ruling_date"]}
        for code, project in self.world.facts["PROJECT_INFO"].items():
            if project["owner_uscc"] == company.uscc:
                yield "PROJECT_RECORD", {**project, "project_code": code}

    def _things(self, holder: str) -> Iterator[Face]:
        foreigner = self.world.foreigners.get(holder)
        if foreigner:
            gender = "1" if foreigner["surname"] == "MULLER" else "2"
            yield "FOREIGN_PASSPORT", {**foreigner, "gender": gender, "valid_to": resolve_day("+6y", self.world.anchor)}
        ship = self.world.vessels.get(holder)
        if ship:
            english = ship["ship_name"] if ship["ship_name"].isascii() else f"SAMPLE {ship['call_sign']}"
            yield "SHIP_NATIONALITY", {**ship, "ship_name_en": english, "owner": "远帆船务代理（示例）有限公司"}
        owner = owner_of(Look(self.world, {"plate_no": holder}), holder)
        if owner:
            vehicle = self._first("VEHICLE_INFO", plate_no=holder)
            yield "VEHICLE_LICENCE", {**vehicle, "plate_no": holder}
            road = self._first("ROAD_CERT_INFO", plate_no=holder)
            if road:
                yield "ROAD_CERT", {**road, "plate_no": holder, "holder_name": owner, "scope": "货运"}
