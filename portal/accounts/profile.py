"""What a person may change of the own account: the phone, proved by codes, and addresses for delivery."""

from __future__ import annotations

import re
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.dialogue import telling
from cases.errors import CaseError
from portal.accounts import codes
from portal.accounts.models import Account, Address, SentCode
from portal.accounts.trail import note

MOBILE = re.compile(r"1[3-9]\d{9}|\+[1-9]\d{6,14}")
MOST_ADDRESSES = 10
For = SentCode.For


def ask_for_codes(account: Account, phone: str) -> tuple[str, ...]:
    """Send a code to the new phone and, where there is one, to the old. Raises CaseError.

    Whoever found an open session does not hold the old phone; whoever lost it proves to be himself at a counter.
    """
    phone = "".join(phone.split())
    if not MOBILE.fullmatch(phone):
        raise CaseError(_("请填写 11 位手机号；境外号码以 + 和国家代码开头"))
    if phone == account.phone:
        raise CaseError(_("这就是现在的手机号，不用换"))
    sent = [codes.send(account, account.phone, For.OLD_PHONE)] if account.phone else []
    return (*sent, codes.send(account, phone, For.NEW_PHONE))


def change_phone(account: Account, *, old_code: str, new_code: str) -> None:
    """Use the new phone from now on; the old one is told. Raises CaseError for a wrong code."""
    old = account.phone
    if old:
        codes.check(account, For.OLD_PHONE, old_code)
    proved = codes.check(account, For.NEW_PHONE, new_code)
    with transaction.atomic():
        fresh = Account.objects.select_for_update().get(pk=account.pk)
        fresh.phone = proved.phone
        fresh.save(update_fields=["phone"])
        note(fresh, "phone.changed", by=fresh)
        if old:
            telling.tell_phone(old, "phone_changed")


@transaction.atomic
def keep_address(account: Account, *, name: str, phone: str, place: str, first: bool) -> Address:
    """Add an address; the first one, or the one marked so, is offered first. Raises CaseError."""
    name, phone, place = name.strip()[:60], "".join(phone.split()), place.strip()[:200]
    if not name or not place:
        raise CaseError(_("请填写收件人和地址"))
    if not MOBILE.fullmatch(phone):
        raise CaseError(_("请填写 11 位手机号；境外号码以 + 和国家代码开头"))
    Account.objects.select_for_update().only("pk").get(pk=account.pk)
    held = Address.objects.filter(account=account)
    if held.count() >= MOST_ADDRESSES:
        raise CaseError(_("最多存 %(most)s 个地址，请先删掉不用的") % {"most": MOST_ADDRESSES})
    is_first = first or not held.exists()
    if is_first:
        held.update(is_first=False)
    kept = Address(account=account, name=name, phone=phone, place=place, is_first=is_first, saved_at=timezone.now())
    kept.save(force_insert=True)
    return kept


@transaction.atomic
def put_first(account: Account, address_id: UUID) -> None:
    """Offer this address first."""
    Account.objects.select_for_update().only("pk").get(pk=account.pk)
    held = Address.objects.filter(account=account)
    if held.filter(pk=address_id).exists():
        held.update(is_first=False)
        held.filter(pk=address_id).update(is_first=True)


@transaction.atomic
def drop_address(account: Account, address_id: UUID) -> None:
    """Delete an address; another one becomes the first."""
    Account.objects.select_for_update().only("pk").get(pk=account.pk)
    Address.objects.filter(account=account, pk=address_id).delete()
    left = Address.objects.filter(account=account)
    if not left.filter(is_first=True).exists() and (newest := left.first()):
        left.filter(pk=newest.pk).update(is_first=True)
