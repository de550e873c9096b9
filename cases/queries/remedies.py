"""What a refusal rests on and what can be done against it. 行政许可法 第三十八条第二款."""

from __future__ import annotations

from bundles.spec import BundleSpec
from cases.models import SubApplication
from cases.queries.wording import REMEDY


def standard_of(spec: BundleSpec, item_id: str, code: str) -> dict[str, str]:
    """What the bundle says of a standard reason to refuse: its `basis` (article) and its `remedy`."""
    found = [one for one in spec.reasons.reject if code and one.code == code and one.item == item_id]
    if not found:
        return {}
    named = {"article": found[0].basis, "remedy": found[0].remedy}
    return {name: str(text) for name, text in named.items() if text}


def remedy_of(sub: SubApplication) -> str:
    """The remedy the department or the bundle names, else the general one: 行政复议 60 日, 行政诉讼 6 个月."""
    return _first(sub, "remedy") or str(REMEDY)


def article_of(sub: SubApplication) -> str:
    """The articles a refusal rests on, each once; "" where none was named."""
    return "；".join(dict.fromkeys(str(one["article"]) for one in sub.reasons or () if one.get("article")))


def apply_to_of(sub: SubApplication) -> str:
    """The authority to apply to instead, of an item that was not accepted. 行政许可法 第三十二条第一款第二项."""
    return _first(sub, "apply_to")


def _first(sub: SubApplication, name: str) -> str:
    return next((str(one[name]) for one in sub.reasons or () if one.get(name)), "")
