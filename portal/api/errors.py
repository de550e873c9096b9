"""Errors of the API: one shape, the right status, a sentence for the person, the place of each fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from cases.errors import BadUpload, CaseError, ChangedMeanwhile, Duplicate, NotEligible, NotReady, WrongState
from portal.ui.errors import COME_AGAIN_AFTER_S

STATUS: Mapping[type[CaseError], int] = {
    NotReady: 422,
    NotEligible: 422,
    Duplicate: 422,
    BadUpload: 400,
    WrongState: 409,
    ChangedMeanwhile: 409,
}


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an error into `{"error": {"code", "message", "faults"}}`; None for what is a fault of ours."""
    if isinstance(error, CaseError):
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        return _answer(status, error.code, error.message, _faults_of(error))
    if isinstance(error, OperationalError | InterfaceError):  # the database is away, restarting or overcrowded
        answer = _answer(503, "come_again", "系统在维护，或者这会儿人太多；请过几秒再试，重试不会重复办理", [])
        answer["Retry-After"] = COME_AGAIN_AFTER_S
        return answer
    if isinstance(error, exceptions.ValidationError):
        faults = [{"path": path, "message": message} for path, message in _flat(error.detail)]
        return _answer(400, "invalid", "请求的内容不对，请看 faults", faults)
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    answer = _answer(response.status_code, _code(error), _message(error), [])
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def _answer(status: int, code: str, message: str, faults: list[dict[str, str]]) -> Response:
    return Response({"error": {"code": code, "message": message, "faults": faults}}, status=status)


def _faults_of(error: CaseError) -> list[dict[str, str]]:
    if isinstance(error, NotEligible):
        return [{"path": "", "message": reason} for reason in error.reasons]
    return [{"path": path, "message": message} for path, message in getattr(error, "faults", ())]


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for value in detail:
            yield from _flat(value, path)
    else:
        yield path, str(detail)


def _code(error: Exception) -> str:
    if isinstance(error, Http404):
        return "not_found"
    return str(getattr(error, "default_code", "refused"))


def _message(error: Exception) -> str:
    if isinstance(error, Http404 | exceptions.NotFound):
        return "没有找到"
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return "没有权限"
    return str(getattr(error, "detail", error))
