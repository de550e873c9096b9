"""What can be wrong with a definition, said to the administrator who wrote it."""

from __future__ import annotations

from dataclasses import dataclass


class BundleError(Exception):
    """A definition cannot be used; the message is a sentence for the administrator."""


class MalformedDocument(BundleError):
    """A bundle file does not have the shape of the schema; `path` leads to the place."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}：{message}")
        self.path = path
        self.message = message


class NotPublishable(BundleError):
    """A version has faults that forbid publishing it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"还有 {len(faults)} 处错误，不能发布")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding of the lint: where (a path into the document), what, and whether it forbids publishing."""

    path: str
    message: str
    severity: str = "error"  # error | warning
    line: int | None = None
