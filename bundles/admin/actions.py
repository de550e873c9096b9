"""Buttons of the version page. What changes anything asks once more on a page of its own, and is sent as a POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from unfold.decorators import action

from bundles import publishing, yaml
from bundles.changes import diff
from bundles.errors import BundleError, NotPublishable
from bundles.models import BundleVersion, VersionState

PUBLISH = "bundles.publish_bundleversion"
# The state a button is for; the others are for every state.
STATES: dict[str, str] = {
    "publish": VersionState.DRAFT,
    "roll-back": VersionState.RETIRED,
    "retire": VersionState.PUBLISHED,
}


class VersionActions:
    """Mixed into the admin of versions."""

    actions_detail = ("publish", "new_draft", "compare", "roll_back", "retire", "export")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the buttons that can do something with a version in its state."""
        allowed = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        state = BundleVersion.objects.filter(pk=object_id).values_list("state", flat=True).first()
        return [one for one in allowed if STATES.get(one.path, state) == state]

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(PUBLISH))

    @action(description="发布", url_path="publish", permissions=["publish"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = version_or_404(object_id)
        question = f"发布“{version.bundle.zh}”第 {version.number} 版？新的申请立即按它办理，在办的不变。"
        return confirmed(request, self, version, question, lambda: publishing.publish(version, by=request.user))

    @action(description="以此为底新建草稿", url_path="new-draft", permissions=["change"])
    def new_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = version_or_404(object_id)
        note = f"以第 {version.number} 版为底"
        question = f"以“{version.bundle.zh}”第 {version.number} 版为底新建草稿？"

        def act() -> BundleVersion:
            return publishing.new_draft(version.bundle, version.document, by=request.user, change_note=note)

        return confirmed(request, self, version, question, act)

    @action(description="与其他版本比较", url_path="compare", permissions=["view"])
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = version_or_404(object_id)
        others = list(version.bundle.versions.exclude(pk=version.pk).order_by("-number"))
        other = _other(request, version, others)
        changes = diff(other.document, version.document) if other else []
        context = {"version": version, "other": other, "others": others, "changes": changes}
        return page(request, self, "bundles/admin/compare.html", version, "版本比较", context)

    @action(description="回退到此版", url_path="roll-back", permissions=["publish"])
    def roll_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = version_or_404(object_id)
        question = f"把“{version.bundle.zh}”退回第 {version.number} 版的内容？会作为新的一版发布，历史不改。"
        return confirmed(request, self, version, question, lambda: publishing.roll_back(version, by=request.user))

    @action(description="停用", url_path="retire", permissions=["publish"])
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = version_or_404(object_id)
        question = f"停用“{version.bundle.zh}”第 {version.number} 版？不再接受新申请，在办的继续。"
        return confirmed(request, self, version, question, lambda: publishing.retire(version))

    @action(description="导出 YAML", url_path="export", permissions=["view"])
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = version_or_404(object_id)
        answer = HttpResponse(yaml.write(version.document), content_type="application/yaml; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{version.bundle.code}-{version.number}.yaml"'
        return answer


def version_or_404(object_id: str) -> BundleVersion:
    try:
        return BundleVersion.objects.select_related("bundle").get(pk=object_id)
    except (BundleVersion.DoesNotExist, ValidationError) as error:
        raise Http404("没有这个版本") from error


def confirmed(
    request: HttpRequest, admin: Any, version: BundleVersion, question: str, act: Callable[[], BundleVersion]
) -> HttpResponse:
    """Ask on GET, act on POST, and show what came of it."""
    if request.method != "POST":
        return page(request, admin, "bundles/admin/confirm.html", version, "请确认", {"question": question})
    try:
        done = act()
    except NotPublishable as error:
        messages.error(request, str(error))
        for fault in error.faults[:10]:
            messages.error(request, f"{fault.path}：{fault.message}")
        return redirect(change_url(version))
    except BundleError as error:
        messages.error(request, str(error))
        return redirect(change_url(version))
    messages.success(request, f"{done.bundle.zh} 第 {done.number} 版：{VersionState(done.state).label}")
    return redirect(change_url(done))


def page(
    request: HttpRequest, admin: Any, template: str, version: BundleVersion, title: str, context: dict[str, Any]
) -> HttpResponse:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    base = admin.admin_site.each_context(request)
    extra = {"opts": admin.opts, "title": title, "version": version, "back": change_url(version)}
    return render(request, template, {**base, **extra, **context})


def change_url(version: BundleVersion) -> str:
    return reverse("admin:bundles_bundleversion_change", args=[version.pk])


def _other(request: HttpRequest, version: BundleVersion, others: list[BundleVersion]) -> BundleVersion | None:
    """The version to compare with: the one asked for, else the published one, else the one before."""
    asked = request.GET.get("with", "")
    by_number = {str(other.number): other for other in others}
    published = next((other for other in others if other.state == VersionState.PUBLISHED), None)
    return by_number.get(asked) or published or next((o for o in others if o.number < version.number), None)
