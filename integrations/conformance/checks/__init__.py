"""The checks, one function for one sentence of the contract. Each files for itself, so that any can run alone."""

from . import asking, callbacks, filing, later, licences, once, procedures, registers, robust, signed
from .register import CHECKS, Check

__all__ = [
    "CHECKS",
    "Check",
    "asking",
    "callbacks",
    "filing",
    "later",
    "licences",
    "once",
    "procedures",
    "registers",
    "robust",
    "signed",
]
