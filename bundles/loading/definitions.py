"""Bundle files: a file that the catalogue has not seen before becomes a new version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from bundles import yaml
from bundles.errors import BundleError, Fault, MalformedDocument, NotPublishable, UnreadableFile
from bundles.loading.entries import is_loaded, read_file, remember, store
from bundles.models import Bundle, BundleVersion, EverydayWord, Synonym, VersionState
from bundles.models.bundle import fingerprint
from bundles.publishing import faults_of, new_bundle, new_draft, publish


@dataclass(frozen=True, slots=True)
class LoadedBundle:
    """What became of a file: the version that holds it, and whether this run wrote anything."""

    code: str
    number: int
    state: str
    is_new: bool


def load_definitions(library: Path) -> tuple[LoadedBundle, ...]:
    """Publish the bundle files of a library that have changed since they were loaded; what became of each of them.

    Raises as `load_definition` does; files before the faulty one stay loaded.
    """
    names = [f"bundles/{path.name}" for path in sorted((library / "bundles").glob("*.yaml"))]
    return tuple(_load_shipped(library, name) for name in names if not is_loaded(library, name))


@transaction.atomic
def _load_shipped(library: Path, name: str) -> LoadedBundle:
    loaded = load_definition(library / name, publishing=True)
    remember(library, name)
    return loaded


@transaction.atomic
def load_definition(path: Path, *, publishing: bool) -> LoadedBundle:
    """Bring one file in as a draft, or published. A text that is some version already brings nothing new.

    Raises UnreadableFile, MalformedDocument, or NotPublishable with the faults and their lines.
    """
    source = _source(path)
    document = _bundle_document(source)
    bundle = Bundle.objects.filter(code=document["code"]).first()
    known = bundle.versions.filter(fingerprint=fingerprint(document)).first() if bundle else None
    if known is not None and (not publishing or not known.is_draft):
        return _loaded(known, is_new=False)
    version = known or _draft(bundle, document, f"来自文件 {path.name}", source)
    goes_live = publishing and not _is_kept_by_people(bundle)
    return _loaded(_published(version, source) if goes_live else version, is_new=True)


def _is_kept_by_people(bundle: Bundle | None) -> bool:
    """Whether an administrator has published a version of his own: a shipped file then waits as a draft beside it."""
    return bundle is not None and bundle.versions.filter(state="published", published_by__isnull=False).exists()


def _draft(bundle: Bundle | None, document: dict[str, Any], note: str, source: yaml.Source) -> BundleVersion:
    if bundle:
        return new_draft(bundle, document, change_note=note)
    try:
        return new_bundle(document, change_note=note)
    except BundleError:
        _refuse_errors(faults_of(document, source))
        raise


def _published(version: BundleVersion, source: yaml.Source) -> BundleVersion:
    """Publish, and where that is refused say in which lines."""
    try:
        return publish(version)
    except NotPublishable:
        _refuse_errors(faults_of(source.document, source))
        raise


def load_synonyms(library: Path) -> int:
    """Add the shipped words people use; those that stand already, enabled or not, stay. The number added."""
    name = "synonyms.yaml"
    if not (library / name).exists() or is_loaded(library, name):
        return 0
    bundles = dict(Bundle.objects.values_list("code", "pk"))
    shipped = read_file(library / name)["synonyms"]
    held = set(Synonym.objects.values_list("bundle_id", "word"))
    wanted = {(bundles[code], str(word)) for code, words in shipped.items() if code in bundles for word in words}
    rows = [Synonym(bundle_id=bundle, word=word) for bundle, word in sorted(wanted - held)]
    if rows:
        Synonym.objects.bulk_create(rows, ignore_conflicts=True)
    remember(library, name)
    return len(rows)


def load_everyday_words(library: Path) -> int:
    """The shipped everyday words; a word may mean several things. The number of rows written."""
    name = "everyday_words.yaml"
    if not (library / name).exists() or is_loaded(library, name):
        return 0
    means: dict[str, list[str]] = {}
    for meaning, words in read_file(library / name)["everyday"].items():
        for word in words:
            means.setdefault(str(word), []).append(str(meaning))
    written = store(EverydayWord, {word: {"means": found} for word, found in means.items()})
    remember(library, name)
    return written


def _source(path: Path) -> yaml.Source:
    try:
        return yaml.read(path.read_bytes())
    except UnreadableFile as error:
        raise UnreadableFile(error.line, f"{path.name}：{error.message}") from error
    except OSError as error:
        raise BundleError(f"读不到文件 {path}") from error


def _bundle_document(source: yaml.Source) -> dict[str, Any]:
    """The document, with at least the keys a draft needs to be filed under a bundle."""
    document = source.document
    if not isinstance(document, dict):
        raise MalformedDocument("bundle", "文件应为键值对")
    for key in ("code", "zh", "en", "class", "stage", "lead"):
        if not isinstance(document.get(key), str):
            raise MalformedDocument(f"bundle.{key}", "缺少或不是文字")
    return document


def _refuse_errors(faults: tuple[Fault, ...]) -> None:
    errors = tuple(fault for fault in faults if fault.severity == "error")
    if errors:
        raise NotPublishable(errors)


def _loaded(version: BundleVersion, *, is_new: bool) -> LoadedBundle:
    return LoadedBundle(version.bundle.code, version.number, VersionState(version.state).label, is_new)
