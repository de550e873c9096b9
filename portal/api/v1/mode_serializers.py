# mypy: disable-error-code="assignment"
"""Live plans and visits as the API shows them."""

from __future__ import annotations

from rest_framework import serializers


class PlanChange(serializers.Serializer):
    """A change the caller may bring about: `values` as they stand, `redo` what decides anew, `keep` what is told."""

    id = serializers.CharField()
    title = serializers.CharField()
    act = serializers.ChoiceField(["change", "withdraw"])
    values = serializers.DictField()
    redo = serializers.ListField(child=serializers.CharField())
    keep = serializers.ListField(child=serializers.CharField())


class Agreement(serializers.Serializer):
    item = serializers.CharField()
    instance = serializers.CharField(allow_blank=True)
    department = serializers.CharField()
    has_agreed = serializers.BooleanField()


class PlanVersion(serializers.Serializer):
    number = serializers.IntegerField()
    title = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(["proposed", "effective", "refused", "replaced"])
    proposed_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField(allow_null=True)
    agreements = Agreement(many=True)


class Plan(serializers.Serializer):
    """`holds` is the version in force; 1 is the plan as it was filed. `versions` come newest first."""

    holds = serializers.IntegerField()
    changes = PlanChange(many=True)
    versions = PlanVersion(many=True)


class PlanRequest(serializers.Serializer):
    change = serializers.CharField(max_length=32)
    fields_ = serializers.DictField(required=False, default=dict, source="typed")
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """`fields` is a word of the framework; on the wire the key is plain `fields`."""
        found = super().get_fields()
        found["fields"] = found.pop("fields_")
        return found


class VisitSlot(serializers.Serializer):
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    free = serializers.IntegerField()


class Visit(serializers.Serializer):
    """Somebody has to come, or departments come (`is_joint`). `begins_at` is null until a time is booked."""

    sub_id = serializers.UUIDField(allow_null=True)
    visit_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    department = serializers.CharField()
    is_joint = serializers.BooleanField()
    begins_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    bring = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    slots = VisitSlot(many=True)


class VisitRequest(serializers.Serializer):
    sub_id = serializers.UUIDField()
    begins_at = serializers.DateTimeField()
    language = serializers.CharField(max_length=8, required=False, default="", allow_blank=True)
