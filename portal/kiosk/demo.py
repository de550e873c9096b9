"""A terminal and a card reader to try out. Only where demo people sign in with one tap."""

from __future__ import annotations

from portal.accounts.models import Account, Role
from portal.kiosk import cards, registering
from portal.kiosk.models import Terminal

CODE = "DEMO-1"


def registered() -> str:
    """The secret of the demo terminal, made anew; the browser that had it before is none any more."""
    terminal, _new = Terminal.objects.get_or_create(
        code=CODE, defaults={"name": "演示终端", "place": "示例市政务服务中心一楼大厅"}
    )
    if not terminal.is_active:
        Terminal.objects.filter(pk=terminal.pk).update(is_active=True)
    if not terminal.reader_key:
        registering.issue_reader_key(terminal)
    _terminal, secret = registering.enrol(registering.issue_code(terminal))
    return secret


def people() -> list[Account]:
    """Whose cards lie beside the reader of the demonstration."""
    return list(Account.objects.filter(is_demo=True, is_active=True, role=Role.CITIZEN).order_by("username"))


def line_of(terminal: Terminal, username: str) -> str:
    """What the reader would say with the card of a demo person on it; empty for anybody else."""
    person = next((one for one in people() if one.username == username), None)
    if person is None or not terminal.reader_key:
        return ""
    return cards.line_of(terminal.reader_key, id_no=person.id_no or "", name=person.name, is_compared=True)
