"""What adapters need no more goes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions.engine import sweep, tidying
from integrations.models import QuotaUse

pytestmark = pytest.mark.django_db


def counted(days_ago: int) -> QuotaUse:
    return QuotaUse.objects.create(
        code="POP_BASIC", span="minute", since=timezone.now() - timedelta(days=days_ago), used=1
    )


def test_the_sweep_drops_counts_that_no_quota_looks_at() -> None:
    old, recent = counted(3), counted(1)
    tidying.forget()
    sweep.sweep()
    assert list(QuotaUse.objects.all()) == [recent]
    assert old != recent


def test_it_looks_once_an_hour_only() -> None:
    tidying.forget()
    sweep.sweep()
    old = counted(3)
    sweep.sweep()
    assert QuotaUse.objects.filter(pk=old.pk).exists()
