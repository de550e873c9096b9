# mypy: disable-error-code="assignment"
"""Documents of a case as the API shows them."""

from __future__ import annotations

from rest_framework import serializers


class Document(serializers.Serializer):
    """A paper as it was issued; `words` are its own, by the names its template uses. `sha256` fixes all of it."""

    id = serializers.UUIDField(source="line.id")
    kind = serializers.CharField(source="line.kind")
    title = serializers.CharField(source="line.title")
    number = serializers.CharField(source="line.number")
    item = serializers.CharField(source="line.item", allow_blank=True)
    dept_code = serializers.CharField(source="line.dept_code")
    authority = serializers.CharField()
    issued_on = serializers.DateField(source="line.issued_on")
    issued_at = serializers.DateTimeField()
    is_withdrawn = serializers.BooleanField(source="line.is_withdrawn")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    mark = serializers.CharField()
    sha256 = serializers.CharField()
    words = serializers.DictField()
