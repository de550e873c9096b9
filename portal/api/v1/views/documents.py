"""The papers of a case, oldest first."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.queries.documents import document_pages
from portal.api.caller import caller
from portal.api.v1.document_serializers import Document


class CaseDocuments(APIView):
    """What the authorities told the applicant in writing; 404 for somebody else's case."""

    @extend_schema(responses=Document(many=True), operation_id="cases_documents")
    def get(self, request: Request, case_id: UUID) -> Response:
        case = access.case_for(caller(request), case_id)
        if case is None:
            raise Http404
        return Response(Document(document_pages(case), many=True).data)
