"""What a case is called on a page: whom it is about, then the bundle (陈一诺的新生儿出生一件事)."""

from __future__ import annotations

from bundles.forms.words import label_of
from bundles.spec import BundleSpec

_OF = "的"


def title_of_case(title: str | None, spec: BundleSpec, lang: str = "zh") -> str:
    """The title kept with the case; in English the bundle, then whom it is about (Having a Baby: 陈一诺).

    A case that names nobody, and a draft, which has no title yet, are called as their bundle.
    """
    bundle = label_of(spec, lang)
    if not title or title == spec.zh:
        return bundle
    subjects = title.removesuffix(_OF + spec.zh)
    if lang != "en" or bundle == spec.zh or subjects == title:
        return title
    return f"{bundle}: {subjects.replace('、', ', ')}"
