"""What can be wrong with an expression, said to the administrator who wrote it."""

from __future__ import annotations

from bundles.errors import BundleError


class RuleError(BundleError):
    """An expression cannot be used. `code` names the broken rule, `position` counts characters from 0."""

    def __init__(self, message: str, position: int = 0, code: str = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.code = code


class ValidatorError(BundleError):
    """A validator of the code lists is unknown or cannot be used safely."""
