"""Who may act for whom in the demonstration: a company's legal representative and agent, an old lady's neighbour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import Account, Mandate
from portal.accounts.organisations import register_body

LEGAL = (("laosun", "sun"),)
# (agent, principal, bundles, acts)
Given = tuple[str, str, tuple[str, ...], tuple[str, ...]]
AGENTS: tuple[Given, ...] = (
    ("he", "sun", (), ("fill", "pay", "receive", "submit")),
    ("he", "cloud", ("QYBG", "QYZX"), ("fill",)),
)
DELEGATES: tuple[Given, ...] = (("li", "huang", ("GLJT", "CJRFW"), ("fill", "submit")),)
DAYS = timedelta(days=180)


def load(accounts: Mapping[str, Account], bodies: tuple[str, ...]) -> None:
    """Make the mandates of the demonstration stand for the next half year."""
    for username in bodies:
        register_body(accounts[username])
    for person, body in LEGAL:
        _stand(Mandate.Kind.LEGAL, accounts[person], accounts[body], (), tuple(Mandate.Act.values))
    for agent, principal, bundles, acts in AGENTS:
        _stand(Mandate.Kind.AGENT, accounts[agent], accounts[principal], bundles, acts)
    for agent, principal, bundles, acts in DELEGATES:
        _stand(Mandate.Kind.DELEGATE, accounts[agent], accounts[principal], bundles, acts)


def _stand(kind: str, agent: Account, principal: Account, bundles: tuple[str, ...], acts: tuple[str, ...]) -> None:
    today, now = timezone.localdate(), timezone.now()
    until = None if kind == Mandate.Kind.LEGAL else today + DAYS
    mine = Mandate.objects.filter(principal=principal, person=agent, kind=kind, ended_at=None)
    found = mine.first()
    if found is not None:
        found.until = until
        found.save(update_fields=["until"])
        return
    Mandate.objects.create(
        kind=kind, principal=principal, person=agent, name=agent.name, id_no=agent.id_no, id_index=agent.id_index,
        bundles=list(bundles), acts=list(acts), starts_on=today, until=until, cases_since=now, accepted_at=now,
        given_by=principal,
    )  # fmt: skip
