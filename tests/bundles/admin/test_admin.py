"""The administration: an administrator configures, a clerk is kept out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bundles import publishing, queries, yaml
from bundles.models import Bundle, BundleVersion, Department, VersionState

pytestmark = pytest.mark.django_db
LISTS = (
    "bundle bundleversion department licencekind interface codelist validator matter calendarday calendaryear synonym"
).split()


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("configures", password="x"))
    return client


@pytest.fixture
def clerk() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_user("clerk", password="x"))
    return client


@pytest.fixture
def editor() -> Client:
    """Staff who may edit definitions but not publish them."""
    account: Any = get_user_model().objects.create_user("edits", password="x", is_staff=True)
    names = ["view_bundle", "view_bundleversion", "change_bundleversion", "add_bundleversion"]
    account.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def published() -> BundleVersion:
    version = Bundle.objects.get(code="XSECS").published
    assert version is not None
    return version


def url(version: BundleVersion, action: str = "change") -> str:
    return reverse(f"admin:bundles_bundleversion_{action}", args=[version.pk])


def draft_of(version: BundleVersion) -> BundleVersion:
    return publishing.new_draft(version.bundle, version.document)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_for_an_administrator_and_not_for_a_clerk(
    name: str, administrator: Client, clerk: Client
) -> None:
    address = reverse(f"admin:bundles_{name}_changelist")
    assert administrator.get(address).status_code == 200
    assert clerk.get(address).status_code == 302


@pytest.mark.parametrize("name", [n for n in LISTS if n not in ("bundle", "bundleversion")])
def test_every_registry_can_be_added_to_and_opened(name: str, administrator: Client) -> None:
    from django.apps import apps

    assert administrator.get(reverse(f"admin:bundles_{name}_add")).status_code == 200
    row = apps.get_model("bundles", name).objects.first()
    assert row is not None
    assert administrator.get(reverse(f"admin:bundles_{name}_change", args=[row.pk])).status_code == 200


def test_the_list_of_bundles_shows_state_version_and_lint(administrator: Client) -> None:
    text = administrator.get(reverse("admin:bundles_bundle_changelist")).content.decode()
    assert "新生儿出生一件事" in text
    assert "已发布" in text
    assert "处提醒" in text


@pytest.mark.parametrize("code", ["XSECS", "GCJS", "GLJT", "QYPC"])
def test_a_published_version_is_readable_in_tabs_and_cannot_be_edited(code: str, administrator: Client) -> None:
    version = Bundle.objects.get(code=code).published
    assert version is not None
    text = administrator.get(url(version)).content.decode()
    for title in ("概况", "情形", "事项与顺序", "表单", "材料", "结果", "退回原因", "检查结果", "定义文本"):
        assert title in text
    assert "<textarea" not in text
    assert version.document["items"][0]["zh"] in text


def test_a_draft_shows_its_text_to_edit(administrator: Client, published: BundleVersion) -> None:
    text = administrator.get(url(draft_of(published))).content.decode()
    assert "<textarea" in text
    assert "child_name" in text


def test_a_draft_is_saved_with_its_faults_told_by_line(administrator: Client, published: BundleVersion) -> None:
    draft = draft_of(published)
    text = yaml.write({**draft.document, "lead": "NOBODY"})
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("lead:"))
    answer = administrator.post(url(draft), {"text": text, "change_note": "试"}, follow=True)
    assert f"第 {line} 行 lead：部门目录里没有 NOBODY" in answer.content.decode()
    saved = BundleVersion.objects.get(pk=draft.pk)
    assert (saved.document["lead"], saved.change_note) == ("NOBODY", "试")


def test_a_text_that_is_no_yaml_is_not_saved_and_says_the_line(administrator: Client, published: BundleVersion) -> None:
    draft = draft_of(published)
    answer = administrator.post(url(draft), {"text": "code: XSECS\ncode: XSECS\n", "change_note": ""})
    assert answer.status_code == 200
    assert "第 2 行：键重复：code" in answer.content.decode()
    assert BundleVersion.objects.get(pk=draft.pk).fingerprint == draft.fingerprint


def test_a_published_version_ignores_a_posted_text(administrator: Client, published: BundleVersion) -> None:
    administrator.post(url(published), {"text": yaml.write({**published.document, "zh": "改了"}), "change_note": "改"})
    assert BundleVersion.objects.get(pk=published.pk).fingerprint == published.fingerprint


def test_publishing_asks_once_more_and_happens_on_post_only(administrator: Client, published: BundleVersion) -> None:
    draft = draft_of(published)
    asked = administrator.get(url(draft, "publish"))
    assert asked.status_code == 200
    assert "新的申请立即按它办理" in asked.content.decode()
    assert BundleVersion.objects.get(pk=draft.pk).is_draft
    administrator.post(url(draft, "publish"))
    assert BundleVersion.objects.get(pk=draft.pk).state == VersionState.PUBLISHED
    assert BundleVersion.objects.get(pk=draft.pk).published_by is not None


def test_a_faulty_draft_is_not_published_and_the_faults_are_shown(
    administrator: Client, published: BundleVersion
) -> None:
    draft = publishing.new_draft(published.bundle, {**published.document, "lead": "NOBODY"})
    answer = administrator.post(url(draft, "publish"), follow=True)
    assert "部门目录里没有 NOBODY" in answer.content.decode()
    assert BundleVersion.objects.get(pk=draft.pk).is_draft


def test_an_editor_may_draft_but_not_publish(editor: Client, published: BundleVersion) -> None:
    draft = draft_of(published)
    assert editor.get(url(draft)).status_code == 200
    assert editor.post(url(draft, "publish")).status_code == 403
    assert editor.post(url(published, "retire")).status_code == 403
    assert BundleVersion.objects.get(pk=draft.pk).is_draft


def test_a_new_draft_is_made_from_the_published_version(editor: Client, published: BundleVersion) -> None:
    editor.post(url(published, "new_draft"))
    draft = BundleVersion.objects.get(bundle=published.bundle, state=VersionState.DRAFT)
    assert draft.document == published.document


def test_two_versions_are_compared_in_words(administrator: Client, published: BundleVersion) -> None:
    draft = publishing.new_draft(published.bundle, {**published.document, "zh": "生孩子一件事"})
    text = administrator.get(url(draft, "compare")).content.decode()
    assert "1 处不同" in text
    assert "生孩子一件事" in text


def test_rolling_back_from_the_page_publishes_the_earlier_content(
    administrator: Client, published: BundleVersion
) -> None:
    publishing.publish(publishing.new_draft(published.bundle, {**published.document, "zh": "生孩子一件事"}))
    administrator.post(url(published, "roll_back"))
    queries.forget()
    assert queries.published("XSECS").spec.zh == published.document["zh"]
    assert queries.published("XSECS").number == 3


def test_an_exported_file_can_be_imported_as_a_draft(editor: Client, published: BundleVersion) -> None:
    exported = editor.get(url(published, "export"))
    assert exported["Content-Disposition"] == 'attachment; filename="XSECS-1.yaml"'
    upload = SimpleUploadedFile("any.yaml", exported.content)
    answer = editor.post(reverse("admin:bundles_bundle_import_file"), {"file": upload}, follow=True)
    assert "草稿" in answer.content.decode()
    assert BundleVersion.objects.get(bundle=published.bundle, number=2).document == published.document


def test_a_file_that_cannot_be_read_is_refused_with_its_line(administrator: Client) -> None:
    upload = SimpleUploadedFile("any.yaml", b"a: 1\na: 2\n")
    answer = administrator.post(reverse("admin:bundles_bundle_import_file"), {"file": upload})
    assert "第 2 行：键重复：a" in answer.content.decode()


def test_a_clerk_gets_no_action_page(clerk: Client, published: BundleVersion) -> None:
    for action in ("publish", "retire", "roll_back", "new_draft", "compare", "export"):
        assert clerk.get(url(published, action)).status_code == 302
        assert clerk.post(url(published, action)).status_code == 302
    assert BundleVersion.objects.get(pk=published.pk).state == VersionState.PUBLISHED


@pytest.mark.parametrize("ident", ["not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_an_action_on_no_version_finds_nothing(ident: str, administrator: Client) -> None:
    assert administrator.get(reverse("admin:bundles_bundleversion_publish", args=[ident])).status_code == 404


def test_a_published_version_cannot_be_deleted_in_the_administration(
    administrator: Client, published: BundleVersion
) -> None:
    assert administrator.post(url(published, "delete"), {"post": "yes"}).status_code == 403


def test_a_department_that_a_published_definition_names_cannot_be_deleted(administrator: Client) -> None:
    address = reverse("admin:bundles_department_delete", args=["GA"])
    assert administrator.post(address, {"post": "yes"}).status_code == 403
    assert Department.objects.filter(pk="GA").exists()


def test_rows_of_a_code_list_are_written_as_lines(administrator: Client) -> None:
    address = reverse("admin:bundles_codelist_change", args=["gender"])
    answer = administrator.post(address, {"entries": "1 | 男 | Male\n1 | 女 | Female"})
    assert "重复：1" in answer.content.decode()
    administrator.post(address, {"entries": "1 | 男 | Male\n2 | 女 | Female\n9 | 未说明 | Not stated"})
    queries.forget()
    assert queries.registry().codelists["gender"][-1] == ("9", "未说明", "Not stated")


def test_a_wrong_credit_code_of_a_department_is_refused(administrator: Client) -> None:
    department = Department.objects.get(pk="GA")
    values = {
        "name": "市公安局",
        "short": "公安",
        "kind": "government",
        "system": "manual",
        "org_code": "11350200MB9X000233",
    }
    address = reverse("admin:bundles_department_change", args=["GA"])
    assert "校验位" in administrator.post(address, values).content.decode()
    assert Department.objects.get(pk="GA").org_code == department.org_code


def test_texts_of_a_definition_are_escaped(administrator: Client, published: BundleVersion) -> None:
    draft = publishing.new_draft(published.bundle, {**published.document, "zh": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in administrator.get(url(draft)).content.decode()
    assert "<script>alert(1)" not in administrator.get(url(draft, "compare")).content.decode()
