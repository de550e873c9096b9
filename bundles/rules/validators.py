"""The named validators of the code lists: forms of numbers, and check digits after the national standards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from bundles.rules.errors import ValidatorError
from bundles.rules.patterns import compile_pattern, fits

_USCC_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID_NUMBER: Final = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_USCC: Final = re.compile(rf"[1-9A-GY][{_USCC_SIGNS}]\d{{6}}[{_USCC_SIGNS}]{{10}}", re.ASCII)
_CARD: Final = re.compile(r"\d{16,19}", re.ASCII)
_IMO: Final = re.compile(r"\d{7}", re.ASCII)


def check_value(name: str, validators: Mapping[str, Mapping[str, Any]], value: object) -> bool:
    """Whether a value passes the named validator; `validators` as codelists.yaml has them.

    Raises ValidatorError where there is no such validator, or it cannot be used.
    """
    validator = validators.get(name)
    if validator is None:
        raise ValidatorError(f"没有校验规则 {name}")
    if not isinstance(value, str) or _has_foreign_digits(value):
        return False
    pattern, check = validator.get("regex"), validator.get("check")
    if pattern is None and check is None:
        raise ValidatorError(f"校验规则 {name} 既无 regex 也无 check")
    return (pattern is None or fits(pattern, value)) and (check is None or _check_of(name, check)(value))


def check_validator(name: str, validator: Mapping[str, Any]) -> None:
    """Raises ValidatorError where a validator of the code lists could not be used."""
    if "regex" in validator:
        compile_pattern(validator["regex"])
    if "check" in validator:
        _check_of(name, validator["check"])
    elif "regex" not in validator:
        raise ValidatorError(f"校验规则 {name} 既无 regex 也无 check")


def is_id_number(value: str) -> bool:
    """A citizen's identity number by GB 11643: a real date of birth and the check sign (ISO 7064 MOD 11-2).

    The first six digits are the place of first registration, which may have been abolished since or founded
    after the birth: they are never checked. A small x counts as X.
    """
    number = value.upper()
    return bool(_ID_NUMBER.fullmatch(number)) and _is_day(number[6:14]) and bool(mod_11_2.is_valid(number))


def is_uscc(value: str) -> bool:
    """A unified social credit code by GB 32100: its signs (no I O S V Z) and the check sign (MOD 31)."""
    if not _USCC.fullmatch(value):
        return False
    total = sum(_USCC_SIGNS.index(sign) * pow(3, n, 31) for n, sign in enumerate(value[:17]))
    return _USCC_SIGNS[-total % 31] == value[17]


def is_bank_card(value: str) -> bool:
    """A bank card number of 16 to 19 digits by Luhn's check digit."""
    return bool(_CARD.fullmatch(value)) and bool(luhn.is_valid(value))


def is_imo_number(value: str) -> bool:
    """A ship's IMO number: the first six digits, weighted 7 to 2, end in the seventh."""
    if not _IMO.fullmatch(value):
        return False
    return sum(int(digit) * weight for digit, weight in zip(value, range(7, 1, -1), strict=False)) % 10 == int(value[6])


_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "id_gb11643": is_id_number,
    "uscc_gb32100": is_uscc,
    "luhn_card": is_bank_card,
    "imo_no": is_imo_number,
}
_STANDARDS: Final[Mapping[str, Callable[[str], bool]]] = {
    "GB 11643": is_id_number,
    "GB 32100": is_uscc,
    "Luhn": is_bank_card,
    "IMO": is_imo_number,
}


def _check_of(name: str, check: object) -> Callable[[str], bool]:
    """The check that a sentence describes, known by the validator's name or by the standard it begins with."""
    if name in _CHECKS:
        return _CHECKS[name]
    for standard, known in _STANDARDS.items():
        if str(check).startswith(standard):
            return known
    raise ValidatorError(f"校验规则 {name} 的 check 不认识：应以 {'、'.join(_STANDARDS)} 开头")


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return int(digits[:4]) >= 1800


def _has_foreign_digits(value: str) -> bool:
    """Digits other than 0 to 9, which patterns would take for digits: full-width ones, say."""
    return any(unicodedata.category(sign) == "Nd" and not sign.isascii() for sign in value)
