"""Fees of the caller's cases, and paying them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.actions.fees import payments, prepaying
from cases.queries.charges import pay_page
from portal.api.caller import caller


class ChargeRow(serializers.Serializer):
    """A fee; `amount` is yuan as a text with two places, null where it is not known or others collect it."""

    id = serializers.UUIDField()
    item_id = serializers.CharField()
    title = serializers.CharField()
    instance = serializers.CharField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    state = serializers.CharField()
    when = serializers.CharField()
    relief = serializers.CharField()
    dept_code = serializers.CharField()
    pay_by = serializers.DateField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    receipt_no = serializers.CharField()


class ChargeList(serializers.Serializer):
    """All fees of a case and what can be paid now in one payment."""

    total_due = serializers.DecimalField(max_digits=14, decimal_places=2)
    charges = ChargeRow(many=True)


class Payment(serializers.Serializer):
    """An open payment: the payer goes to `page_url`; the fees are paid when the list of charges says so."""

    order_id = serializers.UUIDField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    currency = serializers.CharField()
    page_url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class CaseCharges(APIView):
    """Fees of a case or draft; the channel is asked about a payment that is under way."""

    @extend_schema(responses=ChargeList)
    def get(self, request: Request, case_id: UUID) -> Response:
        case = _own(request, case_id)
        if case.submitted_at is None:
            prepaying.prepare(case.pk)
        payments.settle_open(case.pk)
        return Response(ChargeList(pay_page(case)).data)


class ChargePayment(APIView):
    """Open one payment for everything that is due; the same one again while it is open."""

    @extend_schema(request=None, responses=Payment)
    def post(self, request: Request, case_id: UUID) -> Response:
        case = _own(request, case_id)
        order = payments.begin(case.pk, by=caller(request).actor)
        shown = {"order_id": order.pk, "amount": order.amount, "currency": order.currency}
        shown |= {"page_url": order.page_url, "expires_at": order.expires_at}
        return Response(Payment(shown).data)


def _own(request: Request, case_id: UUID) -> Any:
    case = access.case_for(caller(request), case_id)
    if case is None:
        raise Http404
    return case
