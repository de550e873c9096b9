"""From a draft to a published version: drawing up, publishing, retiring, rolling back.

A published definition never changes: whoever changes a bundle publishes a further version of it, and the cases
that run keep theirs.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from bundles import queries
from bundles.errors import BundleError, Fault, NotPublishable
from bundles.lint import lint
from bundles.models import Bundle, BundleVersion, VersionState
from bundles.models.bundle import fingerprint
from bundles.yaml import Source

Person = Any  # an account of AUTH_USER_MODEL; which model that is, the catalogue does not know


@transaction.atomic
def new_draft(bundle: Bundle, document: Any, *, by: Person | None = None, change_note: str = "") -> BundleVersion:
    """A further version of a bundle, open for editing. Raises BundleError when the document is of another bundle."""
    if document.get("code") != bundle.code:
        raise BundleError(f"定义的代码是“{document.get('code')}”，不是“{bundle.code}”")
    Bundle.objects.select_for_update().get(pk=bundle.pk)
    newest = bundle.versions.aggregate(newest=Max("number"))["newest"] or 0
    return bundle.versions.create(
        number=newest + 1,
        document=document,
        fingerprint=fingerprint(document),
        change_note=change_note,
        created_by=by,
    )


@transaction.atomic
def new_bundle(document: Any, *, by: Person | None = None, change_note: str = "") -> BundleVersion:
    """The first draft of a bundle the catalogue does not have yet. Raises BundleError for an unknown lead."""
    if document.get("lead") not in queries.registry().departments:
        raise BundleError(f"牵头部门“{document.get('lead')}”不在部门目录中")
    bundle = Bundle(code=document["code"])
    _take_over(bundle, document)
    bundle.save()
    return new_draft(bundle, document, by=by, change_note=change_note)


@transaction.atomic
def change_draft(version: BundleVersion, document: Any, *, change_note: str) -> BundleVersion:
    """Write a new text into a draft. Raises BundleError when the version is no draft any more."""
    row = BundleVersion.objects.select_for_update().get(pk=version.pk)
    if not row.is_draft:
        raise BundleError(f"第 {row.number} 版{row.get_state_display()}，不能再改；请新建草稿")
    if document.get("code") != row.bundle.code:
        raise BundleError(f"定义的代码是“{document.get('code')}”，不是“{row.bundle.code}”")
    row.document, row.fingerprint, row.change_note = document, fingerprint(document), change_note
    row.save(update_fields=["document", "fingerprint", "change_note"])
    return row


def faults_of(document: Any, source: Source | None = None) -> tuple[Fault, ...]:
    """What the lint says about a document, against the registries as they stand now."""
    queries.recheck()
    return lint(document, queries.registry(), line_of=source.line_of if source else None)


@transaction.atomic
def publish(version: BundleVersion, *, by: Person | None = None) -> BundleVersion:
    """Make a draft the version people apply for; the one before is retired, running cases keep it.

    Raises NotPublishable with every error of the lint, BundleError when the version is no draft.
    """
    bundle = Bundle.objects.select_for_update().get(pk=version.bundle_id)
    draft = BundleVersion.objects.select_for_update().get(pk=version.pk)
    if not draft.is_draft:
        raise BundleError(f"第 {draft.number} 版{draft.get_state_display()}，只有草稿可以发布")
    errors = tuple(fault for fault in faults_of(draft.document) if fault.severity == "error")
    if errors:
        raise NotPublishable(errors)
    _retire_published(bundle)
    draft.state, draft.published_at, draft.published_by = VersionState.PUBLISHED, timezone.now(), by
    draft.save(update_fields=["state", "published_at", "published_by"])
    bundle.published = draft
    _take_over(bundle, draft.document)
    bundle.save()
    transaction.on_commit(queries.recheck)
    return draft


@transaction.atomic
def retire(version: BundleVersion) -> BundleVersion:
    """Take the published version off: nobody can apply any more, running cases go on. Raises BundleError."""
    bundle = Bundle.objects.select_for_update().get(pk=version.bundle_id)
    row = BundleVersion.objects.select_for_update().get(pk=version.pk)
    if row.state != VersionState.PUBLISHED:
        raise BundleError(f"第 {row.number} 版不是现行版本，不用停用")
    _retire_published(bundle)
    bundle.save(update_fields=["published"])
    transaction.on_commit(queries.recheck)
    return BundleVersion.objects.get(pk=row.pk)


@transaction.atomic
def roll_back(to: BundleVersion, *, by: Person | None = None) -> BundleVersion:
    """Publish an earlier definition again, as a new version: history is never rewritten. Raises NotPublishable."""
    if to.is_draft:
        raise BundleError(f"第 {to.number} 版还是草稿，不能回退到它")
    if to.state == VersionState.PUBLISHED:
        raise BundleError(f"第 {to.number} 版就是现行版本")
    draft = new_draft(to.bundle, to.document, by=by, change_note=f"回退到第 {to.number} 版")
    return publish(draft, by=by)


def _retire_published(bundle: Bundle) -> None:
    bundle.published = None
    bundle.save(update_fields=["published"])
    bundle.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)


def _take_over(bundle: Bundle, document: Any) -> None:
    """What the catalogue lists of a bundle follows its definition."""
    bundle.zh, bundle.en, bundle.stage = document["zh"], document["en"], document["stage"]
    bundle.class_name, bundle.lead_id = document["class"], document["lead"]
