"""How a department looks: one of eight quiet hues and a character, stable by its code."""

from __future__ import annotations

from zlib import crc32

HUES = ("wj", "jk", "ga", "yb", "rs", "sw", "sc", "zg")

_FAMILIES = {
    "wj": "WJ MZ CL",
    "jk": "JK ST CG YC QX",
    "ga": "GA CRJ JJ FY SF RWB RF",
    "yb": "YB HS SL GS TX GK YHZ TL",
    "rs": "RS GJJ GD TJ",
    "sw": "SW CZ HG RH",
    "sc": "SC ZJ JT XF RQ",
    "zg": "ZG BDC SJ JY FG KJ WL TY",
}
_HUE_OF = {code: hue for hue, codes in _FAMILIES.items() for code in codes.split()}
# Where the first character of the short name would not tell two departments apart.
_MARK_OF = {
    "CRJ": "境", "JJ": "警", "GJJ": "积", "BDC": "产", "ZJ": "住", "GS": "水", "GD": "电", "RQ": "气", "TX": "信",
    "RH": "银", "SJ": "数", "HG": "关", "YHZ": "航", "TJ": "军", "RWB": "武", "RF": "防", "QX": "象", "CL": "残",
    "SL": "利", "ST": "环", "KJ": "科", "SF": "司",
}  # fmt: skip


def hue_class(dept_code: str) -> str:
    """CSS class that sets --d --dw --dt; a code never seen before keeps one hue for good."""
    code = dept_code.strip().upper()
    hue = _HUE_OF.get(code) or HUES[crc32(code.encode()) % len(HUES)]
    return f"d-{hue}"


def mark_of(dept_code: str, dept_short: str) -> str:
    """What stands in a department's round mark: one character, or two letters where its name is in letters."""
    if dept_short[:1].isascii() and dept_short[:1].isalpha():
        capitals = [word[0] for word in dept_short.split() if word[0].isupper()]
        return "".join(capitals[:2]) if len(capitals) > 1 else dept_short[:2]
    return _MARK_OF.get(dept_code.strip().upper()) or dept_short[:1] or dept_code[:1]
