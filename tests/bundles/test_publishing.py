"""From draft to published: what may change, and what never does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bundles import publishing, queries
from bundles.changes import diff
from bundles.errors import BundleError, NotPublishable, NotPublished
from bundles.models import Bundle, BundleVersion, VersionState

pytestmark = pytest.mark.django_db


@pytest.fixture
def bundle() -> Bundle:
    return Bundle.objects.get(code="XSECS")


@pytest.fixture
def published(bundle: Bundle) -> BundleVersion:
    assert bundle.published is not None
    return bundle.published


def changed(version: BundleVersion, days: int = 4) -> dict[str, Any]:
    document = copy.deepcopy(version.document)
    next(i for i in document["items"] if i["id"] == "HUKOU")["committed"]["n"] = days
    return document


def second(published: BundleVersion) -> BundleVersion:
    draft = publishing.new_draft(published.bundle, changed(published))
    done = publishing.publish(draft)
    queries.forget()
    return done


def test_a_new_draft_takes_the_next_number_and_leaves_the_published_version_alone(published: BundleVersion) -> None:
    draft = publishing.new_draft(published.bundle, changed(published))
    assert (draft.number, draft.state) == (published.number + 1, VersionState.DRAFT)
    queries.forget()
    assert queries.published("XSECS").version_id == published.pk


def test_publishing_retires_the_version_before_and_both_stay_readable(published: BundleVersion) -> None:
    newer = second(published)
    assert queries.published("XSECS").version_id == newer.pk
    assert queries.published("XSECS").spec.item("HUKOU").committed.n == 4
    assert queries.version(published.pk).spec.item("HUKOU").committed.n == 3
    assert BundleVersion.objects.get(pk=published.pk).state == VersionState.RETIRED


def test_a_definition_with_errors_is_refused_with_all_of_them(published: BundleVersion) -> None:
    document = changed(published)
    document["lead"] = "NOBODY"
    document["items"][0]["dept"] = "NOBODY"
    draft = publishing.new_draft(published.bundle, document)
    with pytest.raises(NotPublishable) as refused:
        publishing.publish(draft)
    assert {"lead", "items[BIRTH_CERT].dept"} <= {fault.path for fault in refused.value.faults}
    assert BundleVersion.objects.get(pk=draft.pk).is_draft


def test_what_is_published_cannot_be_published_again(published: BundleVersion) -> None:
    with pytest.raises(BundleError, match="只有草稿"):
        publishing.publish(published)


def test_a_draft_can_be_rewritten_until_it_is_published(published: BundleVersion) -> None:
    draft = publishing.new_draft(published.bundle, changed(published, 4))
    publishing.change_draft(draft, changed(published, 5), change_note="五日")
    publishing.publish(draft)
    with pytest.raises(BundleError, match="不能再改"):
        publishing.change_draft(draft, changed(published, 6), change_note="六日")
    queries.forget()
    assert queries.published("XSECS").spec.item("HUKOU").committed.n == 5


def test_a_definition_of_another_bundle_is_no_draft_of_this_one(bundle: Bundle, published: BundleVersion) -> None:
    with pytest.raises(BundleError, match="QYBG"):
        publishing.new_draft(bundle, {**published.document, "code": "QYBG"})


@pytest.mark.parametrize("column", ["document", "fingerprint"])
def test_the_database_refuses_to_change_a_published_definition(published: BundleVersion, column: str) -> None:
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        BundleVersion.objects.filter(pk=published.pk).update(**{column: "{}"})


def test_the_database_refuses_to_make_a_published_version_a_draft_again(published: BundleVersion) -> None:
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        BundleVersion.objects.filter(pk=published.pk).update(state=VersionState.DRAFT)


def test_the_database_refuses_to_delete_a_published_or_retired_version(published: BundleVersion) -> None:
    second(published)
    for version in BundleVersion.objects.filter(bundle=published.bundle):
        with (
            pytest.raises(DatabaseError, match="cannot be deleted"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM bundles_bundleversion WHERE id = %s", [version.pk])


def test_a_draft_can_be_deleted(published: BundleVersion) -> None:
    draft = publishing.new_draft(published.bundle, changed(published))
    draft.delete()
    assert not BundleVersion.objects.filter(pk=draft.pk).exists()


def test_a_bundle_has_one_published_version_at_most(published: BundleVersion) -> None:
    draft = publishing.new_draft(published.bundle, changed(published))
    with pytest.raises(IntegrityError), transaction.atomic():
        BundleVersion.objects.filter(pk=draft.pk).update(
            state=VersionState.PUBLISHED, published_at=published.published_at
        )


def test_rolling_back_publishes_the_earlier_content_as_a_new_version(published: BundleVersion) -> None:
    newer = second(published)
    done = publishing.roll_back(BundleVersion.objects.get(pk=published.pk))
    queries.forget()
    assert done.number == newer.number + 1
    assert done.fingerprint == published.fingerprint
    assert queries.published("XSECS").spec.item("HUKOU").committed.n == 3
    assert f"第 {published.number} 版" in done.change_note


def test_a_draft_or_the_published_version_is_nothing_to_roll_back_to(published: BundleVersion) -> None:
    with pytest.raises(BundleError, match="现行版本"):
        publishing.roll_back(published)
    with pytest.raises(BundleError, match="草稿"):
        publishing.roll_back(publishing.new_draft(published.bundle, changed(published)))


def test_a_retired_bundle_takes_no_applications_and_its_version_stays_readable(published: BundleVersion) -> None:
    publishing.retire(published)
    queries.forget()
    with pytest.raises(NotPublished):
        queries.published("XSECS")
    assert queries.version(published.pk).spec.code == "XSECS"
    with pytest.raises(BundleError, match="不是现行版本"):
        publishing.retire(BundleVersion.objects.get(pk=published.pk))


def test_a_new_bundle_begins_with_a_draft_and_is_not_offered(published: BundleVersion) -> None:
    draft = publishing.new_bundle({**published.document, "code": "NEWONE"})
    queries.forget()
    assert draft.number == 1
    with pytest.raises(NotPublished):
        queries.published("NEWONE")
    assert queries.version(draft.pk).spec.code == "NEWONE"


def test_the_keys_of_a_document_keep_their_order_in_the_database(published: BundleVersion) -> None:
    assert list(BundleVersion.objects.get(pk=published.pk).document)[:4] == ["schema", "code", "zh", "en"]


def test_a_change_elsewhere_is_noticed_through_the_stamp(published: BundleVersion) -> None:
    queries.published_all()
    second(published)
    assert queries.published("XSECS").number == published.number + 1


def test_reading_the_catalogue_again_costs_no_query(published: BundleVersion, django_assert_num_queries: Any) -> None:
    queries.published_all()
    queries.registry()
    queries.working_calendar("350200")
    queries.version(published.pk)
    with django_assert_num_queries(0):
        queries.published("XSECS")
        queries.registry()
        queries.working_calendar("350200")
        queries.version(published.pk)


def test_a_difference_is_told_in_words(published: BundleVersion) -> None:
    changes = diff(published.document, changed(published))
    assert [(c.words, c.old, c.new) for c in changes] == [
        ("事项 HUKOU（户口登记（申报出生登记）） › 承诺时限", "3 个工作日", "4 个工作日")
    ]
    assert changes[0].path == "items[HUKOU].committed"


def test_what_came_and_what_went_is_one_change_each(published: BundleVersion) -> None:
    document = copy.deepcopy(published.document)
    gone = document["materials"].pop()
    document["notes"].append("新的提醒")
    document["items"][0]["note"] = "新"
    changes = {c.path: c for c in diff(published.document, document)}
    assert changes[f"materials[{gone['id']}]"].kind == "删除"
    assert changes["items[BIRTH_CERT].note"].kind == "新增"
    assert changes["notes"].kind == "修改"
    assert len(changes) == 3


def test_equal_documents_do_not_differ_whatever_the_order_of_their_keys(published: BundleVersion) -> None:
    turned = dict(reversed(published.document.items()))
    assert diff(published.document, turned) == []
    assert publishing.fingerprint(turned) == published.fingerprint
