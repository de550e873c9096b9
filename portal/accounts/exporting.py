"""A copy of everything about an account, as one file to keep. 个人信息保护法 第四十五条.

A small one is made while the person waits, a large one in the background. Whoever dies in between is followed by the
next round; the file is sealed at rest and deleted after seven days.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import structlog
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.actions.dialogue import telling
from cases.errors import WrongState
from cases.queries import quiet
from cases.queries.own_copy import bytes_of, own_copy, own_files, weight_of
from portal.accounts.models import Account, AccountEvent, Address, DataExport, Mandate
from portal.accounts.trail import note

log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)
PATIENCE = timedelta(minutes=15)
MOST_TRIES = 5
SMALL_CASES, SMALL_BYTES = 10, 5 * 1024 * 1024
MOST_BYTES = 200 * 1024 * 1024
AGAIN_AFTER = timedelta(hours=1)
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


# ---- asking -------------------------------------------------------------------------------------------------


def ask(account: Account, *, by: Account) -> DataExport:
    """Ask for a copy; a small one is made at once. Raises WrongState while one is being made or was just made."""
    now = timezone.now()
    if DataExport.objects.filter(account=account, made_at__gt=now - AGAIN_AFTER, deleted_at=None).exists():
        raise WrongState(_("刚做好一份，一小时后可以再做"))
    try:
        with transaction.atomic():
            asked = DataExport.objects.create(account=account, asked_at=now, next_at=now)
            note(account, "export.asked", by=by, export=str(asked.pk))
    except IntegrityError as error:
        raise WrongState(_("已经在做了，好了会告诉您")) from error
    cases, size = weight_of(account)
    if cases <= SMALL_CASES and size <= SMALL_BYTES:
        make_due(asked.pk)
    return asked


def exports_of(account: Account) -> list[DataExport]:
    """The last few, newest first."""
    return list(DataExport.objects.filter(account=account)[:5])


def take(account: Account, export_id: UUID, *, by: Account) -> tuple[DataExport, bytes] | None:
    """Hand the file out, on record; None where it is not there (any more) or somebody else's."""
    held = DataExport.objects.filter(pk=export_id, account=account, deleted_at=None, expires_at__gt=timezone.now())
    export = held.exclude(file="").first()
    if export is None:
        return None
    note(account, "export.taken", by=by, export=str(export.pk))
    with export.file.open("rb") as stored:
        return export, bytes(stored.read())


# ---- making -------------------------------------------------------------------------------------------------


def carry_on() -> int:
    """Make what is due, delete what has run out; how many were dealt with. For the round of the accounts."""
    due = DataExport.objects.filter(next_at__lte=timezone.now()).values_list("pk", flat=True)[:5]
    return sum(make_due(pk) for pk in list(due))


def make_due(export_id: UUID) -> bool:
    """Make one copy, or delete one whose days are over; whether it was due."""
    export = _claim(export_id)
    if export is None:
        return False
    if export.made_at is not None:
        _delete(export)
        return True
    try:
        packed = pack(export.account)
    except Exception:
        log.exception("export.failed", export=str(export.pk), tries=export.tries)
        if export.tries >= MOST_TRIES:
            _give_up(export)
        return True
    _keep(export, packed)
    return True


def _claim(export_id: UUID) -> DataExport | None:
    with transaction.atomic():
        due = DataExport.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account")
        export = due.filter(pk=export_id, next_at__lte=timezone.now()).first()
        if export is not None:
            export.next_at, export.tries = timezone.now() + PATIENCE, export.tries + 1
            export.save(update_fields=["next_at", "tries"])
        return export


def _keep(export: DataExport, packed: bytes) -> None:
    now = timezone.now()
    export.file.save(f"{export.pk}.zip", ContentFile(packed), save=False)
    export.made_at, export.expires_at, export.next_at = now, now + KEPT, now + KEPT
    export.size, export.sha256 = len(packed), sha256(packed).hexdigest()
    with transaction.atomic():
        export.save(update_fields=["file", "made_at", "expires_at", "next_at", "size", "sha256"])
        account = export.account
        until = f"{timezone.localtime(export.expires_at):%Y-%m-%d}"
        telling.tell_account(account.pk, account.phone or "", "export_ready", until=until)


def _delete(export: DataExport) -> None:
    export.file.delete(save=False)
    export.deleted_at, export.next_at, export.file = timezone.now(), None, ""
    export.save(update_fields=["deleted_at", "next_at", "file"])


def _give_up(export: DataExport) -> None:
    export.failed_at, export.next_at = timezone.now(), None
    export.save(update_fields=["failed_at", "next_at"])


def delete_all(account: Account) -> None:
    """Delete the copies of an account that is closed."""
    for export in DataExport.objects.filter(account=account, deleted_at=None).exclude(file=""):
        _delete(export)


# ---- what is in it ------------------------------------------------------------------------------------------


def pack(account: Account) -> bytes:
    """The ZIP: data.json for machines, index.html for people, the files that were handed in."""
    with override("zh-hans"):
        content = {"made_at": f"{timezone.localtime():%Y-%m-%d %H:%M}", **own_copy(account), **_of_account(account)}
        page = render_to_string("accounts/own_copy.html", {"copy": content})
    held = io.BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as packed:
        packed.writestr("data.json", json.dumps(content, ensure_ascii=False, indent=1, default=str))
        packed.writestr("index.html", page)
        _add_files(packed, account)
    return held.getvalue()


def _add_files(packed: ZipFile, account: Account) -> None:
    """As many as fit; what does not is named, and stays readable in its case."""
    left, left_out = MOST_BYTES, []
    for file in own_files(account):
        name = f"files/{_safe(file.folder)}/{_safe(file.name)}"
        if file.size > left:
            left_out.append(name)
            continue
        left -= file.size
        packed.writestr(name, bytes_of(file))
    if left_out:
        packed.writestr("files/没有装下的文件.txt", "\n".join(left_out))


def _safe(name: str) -> str:
    """A name that stays where it is unpacked."""
    return _UNSAFE.sub("_", name).strip(". ")[:120] or "_"


def _of_account(account: Account) -> dict[str, Any]:
    identity = account.identity
    return {
        "account": {
            "name": identity.name,
            "number": identity.id_no,
            "phone": account.phone or "",
            "attributes": dict(identity.attributes),
            "since": f"{timezone.localtime(account.date_joined):%Y-%m-%d %H:%M}",
            "language": account.language,
        },
        "message_choice": asdict(quiet.chosen_by(account.pk)),
        "addresses": [{"name": one.name, "phone": one.phone, "place": one.place} for one in _addresses(account)],
        "mandates_given": [_mandate(one, one.name) for one in Mandate.objects.filter(principal=account)],
        "mandates_held": [
            _mandate(one, one.principal.identity.name)
            for one in Mandate.objects.filter(person=account).select_related("principal")
        ],
        "account_record": [
            {"at": f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", "kind": one.kind}
            for one in AccountEvent.objects.filter(account=account)
        ],
    }


def _addresses(account: Account) -> list[Address]:
    return list(Address.objects.filter(account=account))


def _mandate(one: Mandate, other: str) -> dict[str, Any]:
    return {
        "with": other,
        "kind": str(Mandate.Kind(one.kind).label),
        "bundles": list(one.bundles),
        "acts": [str(Mandate.Act(act).label) for act in one.acts],
        "from": one.starts_on,
        "until": one.until,
        "standing": one.standing(timezone.localdate()),
    }
