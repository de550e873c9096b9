"""What the rounds of the sweep failed at: it rests, so that everything else goes on, and is not forgotten."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RoundFault(models.Model):
    """A row that a round failed at, or, with an empty `row`, the round itself. Gone once it has succeeded.

    `round`: package, module and function of the round. `tries`: failures in a row. `error`: the kind of the fault
    only, because its text may quote personal data.
    """

    round = models.CharField(max_length=80)
    row = models.CharField(max_length=64, blank=True, default="")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, null=True, related_name="+")
    error = models.CharField(max_length=80)
    tries = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    rests_until = models.DateTimeField()

    class Meta:
        verbose_name = _("定时处理失败")
        verbose_name_plural = _("定时处理失败")
        constraints = [
            models.UniqueConstraint(fields=["round", "row"], name="one_fault_a_row_of_a_round"),
            models.CheckConstraint(name="round_fault_was_tried", condition=Q(tries__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.row} ×{self.tries}"
