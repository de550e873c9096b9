"""`manage.py allocate CODE`: freeze, try, show or publish the allocation of a batch, with the counts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.actions.batches import allocation, placing
from cases.errors import CaseError
from cases.models import AllocationRun
from cases.ports import Actor
from cases.queries.allocation import run_view

BY = Actor("staff", id="manage.py")


class Command(BaseCommand):
    help = "统一派位：--trial 冻结并试算，--publicity 公示，--publish 公布"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--batch", default="", help="批次，默认今年")
        parser.add_argument("--supervisor", default="", help="现场监督员，公布时必填")
        parser.add_argument("--leave-out", action="store_true", help="还在部门核验的留到下一批")
        step = parser.add_mutually_exclusive_group(required=True)
        for name in ("trial", "publicity", "publish", "abandon"):
            step.add_argument(f"--{name}", dest="step", action="store_const", const=name)

    def handle(self, *args: Any, **options: Any) -> None:
        batch = options["batch"] or str(timezone.localdate().year)
        try:
            run = self._act(options["code"], batch, options)
        except CaseError as error:
            raise CommandError(error.message) from error
        self._tell(run)

    def _act(self, code: str, batch: str, options: dict[str, Any]) -> AllocationRun:
        supervisor = options["supervisor"]
        if options["step"] == "trial":
            frozen = allocation.freeze(code, batch, by=BY, supervisor=supervisor)
            return allocation.try_out(frozen.pk, by=BY, supervisor=supervisor)
        run = AllocationRun.objects.filter(bundle_code=code, batch=batch, state__in=allocation.UNDER_WAY).first()
        if run is None:
            raise CommandError("没有正在进行的派位，请先 --trial")
        if options["step"] == "publicity":
            return allocation.publicise(run.pk, by=BY, supervisor=supervisor)
        if options["step"] == "abandon":
            return allocation.abandon(run.pk, by=BY, supervisor=supervisor)
        published = allocation.publish(run.pk, by=BY, supervisor=supervisor, leave_out=options["leave_out"])
        self.stdout.write(f"已送达 {placing.settle_all(published)} 件")
        return published

    def _tell(self, run: AllocationRun) -> None:
        view = run_view(run)
        self.stdout.write(f"{view.bundle_name} {view.batch}：{view.state_label}")
        for title, count, placed in view.groups:
            self.stdout.write(f"  {title}：{count} 件，派到 {placed} 件")
        self.stdout.write(f"  没有核定 {view.report.get('held', 0)} 件，还在部门 {view.report.get('not_ready', 0)} 件")
        self.stdout.write(f"  种子 {view.seed}  数据指纹 {view.fingerprint[:16]}")
