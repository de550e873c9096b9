"""Applicants of the benchmark: accounts with valid, made-up numbers."""

from __future__ import annotations

from portal.accounts.models import Account, Role

SURNAMES, NAMES = "林陈黄张吴李郑王刘苏", "晓岚屿晴川禾墨远青安"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_no(number: int) -> str:
    """A number of GB 11643 with its check digit, of a grown-up."""
    head = f"350203{1960 + number % 40}{number % 12 + 1:02d}{number % 28 + 1:02d}{number // 40 % 1000:03d}"
    return head + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=True)) % 11]


def applicants(count: int) -> list[Account]:
    """So many people who apply."""
    return [_account(number) for number in range(count)]


def _account(number: int) -> Account:
    name = SURNAMES[number % 10] + NAMES[number // 10 % 10] + NAMES[number // 100 % 10]
    username = f"bench-{number}"
    found = Account.objects.filter(username=username).first()
    return found or Account.objects.create_user(
        username, role=Role.CITIZEN, name=name, id_no=id_no(number), phone=f"138{number:08d}"
    )
