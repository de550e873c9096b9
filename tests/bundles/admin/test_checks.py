"""The administration on a machine without a database yet: `migrate` runs its checks before there are tables."""

from __future__ import annotations

from django.core import checks


def test_the_administration_is_checked_without_asking_the_database() -> None:
    assert [
        message for message in checks.run_checks() if message.id and message.id.startswith(("admin", "unfold"))
    ] == []
