"""A booking as an entry of one's own calendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.queries.visits import VisitView

LONGEST_LINE = 73  # octets; a line of an entry is folded after them


def visit_entry(visit: VisitView, address: str) -> str:
    """A booked visit with its time, place and what to bring."""
    if visit.begins_at is None or visit.ends_at is None:
        raise ValueError("only a booked visit stands in a calendar")
    bring = _("请带：") + "、".join(visit.bring) if visit.bring else ""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//one-thing portal//EN", "BEGIN:VEVENT", f"UID:{visit.visit_id}",
        f"DTSTAMP:{_utc(timezone.now())}", f"DTSTART:{_utc(visit.begins_at)}", f"DTEND:{_utc(visit.ends_at)}",
        f"SUMMARY:{_escaped(visit.title)}", *([f"LOCATION:{_escaped(visit.place)}"] if visit.place else []),
        *([f"DESCRIPTION:{_escaped(bring)}"] if bring else []), f"URL:{address}", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def _folded(line: str) -> str:
    """No line longer than 75 octets; a folded one goes on after a space, and no character is torn."""
    parts, held = [""], 0
    for sign in line:
        size = len(sign.encode())
        if held + size > LONGEST_LINE:
            parts.append("")
            held = 0
        parts[-1] += sign
        held += size
    return "\r\n ".join(parts)
