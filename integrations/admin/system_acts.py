"""Buttons of the page of a department's system. Each asks on a page of its own and leaves a record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from cases.actions.delivery import circuits
from cases.ports import Actor
from cases.queries.circuits import LineState, maintenance_of, recent_line_states
from integrations.admin.asking import ReasonForm, asked, object_or_404, page, person_of
from integrations.http import system_of, systems
from integrations.models import Algorithm, DepartmentSystem, SystemChange
from integrations.systems import (
    IssuedKey,
    confirm_change,
    decline_change,
    issue_key,
    propose_change,
    record,
    rotate_key,
    switch_off,
    try_connection,
)

ALGORITHMS = [("", "按系统的设置"), *Algorithm.choices]


class KeyForm(forms.Form):
    """What the new key is to be; its secret is made here."""

    algorithm = forms.ChoiceField(label="签名算法", choices=ALGORITHMS, required=False)
    address = forms.CharField(
        label="绑定的地址（不填为现用地址；也可填正在复核的新地址）", max_length=300, required=False
    )
    as_file = forms.BooleanField(label="下载为文件，不在页面显示", required=False)


class RotationForm(forms.Form):
    """How long the keys before count beside the new one."""

    algorithm = forms.ChoiceField(label="签名算法", choices=ALGORITHMS, required=False)
    overlap_h = forms.IntegerField(label="新旧密钥都有效的小时数", min_value=1, max_value=720, initial=24)
    as_file = forms.BooleanField(label="下载为文件，不在页面显示", required=False)


class AddressForm(ReasonForm):
    """Where the system is to be reached from now on."""

    new_url = forms.CharField(label="新地址（重新启用时填现用地址）", max_length=300)
    keeps_keys = forms.BooleanField(label="沿用原密钥（不勾选则新地址要有自己的密钥）", required=False)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="复核结论", choices=[("confirm", "同意，立即生效"), ("decline", "不同意")], widget=forms.RadioSelect
    )


class MaintenanceForm(forms.Form):
    """When the department rests its system, and what people read meanwhile."""

    starts_at = forms.DateTimeField(label="从", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends_at = forms.DateTimeField(label="到", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    notice = forms.CharField(label="对外说明（申请人会看到）", max_length=200)


class SystemActs:
    """Mixed into the admin of systems."""

    actions_detail = (
        "try_it", "issue", "rotate", "change_address", "decide", "close_line", "rest", "end_rest", "switch_it_off",
    )  # fmt: skip

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the buttons that can do something now."""
        allowed = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        system = DepartmentSystem.objects.filter(pk=object_id).first()
        if system is None:
            return []
        useless = {
            "decide": not system.changes.filter(state="proposed").exists(),
            "switch-off": not system.enabled,
            "end-rest": not maintenance_of(system.department),
            "close-line": not any(one.line and one.state for one in _lines_of(system)),
        }
        return [one for one in allowed if not useless.get(one.path, False)]

    @action(description="测试连接", url_path="try", permissions=["change"])
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)

        def act(_: forms.Form) -> HttpResponse:
            systems.forget()
            found = system_of(row.department)
            assert found is not None
            trial = try_connection(found)
            record(row.department, "connection.tried", by=person_of(request), good=trial.is_good, status=trial.status)
            return page(request, self, row, "integrations/admin/trial.html", {"title": "测试连接", "trial": trial})

        text = f"向 {row.base_url} 发一个签名的查询，键是不存在的；不涉及任何办件。"
        return asked(request, self, row, title="测试连接", text=text, act=act, done="")

    @action(description="发放密钥", url_path="issue", permissions=["change"])
    def issue(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)

        def act(form: forms.Form) -> HttpResponse:
            said = form.cleaned_data
            issued = issue_key(row, by=person_of(request), algorithm=said["algorithm"], address=said["address"])
            return self._handed_over(request, row, issued, as_file=said["as_file"])

        text = "密钥由本系统随机生成，只显示或下载这一次，请当面或经安全渠道交给部门。"
        return asked(request, self, row, title="发放密钥", text=text, form_class=KeyForm, act=act, done="")

    @action(description="轮换密钥", url_path="rotate", permissions=["change"])
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)

        def act(form: forms.Form) -> HttpResponse:
            said = form.cleaned_data
            overlap = timedelta(hours=said["overlap_h"])
            issued = rotate_key(row, by=person_of(request), overlap=overlap, algorithm=said["algorithm"])
            return self._handed_over(request, row, issued, as_file=said["as_file"])

        text = "新密钥立即有效并用来签名；对方还不认时自动用旧的。重叠时间过后旧密钥失效。"
        return asked(request, self, row, title="轮换密钥", text=text, form_class=RotationForm, act=act, done="")

    @action(description="变更地址或启用", url_path="address", permissions=["change"])
    def change_address(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)
        return asked(
            request,
            self,
            row,
            title="变更地址或启用",
            text=f"现用地址：{row.base_url}。提出后由另一位管理员复核，复核前仍用原地址。",
            form_class=AddressForm,
            act=lambda form: propose_change(row, by=person_of(request), **form.cleaned_data),
            done="已提出，等另一位管理员复核",
        )

    @action(description="复核变更", url_path="decide", permissions=["change"])
    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)
        change = object_or_404(SystemChange.objects.filter(state="proposed", system=row), _open_change(row))

        def act(form: forms.Form) -> Any:
            by = person_of(request)
            if form.cleaned_data["decision"] == "confirm":
                return confirm_change(change, by=by)
            return decline_change(change, by=by)

        keys = "沿用原密钥" if change.keeps_keys or change.old_url == change.new_url else "用为新地址发放的密钥"
        text = f"{change.proposed_by} 提出：{change.old_url} → {change.new_url}；{keys}。理由：{change.reason}"
        return asked(request, self, row, title="复核变更", text=text, form_class=DecisionForm, act=act, done="已处理")

    @action(description="立即恢复线路", url_path="close-line", permissions=["change"])
    def close_line(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)

        def act(_: forms.Form) -> None:
            was_open = circuits.close_now(row.department, by=_actor(request))
            record(row.department, "line.closed", by=person_of(request), lines=was_open)

        text = "不等下一次试探，马上放行等候的全部请求。对方其实没有恢复时，五次失败后会再断开。"
        return asked(request, self, row, title="立即恢复线路", text=text, act=act, done="线路已恢复")

    @action(description="登记维护", url_path="rest", permissions=["change"])
    def rest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)

        def act(form: forms.Form) -> None:
            said = form.cleaned_data
            circuits.announce_maintenance(row.department, by=_actor(request), **said)
            times = {name: said[name].isoformat() for name in ("starts_at", "ends_at")}
            record(row.department, "maintenance.announced", by=person_of(request), notice=said["notice"], **times)

        text = "这段时间里不向该部门送任何请求，办件照常受理、排队，申请人看到说明；时间一过自动接着送。"
        return asked(
            request, self, row, title="登记维护", text=text, form_class=MaintenanceForm, act=act, done="已登记"
        )

    @action(description="结束维护", url_path="end-rest", permissions=["change"])
    def end_rest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)

        def act(_: forms.Form) -> None:
            for planned in maintenance_of(row.department):
                circuits.lift_maintenance(planned.id, by=_actor(request))
            record(row.department, "maintenance.lifted", by=person_of(request))

        text = "结束正在进行的维护，取消还没开始的。"
        return asked(request, self, row, title="结束维护", text=text, act=act, done="已结束")

    @action(description="停用", url_path="switch-off", permissions=["change"])
    def switch_it_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _system(object_id)
        text = "停用后不再送出请求，已受理的办件排队等候。重新启用要另一位管理员复核。"
        return asked(
            request,
            self,
            row,
            title="停用",
            text=text,
            act=lambda _: switch_off(row, by=person_of(request)),
            done="已停用",
        )

    def _handed_over(
        self, request: HttpRequest, row: DepartmentSystem, issued: IssuedKey, *, as_file: bool
    ) -> HttpResponse:
        """The secret, this once: as a file, or on a page that no cache keeps."""
        if as_file:
            answer = HttpResponse(issued.as_file(), content_type="text/plain; charset=utf-8")
            answer["Content-Disposition"] = f'attachment; filename="{issued.key_id}.key"'
            answer["Cache-Control"] = "no-store"
            return answer
        return page(request, self, row, "integrations/admin/issued.html", {"title": "新密钥", "issued": issued})


def _system(object_id: str) -> DepartmentSystem:
    found: DepartmentSystem = object_or_404(DepartmentSystem.objects.all(), object_id)
    return found


def _lines_of(system: DepartmentSystem) -> list[LineState]:
    return [one for one in recent_line_states() if one.department == system.department]


def _open_change(system: DepartmentSystem) -> Any:
    return system.changes.filter(state="proposed").values_list("pk", flat=True).first()


def _actor(request: HttpRequest) -> Actor:
    return Actor("operator", str(request.user.pk))
