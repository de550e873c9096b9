# mypy: disable-error-code="assignment"
"""Licences as the API shows them, and what is asked of them."""

from __future__ import annotations

from rest_framework import serializers


class LicenceFact(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.CharField()


class Licence(serializers.Serializer):
    """A licence of the wallet. `role`: own, child, issued; `trust`: level A to D; no face while its fee is open."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    title = serializers.CharField()
    dept_code = serializers.CharField()
    state = serializers.CharField()
    trust = serializers.CharField()
    role = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    days_left = serializers.IntegerField(allow_null=True)
    is_withheld = serializers.BooleanField()
    issued_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    case_id = serializers.UUIDField(allow_null=True)


class Grant(serializers.Serializer):
    """Who may use it: one case, until when, how often it was used. `standing`: stands, revoked, ended."""

    id = serializers.UUIDField()
    licence_id = serializers.UUIDField()
    title = serializers.CharField()
    purpose = serializers.CharField()
    case_number = serializers.CharField(allow_blank=True)
    given_at = serializers.DateTimeField()
    until = serializers.DateTimeField()
    standing = serializers.CharField()
    times_used = serializers.IntegerField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class LicenceDetail(serializers.Serializer):
    """A licence with its face and its grants. `flow`: how far it is back at its department: due, done, refused."""

    licence = Licence(source="card")
    face = LicenceFact(many=True)
    flow = serializers.CharField(allow_blank=True)
    grants = Grant(many=True)


class GrantRequest(serializers.Serializer):
    case_number = serializers.CharField(max_length=64)
    days = serializers.IntegerField(min_value=1, max_value=180)


class ShownCode(serializers.Serializer):
    """A code to be shown once within ten minutes (亮证)."""

    code = serializers.CharField()
