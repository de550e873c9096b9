"""The 68 registers and the licence library over the demo city."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from stdnum import luhn
from stdnum.cn import uscc

from integrations.mock_departments.library import Library
from integrations.mock_departments.licences import LicenceLibrary
from integrations.mock_departments.people import World
from integrations.mock_departments.registers import Registers
from integrations.mock_departments.store import Store
from tests.factories import library

from .process import Departments

LIBRARY = Path(__file__).resolve().parents[3] / "bundles" / "library"
ANCHOR = date(2026, 11, 21)
LIN = "350203199403186286"


class City:
    """The demo city in this process, on a fixed day."""

    def __init__(self, folder: Path) -> None:
        self.library = Library(LIBRARY)
        self.world = World(self.library, ANCHOR, 7)
        store = Store(folder)
        self.registers = Registers(self.library, self.world, store)
        self.licences = LicenceLibrary(self.library, self.world, self.registers, store)

    def person(self, name: str, **more: str) -> dict[str, str]:
        who = self.world.named(name)
        assert who is not None
        return {
            "id_no": who.id_no,
            "name": name,
            "mother_id": who.id_no,
            "card_no": who.bank_card,
            "phone": who.phone,
        } | more

    def body(self, name: str, **more: str) -> dict[str, str]:
        which = self.world.company_named(name)
        assert which is not None
        return {"uscc": which.uscc, "id_no": which.uscc, "name": name} | more

    def subjects(self) -> dict[str, dict[str, dict[str, str]]]:
        """Who each bundle's demonstration is about."""
        cloud, trucks = self.body("云栈数字科技（示例）有限公司"), self.body("五洲顺运渣土运输（示例）有限公司")
        baby = self.person("陈一诺", cert_no="R350000001", birth_cert_no="R350000001")
        lin, chen, fang, lv = (self.person(name) for name in ("林晓岚", "陈屿", "方总", "吕房东"))
        return {
            "XSECS": {"mother": lin, "father": chen, "head": lin, "child": baby},
            "JYRX": {
                "guardian": self.person("张志强", relative_id=self.person("张雨桐")["id_no"]),
                "guardian2": lin,
                "child": self.person("张雨桐", address="示例市湖里区金山路35号602室"),
            },
            "QYBG": {"company": cloud | {"name": "云栈新名字（示例）有限公司"}, "rep_new": self.person("赵海")},
            "QYZX": {"company": self.body("鹭江旧友商贸（示例）有限公司")},
            "KBQY": {
                "operator": fang,
                "rep": fang,
                "landlord": lv,
                "company": {"name": "新公司（示例）有限公司"},
                "row": fang,
            },
            "GCJS": {
                "owner": self.body(
                    "海恒建设开发（示例）有限公司", project_code="2501-350203-04-01-123456", parcel_no="2025P01"
                )
            },
            "BDCN": {
                "buyer": lin | {"contract_no": "WQ202600012345"},
                "seller": self.person("徐峰", unit_no="350203001002GB00001F00010001", account_no="10000001"),
            },
            "TXYJS": {"worker": self.person("王建国"), "unit": cloud},
            "CJRFW": {
                "pwd": self.person("吴小满", plate_no="闽DE0777", uscc=cloud["uscc"]),
                "payee": self.person("吴小满"),
            },
            "RCRH": {
                "talent": self.person("赵海", relative_id=self.person("赵一鸣")["id_no"], cert_no="S000035020001"),
                "spouse": self.person("宋佳宁"),
                "unit": cloud,
                "row": self.person("宋佳宁"),
            },
            "DXSCB": {"student": self.person("周敏")},
            "XSEYB": {"mother": lin, "father": chen, "child": baby},
            "GLJT": {"elder": self.person("黄阿婆")},
            "WGRGZ": {"employer": self.body("启明教育咨询（示例）有限公司"), "foreigner": {"passport_no": "X00000001"}},
            "QYPC": {"debtor": self.body("旧港制造（示例）有限公司", case_no="（2026）闽02破12号")},
            "CBJCG": {"vessel": {"imo_no": "9990014", "berth_code": "8"}},
            "ZTYS": {
                "company": trucks,
                "site": {"site_code": "GD001", "dump_code": "XN001"},
                "row": self.person("刘师傅", plate_no="闽DA0001"),
            },
            "CYKB": {"shop": self.body("鹭屿餐饮管理（示例）有限公司") | {"name": "新店（示例）"}, "landlord": lv},
            "GJJTQ": {"payer": lin | {"contract_no": "WQ202600012345"}},
        }


# Where the right answer for the demo's own people is that there is no record, or nothing in that place.
NOTHING = {
    "XSECS": {"CHILD_VACCINE.book_no", "LOW_INCOME_INFO.kind"},
    "JYRX": {"RE_INFO.cert_no", "RE_INFO.share_pct", "RE_INFO.use", "STUDENT_INFO.student_no", "STUDENT_INFO.status"},
    "QYZX": {"CUSTOMS_INFO.customs_no"},
    "TXYJS": {"GJJ_LOAN.balance"},
    "RCRH": {
        "HUKOU_INFO.in_city_since",
        "RE_INFO.cert_no",
        "RE_INFO.location",
        "SOCIAL_CARD_INFO.account",
        "OVERSEAS_DEGREE.level",
        "OVERSEAS_DEGREE.school",
        "OVERSEAS_DEGREE.verify_no",
    },
    "DXSCB": {"DISABILITY_INFO.dis_level", "LOW_INCOME_INFO.kind"},
    "XSEYB": {
        "LOW_INCOME_INFO.kind",
        "RESIDENCE_INFO.card_valid_to",
        "RESIDENCE_INFO.live_address",
        "HUKOU_BOOK.id_no",
    },
    "GLJT": {"DEATH_INFO.death_date", "DISABILITY_INFO.dis_level", "FUNERAL_INFO.cremation_date"},
    "WGRGZ": {"WORK_PERMIT_INFO.permit_no"},
    "GJJTQ": {
        "DISABILITY_INFO.dis_level",
        "GJJ_ACCOUNT.last_withdraw",
        "LOW_INCOME_INFO.kind",
        "RETIRE_CERT.retire_date",
        *(f"GJJ_LOAN.{name}" for name in ("balance", "lender", "loan_no", "repaid_12m", "status")),
    },
}
BUNDLES = sorted((LIBRARY / "bundles").glob("*.yaml"))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(tmp_path_factory.mktemp("city"))


def is_typed(kind: str, value: Any) -> bool:
    if value is None:
        return True
    if kind in ("bool", "integer", "list"):
        return type(value) is {"bool": bool, "integer": int, "list": list}[kind]
    if kind in ("number", "money"):
        return isinstance(value, str) and Decimal(value).is_finite()
    if kind == "date":
        return date.fromisoformat(value).isoformat() == value
    if kind == "datetime":
        return datetime.fromisoformat(value).tzinfo is not None
    return isinstance(value, str) and bool(value)


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_every_path_of_a_bundle_is_answered_for_its_demo_people(city: City, path: Path) -> None:
    text = path.read_text("utf-8")
    code = library.read(path)["code"]
    unanswered = set()
    for kind, name, party, field in set(re.findall(r"(api|licence):([A-Z_]+)@(\w+)\.(\w+)", text)):
        asked = city.subjects()[code][party]
        if kind == "api":
            homes = {"POWER_ACCT": "3500000000001"}
            records = city.registers.records(name, asked | ({"account_no": homes[name]} if name in homes else {}))
        else:
            holder = asked.get("id_no") or asked.get("passport_no") or asked["imo_no"]
            records = [dict(one.data) for one in city.licences.search(name, holder)]
        if not records or records[0].get(field) is None:
            unanswered.add(f"{name}.{field}")
    assert unanswered == NOTHING.get(code, set())


def test_every_register_answers_with_the_declared_fields_of_the_declared_types(city: City) -> None:
    asked = {
        name: value
        for parties in city.subjects().values()
        for subject in parties.values()
        for name, value in subject.items()
    }
    answered = set()
    for parties in city.subjects().values():
        for subject in parties.values():
            for code, interface in city.library.interfaces.items():
                known = subject | {name: asked[name] for name in ("address", "berth_code") if name in asked}
                if not city.registers.is_complete(code, known):
                    continue
                for record in city.registers.records(code, known):
                    answered.add(code)
                    assert [name for name, _, kind in interface.outputs if not is_typed(kind, record[name])] == []
                    assert set(record) == {name for name, _, _ in interface.outputs}
    seldom = {"VETERAN_INFO", "PENALTY_INFO", "GJJ_LOAN", "POWER_ACCT", "GAS_ACCT"}
    assert set(city.library.interfaces) - answered <= seldom


@pytest.mark.parametrize(
    ("code", "inputs"),
    [
        ("VETERAN_INFO", {"id_no": "620102200203016935"}),
        ("PENALTY_INFO", {"uscc": "92350203MA9XA0083K"}),
        ("GJJ_LOAN", {"id_no": "350203199211053171"}),
        ("POWER_ACCT", {"account_no": "3500000000001"}),
        ("GAS_ACCT", {"account_no": "20000001"}),
    ],
)
def test_the_seldom_asked_registers_know_somebody_too(city: City, code: str, inputs: dict[str, str]) -> None:
    (record,) = city.registers.records(code, inputs)
    assert all(is_typed(kind, record[name]) for name, _, kind in city.library.interfaces[code].outputs)


def test_nobody_is_known_by_a_made_up_number(city: City) -> None:
    stranger = {
        "id_no": "110101199001011237",
        "uscc": "91110000MA0000000X",
        "mother_id": "110101199001011237",
        "card_no": "1",
    }
    by_place = {"BERTH_INFO", "SCHOOL_ZONE", "NAME_CHECK", "TIDE_INFO", "TUG_INFO", "WEATHER_INFO", "PILOT_DUTY"}
    for code in set(city.library.interfaces) - by_place:
        asked = {name: stranger.get(name, "无此编号") for name in city.library.interfaces[code].inputs}
        assert city.registers.records(code, asked) == [], code


def test_everybodys_numbers_have_the_right_check_digits(city: City) -> None:
    for person in city.world.people:
        assert person.birth_date.strftime("%Y%m%d") == person.id_no[6:14]
        luhn.validate(person.bank_card)
    for company in city.world.companies:
        uscc.validate(company.uscc)
    assert len({person.bank_card for person in city.world.people}) >= len(list(city.world.people)) - 1


def test_the_delivery_was_twenty_two_days_ago(city: City) -> None:
    (record,) = city.registers.records("DELIVERY_INFO", {"mother_id": LIN})
    assert record["birth_time"] == "2026-10-30T03:42:00+08:00"
    assert (record["gender"], record["hospital"], record["gest_weeks"]) == ("2", "示例市妇幼保健院", 39)


def test_dates_move_with_the_day_the_demo_hangs_on(tmp_path: Path) -> None:
    library = Library(LIBRARY)
    later = World(library, ANCHOR + timedelta(days=400), 7)
    registers = Registers(library, later, Store(tmp_path))
    born = datetime.fromisoformat(str(registers.records("DELIVERY_INFO", {"mother_id": LIN})[0]["birth_time"]))
    assert (ANCHOR + timedelta(days=400) - born.date()).days == 22
    assert str(registers.records("VEHICLE_INFO", {"plate_no": "闽DA0001"})[0]["inspect_to"]) > "2028-01-01"


def test_the_legal_month_of_retirement_follows_the_reform(city: City) -> None:
    for name, month in (("王建国", "2026-06-01"), ("李秀英", "2027-01-01")):
        assert city.registers.records("PENSION_CALC", city.person(name))[0]["legal_month"] == month


# -- over the wire --------------------------------------------------------------------------------------------------
def test_conditional_sharing_needs_a_consent(departments: Departments) -> None:
    assert departments.ask("GA", "HUKOU_INFO", {"id_no": LIN}, consent=None).status == 403
    answer = departments.ask("GA", "HUKOU_INFO", {"id_no": LIN})
    assert (answer.status, answer.body["found"], answer.body["data"]["status"]) == (200, True, "正常")
    assert datetime.fromisoformat(answer.body["as_of"]).tzinfo is not None


def test_unconditional_sharing_needs_none(departments: Departments) -> None:
    asked = {"uscc": "91350205MA9XA0032B"}
    assert (
        departments.ask("SC", "ENT_BASIC", asked, consent=None).body["data"]["name"]
        == "五洲顺运渣土运输（示例）有限公司"
    )


def test_a_stranger_is_not_found(departments: Departments) -> None:
    assert departments.ask("GA", "HUKOU_INFO", {"id_no": "110101199001011237"}).body == {"found": False}


def test_a_question_without_its_key_and_a_foreign_register_are_refused(departments: Departments) -> None:
    assert departments.ask("GA", "HUKOU_INFO", {}).status == 422
    assert departments.ask("MZ", "HUKOU_INFO", {"id_no": LIN}).status == 404


def test_twins_come_as_two_records(departments: Departments) -> None:
    people = departments.control("people")["persons"]
    mother = next(person["id_no"] for person in people if person["name"] == "沈若溪")
    answer = departments.ask("WJ", "DELIVERY_INFO", {"mother_id": mother}).body
    assert [record["gender"] for record in answer["records"]] == ["2", "1"]
    assert answer["data"] == answer["records"][0]


def test_a_register_can_be_rewritten_emptied_and_made_to_differ(departments: Departments) -> None:
    departments.control("register", {"code": "HUKOU_INFO", "key": LIN, "data": {"status": "迁出"}})
    assert departments.ask("GA", "HUKOU_INFO", {"id_no": LIN}).body["data"]["status"] == "迁出"
    departments.control("register", {"code": "HUKOU_INFO", "key": LIN, "data": None})
    assert departments.ask("GA", "HUKOU_INFO", {"id_no": LIN}).body == {"found": False}
    departments.control("behaviour", {"interface": "POP_BASIC", "mismatch": {"match": False}, "times": 1})
    assert [departments.ask("GA", "POP_BASIC", {"id_no": LIN}).body["data"]["match"] for _ in range(2)] == [False, True]
    departments.control("behaviour", {"interface": "POP_BASIC", "empty": True, "times": 1})
    assert departments.ask("GA", "POP_BASIC", {"id_no": LIN}).body == {"found": False}


def test_licences_have_every_field_of_their_face_and_a_document(departments: Departments) -> None:
    kinds = Library(LIBRARY).licences
    for dept, kind, holder in (
        ("GA", "ID_CARD", {"id_no": LIN}),
        ("GA", "HUKOU_BOOK", {"id_no": LIN}),
        ("MZ", "MARRIAGE_CERT", {"id_no": LIN}),
        ("SC", "BUSINESS_LICENCE", {"uscc": "91350205MA9XA0032B"}),
        ("JJ", "VEHICLE_LICENCE", {"plate_no": "闽DA0001"}),
    ):
        (licence,) = departments.send(dept, "POST", f"licences/{kind}/search", {"holder": holder, "grant_id": "g"}).body
        assert set(licence["data"]) == {name for name, _, _ in kinds[kind].fields}
        assert all(is_typed(declared, licence["data"][name]) for name, _, declared in kinds[kind].fields)
        path = licence["file_url"].partition(f":{departments.port}")[2]
        document = departments.plain("GET", path)
        assert (document.status, document.headers["content-type"]) == (200, "application/pdf")
        assert document.raw.startswith(b"%PDF-") and document.raw.rstrip().endswith(b"%%EOF")
        assert departments.plain("GET", path.partition("?")[0]).status == 401
        assert LIN not in path


def test_a_licence_is_found_by_its_number_too(departments: Departments) -> None:
    (licence,) = departments.send(
        "MZ", "POST", "licences/MARRIAGE_CERT/search", {"holder": {"cert_no": "J350203-2024-000118"}}
    ).body
    assert licence["data"]["female_name"] == "林晓岚"


def test_a_certificate_prints_a_place_in_words_and_not_as_a_code(city: City) -> None:
    child = city.person("张雨桐")["id_no"]
    papers = [one.data for kind in ("BIRTH_CERT", "HUKOU_BOOK") for one in city.licences.search(kind, child)]
    assert [paper["birth_place"] for paper in papers] == ["外省示例市", "外省示例市"]
    (book,) = city.licences.search("HUKOU_BOOK", LIN)
    assert book.data["native_place"] == "示例市思明区"


def test_an_issued_licence_is_found_and_a_revoked_one_is_invalid(departments: Departments) -> None:
    face = {"permit_no": "CG1", "company": "五洲顺运", "plate_no": "闽DA0002", "valid_to": "2027-01-01"}
    issued = departments.send("CG", "POST", "licences/MUCK_PERMIT", {"data": face, "holder": {"plate_no": "闽DA0002"}})
    assert issued.status == 201
    holder = {"holder": {"plate_no": "闽DA0002"}}
    (found,) = departments.send("CG", "POST", "licences/MUCK_PERMIT/search", holder).body
    assert (found["licence_id"], found["status"]) == (issued.body["licence_id"], "有效")
    revoked = departments.send("CG", "POST", f"licences/{found['licence_id']}/revoke", {"reason": "工地核准到期"})
    assert revoked.body["status"] == "已失效"
    (after,) = departments.send("CG", "POST", "licences/MUCK_PERMIT/search", holder).body
    assert after["status"] == "已失效"
