"""The working-day calendar: announced holidays, make-up workdays and closures, national and regional."""

from __future__ import annotations

from django.db import models


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", "放假"
    MAKEUP = "makeup", "调休上班"
    CLOSURE = "closure", "临时停办"


class CalendarYear(models.Model):
    """A year of the national calendar; until it is announced, due days in it are provisional (暂估)."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    announced = models.BooleanField("放假安排已公布", default=False)
    source = models.CharField("依据", max_length=200, blank=True)
    shipped = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "日历年份"
        verbose_name_plural = "日历年份"
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"{self.year} 年"


class CalendarDay(models.Model):
    """A day that differs from the plain week. `region` empty: the whole country; else a code of GB/T 2260."""

    date = models.DateField("日期")
    region = models.CharField(
        "地区", max_length=6, blank=True, default="", help_text="空白为全国；地方性安排填行政区划代码"
    )
    kind = models.CharField("类别", max_length=8, choices=DayKind)
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "日历日"
        verbose_name_plural = "工作日历"
        ordering = ["-date", "region"]
        constraints = [models.UniqueConstraint(fields=["date", "region"], name="one_entry_a_day_and_region")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}（{self.get_kind_display()}）"
