"""Words of the product: texts of definitions and registries, and sentences of the pages.

Answers are sealed whole, with the names of their sources and the words of the options chosen. These are nobody's own:
on a page in traditional characters they are turned over like every other text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override

from bundles import queries
from bundles.forms.words import source_label
from bundles.spec import dump
from bundles.spec.registry import Registry

_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST = 60
# A length of time as definitions give it, and a name of ours with whom it is about: 户口登记（陈一诺）.
_LENGTH = re.compile(r"[\d.]+(?:秒|分钟|小时|天|个工作日|个月|年)")
_ABOUT = re.compile(r"(?P<what>.+)（(?P<whom>[^（）]+)）")
_of_registry: dict[int, tuple[Registry, frozenset[str]]] = {}


def without_ours(words: Collection[str]) -> set[str]:
    """Those of the words that are neither a text of a definition nor a sentence of the pages."""
    if not words:
        return set()
    known = [_registered(queries.registry()), *(_defined(one.version_id) for one in queries.published_all())]
    apart = {_own_part(word, known) for word in words}
    left = {word for word in apart if not _is_known(word, known) and not _LENGTH.fullmatch(word)}
    with override("en"):  # a sentence of the pages has its English
        return {word for word in left if gettext(word) == word}


def _own_part(word: str, known: Collection[frozenset[str]]) -> str:
    """Whom it is about, where the rest is a name of ours; else all of it."""
    found = _ABOUT.fullmatch(word)
    return found["whom"] if found and _is_known(found["what"], known) else word


def _is_known(word: str, known: Collection[frozenset[str]]) -> bool:
    return any(word in some for some in known)


@lru_cache(maxsize=256)
def _defined(version_id: UUID) -> frozenset[str]:
    """A published version never changes, so it is read once; with what is no register but fills in answers too."""
    spec = queries.version(version_id).spec
    sources = {source_label(spec, Registry(), kind) for kind in ("account:", "calc:", "today")}
    return frozenset(_texts(dump(spec))) | sources


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) <= _LONGEST and _HAN.search(value):
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)


def _registered(registry: Registry) -> frozenset[str]:
    """Kept for the registry as it stands; a changed one is another object."""
    kept = _of_registry.get(id(registry))
    if kept is None or kept[0] is not registry:
        _of_registry.clear()
        kept = _of_registry[id(registry)] = (registry, frozenset(_names(registry)))
    return kept[1]


def _names(registry: Registry) -> Iterator[str]:
    for dept in registry.departments.values():
        yield from (dept.name, dept.short)
    for licence in registry.licences.values():
        yield from (licence.zh, *(zh for _name, zh, _type in licence.fields))
    for interface in registry.interfaces.values():
        yield from (interface.zh, *(zh for _name, zh, _type in interface.output))
    for options in registry.codelists.values():
        yield from (zh for _value, zh, _en in options)
