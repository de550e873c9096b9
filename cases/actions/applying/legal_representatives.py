"""Who represents a body by law, as the register of enterprises says; asked by whoever claims to be it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from cases.actions.registers import sharing
from cases.errors import CaseError, NotReady
from cases.ports import Query
from cases.protection import blind_index
from cases.queries.people import Person

PURPOSE = "核对本人是否该单位的法定代表人（负责人）"
BUDGET_S = 4.0


@dataclass(frozen=True, slots=True)
class KnownBody:
    """A body on the register: its name, and whose number stands there as legal representative."""

    uscc: str
    name: str
    legal_rep: str
    legal_rep_id: str


def body_of(uscc: str, *, account: Person) -> KnownBody:
    """What the register says of a credit code. Not inside a transaction; the question is on the trail.

    Raises CaseError for a code nobody registered, NotReady where the register does not answer.
    """
    query = Query("api", settings.BODY_REGISTER, (("uscc", uscc),), PURPOSE)
    index = blind_index(uscc)
    reader = sharing.Reader(by=account.actor, on_behalf_index=blind_index(account.identity.id_no))
    (finding,) = sharing.look_up([sharing.Question(query, index)], reader=reader, budget_s=BUDGET_S)
    if finding.outcome == "unavailable":
        raise NotReady(_("登记机关的系统暂时没有回音，请稍后再试"))
    if not finding.records:
        raise CaseError(_("没有查到这个统一社会信用代码，请核对"))
    known = finding.records[0]
    return KnownBody(
        uscc, str(known.get("name") or ""), str(known.get("legal_rep") or ""), str(known.get("legal_rep_id") or "")
    )
