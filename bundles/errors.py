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


class UnreadableFile(BundleError):
    """A file is not YAML as we allow it; `line` is where, None for the file as a whole."""

    def __init__(self, line: int | None, message: str) -> None:
        super().__init__(f"第 {line} 行：{message}" if line else message)
        self.line = line
        self.message = message


class NotPublished(BundleError):
    """Nobody can apply for a bundle of this code: there is none, or no version of it is published."""

    def __init__(self, code: str) -> None:
        super().__init__(f"没有“{code}”这个一件事，或者它还没有发布")
        self.code = code


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
