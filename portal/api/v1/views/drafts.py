"""Filing: begin, fill, cover materials, submit once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bundles import forms, queries
from bundles.errors import BundleError
from cases import access
from cases.actions.applying import drafting, filing, suggesting
from cases.actions.papers import materials
from cases.errors import CaseError, NotReady
from cases.queries import context_of, parties_of, slots_of
from cases.queries.ages import ages
from portal.api.caller import ApplicantsOnly, caller
from portal.api.parsers import StrictJSONParser
from portal.api.v1 import serializers
from portal.api.v1.views.cases import case_document

LONGEST_KEY = 64


class Drafts(APIView):
    """Begin an application; what the platform knows is filled in at once."""

    permission_classes = (ApplicantsOnly,)

    @extend_schema(request=serializers.DraftRequest, responses={201: serializers.Draft})
    def post(self, request: Request) -> Response:
        asked = serializers.DraftRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        if wanted["bundle"] not in {published.code for published in queries.published_all()}:
            raise Http404
        try:
            case = drafting.start_draft(
                wanted["bundle"],
                applicant=caller(request),
                channel=wanted["channel"],
                guidance=_checked(wanted["bundle"], wanted["guidance"]),
                sensitive=wanted["sensitive"],
            )
        except BundleError as error:
            raise CaseError(str(error)) from error
        case = _looked_up(request, case.pk, is_situation=not wanted["guidance"])
        return Response(draft_document(case), status=201)


class DraftDetail(APIView):
    """A draft with its values, their sources, and everything that is still wrong or missing."""

    @extend_schema(responses=serializers.Draft)
    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(draft_document(own_case(request, case_id)))

    @extend_schema(request=serializers.DraftChange, responses=serializers.Draft)
    def patch(self, request: Request, case_id: UUID) -> Response:
        case = own_case(request, case_id)
        change = serializers.DraftChange(data=request.data)
        change.is_valid(raise_exception=True)
        faults = _apply(case, change.validated_data, request)
        case = _looked_up(request, case.pk, is_situation="guidance" in change.validated_data)
        return Response(draft_document(case, faults))


class DraftMaterials(APIView):
    """Cover a slot by an upload, a commitment or a deferral."""

    parser_classes = (MultiPartParser, StrictJSONParser)

    @extend_schema(request=serializers.MaterialRequest, responses=serializers.Draft)
    def post(self, request: Request, case_id: UUID) -> Response:
        case = own_case(request, case_id)
        asked = serializers.MaterialRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        slot, how, actor = asked.validated_data["slot"], asked.validated_data["how"], caller(request).actor
        if how == "upload":
            if "file" not in asked.validated_data:
                raise NotReady(_("请附上文件"), (("file", _("请附上文件")),))
            materials.upload(case.pk, slot, asked.validated_data["file"], by=actor)
        else:
            act = {"commit": materials.commit_to, "defer": materials.defer, "undo": materials.undo_cover}[how]
            act(case.pk, slot, by=actor)
        return Response(draft_document(own_case(request, case_id)))


class DraftSubmission(APIView):
    """Hand in. The same Idempotency-Key gives the same case again; with another body it is refused."""

    @extend_schema(
        request=None,
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)],
        responses={201: serializers.Case},
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        case = own_case(request, case_id)
        key = request.headers.get("Idempotency-Key", "")
        if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            words = f"请在 Idempotency-Key 里给出一个 1 至 {LONGEST_KEY} 个英文字符的键"
            raise NotReady(words, (("Idempotency-Key", words),))
        body = json.dumps(request.data, sort_keys=True, ensure_ascii=False)
        digest = sha256(f"{case.pk}\n{body}".encode()).hexdigest()
        case = filing.submit_case(case.pk, by=caller(request).actor, client_key=key, client_digest=digest)
        return Response(case_document(case), status=201)


def own_case(request: Request, case_id: UUID) -> Any:
    """The caller's own case; 404 for anybody else's."""
    case = access.case_for(caller(request), case_id)
    if case is None:
        raise Http404
    return case


def _looked_up(request: Request, case_id: UUID, *, is_situation: bool) -> Any:
    """Ask registers as the pages do: while the situation is open, what may be suggested for it and no more."""
    context = context_of(own_case(request, case_id))
    open_ones = forms.open_questions(context, forms.select(context))
    if is_situation and any(question.kind != "multi" for question in open_ones):
        suggesting.look_up_situation(case_id)
        return own_case(request, case_id)
    return drafting.refresh_prefill(case_id)


def _suggestions(case: Any, context: forms.Context, selection: forms.Selection) -> list[dict[str, Any]]:
    """What may be chosen at once for the questions that are open, and how old it is. Stored nowhere."""
    stood = ages(case)
    found = []
    for question, one in forms.suggested(context, selection).items():
        days = [stood[source] for path in one.paths if (source := path.rpartition(".")[0]) in stood]
        found.append(
            {
                "question": question,
                "value": one.value,
                "is_whole": one.is_whole,
                "source": one.source,
                "as_of": min(days, default=None),
            }
        )
    return found


def _checked(code: str, guidance: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to situation questions that exist, with values that exist. Raises NotReady naming the rest."""
    spec = queries.published(code).spec
    faults = []
    for question_id, answer in guidance.items():
        question = next((q for q in spec.guidance if q.id == question_id), None)
        values = set(answer) if isinstance(answer, list) and all(isinstance(v, str) for v in answer) else {str(answer)}
        if question is None:
            faults.append((f"guidance.{question_id}", "没有这个情形问题"))
        elif not values <= {option.value for option in question.options}:
            faults.append((f"guidance.{question_id}", "没有这个选项"))
        elif isinstance(answer, list) != (question.kind == "multi"):
            faults.append((f"guidance.{question_id}", "多选题请给数组，单选题请给一个值"))
    if faults:
        raise NotReady(_("情形问题的回答不对"), tuple(faults))
    return dict(guidance)


def _apply(case: Any, change: Mapping[str, Any], request: Request) -> dict[str, str]:
    """Save what was sent; returns the faults of what was typed, by path."""
    actor = caller(request).actor
    if {"guidance", "ticks", "later"} & set(change):
        drafting.save_guidance(
            case.pk,
            by=actor,
            guidance=_checked(case.bundle_code, change.get("guidance", {})),
            ticks=change.get("ticks"),
            later=change.get("later"),
            version=change.get("version"),
        )
    for group, count in change.get("rows", {}).items():
        _set_rows(case.pk, group, count, actor)
    faults: dict[str, str] = {}
    for path, typed in _typed(change.get("typed", {})):
        saved = drafting.save_field(case.pk, path, typed, by=actor)
        faults.update({error.path: error.message for error in saved.errors})
    return faults


def _typed(values: Mapping[str, Any]) -> Iterator[tuple[str, str | list[str]]]:
    """Values as a form would post them."""
    for path, value in values.items():
        if isinstance(value, list):
            yield path, [str(entry) for entry in value]
        elif isinstance(value, bool):
            yield path, "true" if value else "false"
        elif isinstance(value, str | int | float):
            yield path, str(value)
        else:
            raise NotReady(_("字段的值应为文字、数字、是否或数组"), ((path, _("值的类型不对")),))


def _set_rows(case_id: UUID, group: str, count: int, actor: Any) -> None:
    rows = drafting.row_count(case_id, group)
    for _row in range(rows, count):
        drafting.add_row(case_id, group, by=actor)
    for index in range(rows - 1, count - 1, -1):
        drafting.remove_row(case_id, group, index, by=actor)


def draft_document(case: Any, faults: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A draft as the API shows it to its owner."""
    context = context_of(case)
    selection = forms.select(context)
    found = {error.path: error.message for error in forms.check_all(context, selection)} | dict(faults or {})
    return {
        "id": case.pk,
        "bundle": case.bundle_code,
        "version": case.version,
        "state": case.state,
        "items": list(selection.items),
        "later": list(selection.later),
        "stops": [stop.message for stop in selection.stops],
        "guidance": case.answers.get("guidance", {}),
        "suggestions": serializers.Suggestion(_suggestions(case, context, selection), many=True).data,
        "values": case.answers.get("fields", {}),
        "sources": case.answers.get("sources", {}),
        "faults": [{"path": path, "message": message} for path, message in found.items()],
        "materials": serializers.Slot(slots_of(case), many=True).data,
        "parties": serializers.PartyRow(parties_of(case, context), many=True).data,
    }
