"""A department of people: the household registration of a newborn lies on the worklist of the police."""

from __future__ import annotations

from typing import Any

from cases.actions.delivery import dispatch
from cases.models import DeskPost, SubApplication
from cases.ports import GatewayError, Mail
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister

RESULT = {"id_no": "350203202610301069", "name": "陈一诺"}


def hukou_task(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> SubApplication:
    """Filed, the birth certificate done, the registration waiting for people at the police."""
    newborn.fill_registers(register, licences)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    SubApplication.objects.filter(case=case, item_id="HUKOU").update(connect="manual")
    dispatch.pump()
    return current(SubApplication.objects.get(case=case, item_id="HUKOU"))


def current(sub: SubApplication) -> SubApplication:
    """The task as it stands now."""
    return SubApplication.objects.select_related("case", "case__applicant").get(pk=sub.pk)


def worker(username: str, department: str = "GA", *, email: str = "", head: bool = False, **post: Any) -> Account:
    """Somebody who works at a department, with a post where there is something to say of it."""
    account = Account.objects.create_user(
        username, "a-long-password", role=Role.STAFF, name=username, department=department
    )
    if email or head or post:
        DeskPost.objects.create(account=account, email=email or None, is_head=head, **post)
    return account


class FlakyMailer:
    """A mail system in memory (Mailer): `is_away` refuses everybody, `unknown` refuses single addresses for good."""

    def __init__(self) -> None:
        self.is_away = False
        self.unknown: set[str] = set()
        self.sent: list[Mail] = []
        self.asked = 0

    def send(self, mail: Mail) -> None:
        self.asked += 1
        if self.is_away:
            raise GatewayError("邮件系统不通：ConnectionRefusedError", permanent=False)
        if mail.to in self.unknown:
            raise GatewayError("邮箱地址被拒收", permanent=True)
        self.sent.append(mail)
