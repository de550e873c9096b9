"""The licence library: what people hold, what departments issue, what they revoke."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .clock import now
from .documents import pdf
from .library import Library, LicenceKind
from .people import World
from .plausible import coerce, fill, known_of, steady_numbering
from .registers import Registers
from .standing import Standing
from .store import Row, Store

VALID, REVOKED = "有效", "已失效"
SIGNED, CHECKED = "A", "B"
MOST_SHOWN = 50  # of one kind and holder, the newest: somebody may hold thousands after a long test
HOLDER_FIELDS = (
    "id_no mother_id father_id male_id female_id wife_id husband_id licence_no uscc plate_no passport_no imo_no".split()
)


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence, with what stands on its face."""

    licence_id: str
    kind: str
    data: Mapping[str, object]
    issued_on: str
    valid_to: str | None
    status: str
    trust: str = SIGNED  # how far it is to be trusted: what is issued is signed, the old stock was checked


class LicenceLibrary:
    """Every licence of the city: the standing ones, worked out when asked for, and the issued ones, kept."""

    def __init__(self, library: Library, world: World, registers: Registers, store: Store) -> None:
        self._library = library
        self._world = world
        self._standing = Standing(world, registers)
        self._store = store
        self._numbers: dict[tuple[str, str], str] = {}

    def search(self, kind: str, holder: str) -> list[Licence]:
        """A holder's licences of one kind, or the licence of that number: valid before revoked, newest first."""
        found = [*self._issued(kind, holder), *self._standing_of(kind, holder)]
        if not found and kind in self._library.licences:
            found = [*self._standing_of(kind, self._holder_of_number(kind, holder))]
        return sorted(found, key=lambda licence: licence.status != VALID)

    def find(self, licence_id: str) -> Licence | None:
        """The licence of that id."""
        row = self._store.one("SELECT * FROM licences WHERE id = ?", licence_id)
        if row:
            return _of_row(row)
        kind, _, rest = licence_id.partition("~")
        try:
            holder = bytes.fromhex(rest.rpartition("~")[0]).decode()
        except ValueError:
            return None
        return next((one for one in self._standing_of(kind, holder) if one.licence_id == licence_id), None)

    def issue(self, kind: str, face: Mapping[str, object], holders: Iterable[str], *, reference: str = "") -> Licence:
        """Issue a licence with this face to the people and bodies named on it and to these holders.

        The same reference again is the licence that was issued for it.
        """
        known = self._store.one("SELECT licence_id FROM licence_references WHERE reference = ?", reference)
        found = self.find(known["licence_id"]) if reference and known else None
        if found is not None:
            return found
        entry = self._library.licences[kind]
        data = {name: coerce(declared, face.get(name), fallback=lambda: None) for name, _zh, declared in entry.fields}
        number = self._store.next_number(f"licence:{kind}")
        validity = data.get("valid_to")
        licence = Licence(
            f"{kind}-{number:08d}", kind, data, now().date().isoformat(), str(validity) if validity else None, VALID
        )
        self._store.insert(
            "licences",
            {
                "id": licence.licence_id,
                "kind": kind,
                "fields": json.dumps(data, ensure_ascii=False),
                "issued_on": licence.issued_on,
                "valid_to": licence.valid_to,
                "status": VALID,
            },
        )
        on_face = {str(data[name]) for name in (*HOLDER_FIELDS, entry.id_field) if data.get(name)}
        for holder in on_face | {holder for holder in holders if holder}:
            self._store.insert("holders", {"holder": holder, "licence_id": licence.licence_id})
        if reference:
            self._store.insert("licence_references", {"reference": reference, "licence_id": licence.licence_id})
        return licence

    def revoke(self, licence_id: str, reason: str) -> Licence | None:
        """Make a licence invalid; doing so again changes nothing."""
        if self.find(licence_id) is None:
            return None
        self._store.run(
            "INSERT INTO revocations VALUES (?, ?, ?) ON CONFLICT DO NOTHING", licence_id, now().timestamp(), reason
        )
        self._store.run("UPDATE licences SET status = ? WHERE id = ?", REVOKED, licence_id)
        return self.find(licence_id)

    def file_token(self, licence_id: str, secret: str) -> str:
        """The unguessable part of a file's address."""
        return hmac.new(secret.encode(), licence_id.encode(), hashlib.sha256).hexdigest()[:32]

    def file(self, licence: Licence) -> bytes:
        """A small PDF of a licence."""
        kind = self._library.licences[licence.kind]
        lines = {zh: licence.data.get(name) for name, zh, _kind in kind.fields}
        return pdf(kind.zh, {"证照标识": licence.licence_id, **lines, "状态": licence.status})

    # -- where they come from ---------------------------------------------------------------------------------------
    def _issued(self, kind: str, holder: str) -> list[Licence]:
        rows = self._store.all(
            "SELECT licences.* FROM holders JOIN licences ON licences.id = licence_id"
            " WHERE holder = ? AND licence_id > ? AND licence_id < ? ORDER BY licence_id DESC LIMIT ?",
            holder,
            f"{kind}-",
            f"{kind}.",
            MOST_SHOWN,
        )
        return [_of_row(row) for row in rows]

    def _standing_of(self, kind: str, holder: str) -> Iterator[Licence]:
        entry = self._library.licences.get(kind)
        if entry is None:
            return
        faces = [face for code, face in self._standing.of(holder) if code == kind]
        for place, face in enumerate(faces):
            yield self._standing_licence(entry, holder, place, face)

    def _holder_of_number(self, kind: str, number: str) -> str:
        """Who has held the licence of this number from the beginning; worked out once for the whole city."""
        if not self._numbers:
            bodies = [company.uscc for company in self._world.companies]
            for holder in [*(person.id_no for person in self._world.people), *bodies]:
                for code, face in self._standing.of(holder):
                    own = face.get(self._library.licences[code].id_field)
                    if own:
                        self._numbers.setdefault((code, str(own)), holder)
        return self._numbers.get((kind, number), "")

    def _standing_licence(self, kind: LicenceKind, holder: str, place: int, face: Mapping[str, object]) -> Licence:
        licence_id = f"{kind.code}~{holder.encode().hex()}~{place}"
        known = known_of(self._world.person(holder) or self._world.company(holder))
        data = fill(
            kind.fields,
            {**known, **face},
            numbering=steady_numbering(licence_id),
            issuer=self._library.name_of(kind.dept),
            validity=kind.validity,
        )
        revoked = self._store.one("SELECT 1 FROM revocations WHERE licence_id = ?", licence_id)
        dates = [data.get(name) for name in ("issue_date", "reg_date", "valid_from", "found_date") if data.get(name)]
        issued_on = str(dates[0]) if dates else self._world.anchor.isoformat()
        until = data.get("valid_to") or data.get("term_to")
        return Licence(
            licence_id,
            kind.code,
            data,
            issued_on,
            str(until) if until else None,
            REVOKED if revoked else VALID,
            CHECKED,
        )


def _of_row(row: Row) -> Licence:
    return Licence(row["id"], row["kind"], json.loads(row["fields"]), row["issued_on"], row["valid_to"], row["status"])
