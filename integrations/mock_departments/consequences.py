"""What an approval changes in the city: licences issued and replaced, registers written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .application import Application
from .clock import now
from .library import Item
from .licences import VALID, LicenceLibrary
from .people import World
from .registers import Registers
from .results import ResultMaker
from .store import Store

Values = Mapping[str, Any]


class Consequences:
    """Carries an approval into the licence library and the registers."""

    def __init__(
        self, world: World, store: Store, registers: Registers, licences: LicenceLibrary, results: ResultMaker
    ) -> None:
        self._world = world
        self._store = store
        self._registers = registers
        self._licences = licences
        self._results = results
        self._written: dict[str, Callable[[Values, Values], None]] = {
            "BIRTH_CERT": self._birth_certificate,
            "HUKOU_BOOK": self._household,
            "SOCIAL_CARD": self._social_card,
            "MEDICAL_CODE": self._medical_code,
            "VACCINE_BOOK": self._vaccination,
            "BUSINESS_LICENCE": self._business,
            "PENSION_SHEET": self._pension,
            "REAL_ESTATE": self._real_estate,
            "DISABILITY_CERT": self._disability,
            "WORK_PERMIT": self._work_permit,
        }
        for row in store.all("SELECT subject, record FROM registers WHERE code = 'PERSON'"):
            world.admit(store.record("PERSON", row["subject"])["name"], row["subject"])  # type: ignore[arg-type]

    def follow(self, application: Application, result: Values) -> None:
        """Write everything that follows from an approved application."""
        item = application.item
        if item is None:
            return
        for entry in item.results:
            self._replace(entry, application)
            _fields, kind = self._results.fields_of(entry)
            if kind and entry.get("kind") == "licence":
                reference = f"{application.body['sub_application_id']}/{entry['id']}/1"
                self._licences.issue(kind.code, result, self._holders(application, result), reference=reference)
                self._written.get(kind.code, _nothing)(application.flat, result)
        self._by_matter(item, application, result)

    def _holders(self, application: Application, result: Values) -> list[str]:
        """Who else a licence can be found by: the child it is about; the applicant when no number is on its face."""
        child = str(application.flat.get("child_id") or "")
        numbered = any(result.get(name) for name in ("id_no", "uscc", "plate_no", "mother_id", "passport_no"))
        applicant = str(application.applicant.get("id_no") or application.applicant.get("uscc") or "")
        return [child] if child else [] if numbered else [applicant]

    def _replace(self, entry: Values, application: Application) -> None:
        """Old licences that a result supersedes or revokes lose their validity."""
        revoked = entry.get("revokes") or []
        kinds = [entry.get("supersedes"), *([revoked] if isinstance(revoked, str) else revoked)]
        holders = {
            str(value) for name, value in application.flat.items() if name.endswith(("uscc", "seller_id", "plate"))
        }
        for kind in filter(None, kinds):
            for holder in holders:
                for licence in self._licences.search(kind, holder):
                    if licence.status == VALID:
                        self._licences.revoke(licence.licence_id, f"由{entry['zh']}取代")

    # -- registers, by kind of licence ------------------------------------------------------------------------------
    def _birth_certificate(self, flat: Values, result: Values) -> None:
        names = ("child_name", "gender", "birth_time", "mother_id", "father_id", "hospital")
        record = {name: result.get(name) for name in names}
        self._store.update_record("BIRTH_INFO", str(result["cert_no"]), record | {"used": False})

    def _household(self, flat: Values, result: Values) -> None:
        id_no, name = str(result["id_no"]), str(result["name"])
        if flat.get("child_name"):
            self._store.update_record("PERSON", id_no, {"name": name})
            self._world.admit(name, id_no)
            self._store.update_record(
                "MI_PERSON",
                id_no,
                {
                    "scheme": "城乡居民医保",
                    "status": "未参保",
                    "year_paid": False,
                    "months_total": 0,
                    "months_city": 0,
                    "account_balance": "0.00",
                },
            )
            self._store.update_record(
                "SOCIAL_CARD_INFO", id_no, {"has_card": False, "account": None, "bank": None, "status": "未持卡"}
            )
        cert_no = str(flat.get("birth_cert_no") or flat.get("cert_no") or "")
        if cert_no:
            self._store.update_record("BIRTH_INFO", cert_no, {"used": True})
        self._store.update_record(
            "HUKOU_INFO",
            id_no,
            {
                "household_no": result.get("household_no"),
                "head_name": result.get("head_name"),
                "status": "正常",
                "relation": result.get("relation_to_head"),
                "address": result.get("address"),
                "in_city_since": now().date().isoformat(),
            },
        )

    def _social_card(self, flat: Values, result: Values) -> None:
        self._store.update_record(
            "SOCIAL_CARD_INFO",
            str(result["id_no"]),
            {
                "has_card": True,
                "bank": result.get("bank"),
                "account": result.get("bank_account"),
                "status": "正常",
                "issue_place": "350200",
            },
        )

    def _medical_code(self, flat: Values, result: Values) -> None:
        applicant_only = flat.get("child_name") and not (flat.get("child_id") or flat.get("id_no"))
        if not applicant_only:
            record = {"mi_no": result.get("mi_no"), "status": "正常参保", "join_place": result.get("join_place")}
            self._store.update_record("MI_PERSON", str(result["id_no"]), record)

    def _vaccination(self, flat: Values, result: Values) -> None:
        record = {"book_no": result["book_no"], "complete_age6": False, "missing": "无"}
        for subject in (flat.get("birth_cert_no"), flat.get("cert_no"), flat.get("child_id")):
            if subject:
                self._store.update_record("CHILD_VACCINE", str(subject).upper(), record)

    def _business(self, flat: Values, result: Values) -> None:
        names = ("name", "ent_type", "legal_rep", "capital", "address", "scope", "term_to")
        record = {name: result.get(name) for name in names if result.get(name)}
        self._store.update_record("ENT_BASIC", str(result["uscc"]), record | {"status": "存续"})

    def _pension(self, flat: Values, result: Values) -> None:
        self._store.update_record("SI_PERSON", str(result["id_no"]), {"status": "待遇领取"})

    def _real_estate(self, flat: Values, result: Values) -> None:
        names = ("cert_no", "unit_no", "location", "use", "area", "mortgaged", "sealed")
        buyer, seller = str(flat.get("buyer_id") or ""), str(flat.get("seller_id") or "")
        if buyer:
            record = {name: result.get(name) for name in names}
            self._store.update_record(
                "RE_INFO", buyer, record | {"reg_date": now().date().isoformat(), "count_family": 1}
            )
        if seller:
            self._store.update_record(
                "RE_INFO", seller, {"cert_no": None, "unit_no": None, "location": None, "count_family": 0}
            )

    def _disability(self, flat: Values, result: Values) -> None:
        names = ("cert_no", "dis_type", "dis_level", "valid_to")
        record = {name: result.get(name) for name in names} | {"status": "正常"}
        self._store.update_record("DISABILITY_INFO", str(result["id_no"]), record)

    def _work_permit(self, flat: Values, result: Values) -> None:
        names = ("permit_no", "employer", "category", "valid_to")
        record = {name: result.get(name) for name in names} | {"status": "有效"}
        self._store.update_record("WORK_PERMIT_INFO", str(result["passport_no"]), record)

    # -- registers, by matter ---------------------------------------------------------------------------------------
    def _by_matter(self, item: Item, application: Application, result: Values) -> None:
        person = str(
            application.flat.get("child_id")
            or application.flat.get("id_no")
            or application.applicant.get("id_no")
            or ""
        )
        key = (item.bundle["code"], item.entry["id"])
        today = now().date().isoformat()
        if item.entry["matter"] == "mi_resident_pay" and person:
            self._store.update_record("MI_PERSON", person, {"year_paid": True})
        elif key == ("GLJT", "SENIOR_ALLOW") and person:
            self._store.update_record("SENIOR_ALLOW_INFO", person, {"receiving": True, "last_month": today})
        elif key == ("GJJTQ", "PAYOUT") and person:
            self._store.update_record(
                "GJJ_ACCOUNT", person, {"last_withdraw": today, "year_withdrawn": result.get("amount")}
            )
        elif key == ("QYZX", "DEREG") and application.flat.get("uscc"):
            self._store.update_record("ENT_BASIC", str(application.flat["uscc"]), {"status": "注销"})


def _nothing(flat: Values, result: Values) -> None:
    """A licence that no register keeps a trace of."""
