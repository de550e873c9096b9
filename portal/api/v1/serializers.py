# mypy: disable-error-code="assignment"
"""What the API takes and gives, for the schema and for checking input."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.queries import SlotView


class TokenRequest(serializers.Serializer):
    username = serializers.CharField(max_length=64)
    password = serializers.CharField(
        max_length=128, required=False, default="", allow_blank=True, trim_whitespace=False
    )


class Token(serializers.Serializer):
    token = serializers.CharField()
    name = serializers.CharField()


class BundleRow(serializers.Serializer):
    code = serializers.CharField()
    zh = serializers.CharField()
    en = serializers.CharField()
    kind = serializers.CharField()
    stage = serializers.CharField()
    mode = serializers.CharField()
    lead = serializers.CharField()
    version = serializers.IntegerField()
    items = serializers.IntegerField()


class Bundle(BundleRow):
    summary = serializers.DictField()
    guidance = serializers.ListField(child=serializers.DictField())
    all_items = serializers.ListField(child=serializers.DictField())
    form = serializers.DictField()
    materials = serializers.ListField(child=serializers.DictField())
    results = serializers.ListField(child=serializers.DictField())


class DraftRequest(serializers.Serializer):
    bundle = serializers.CharField(max_length=32)
    guidance = serializers.DictField(required=False, default=dict)
    channel = serializers.ChoiceField(["online", "mobile"], default="online")
    sensitive = serializers.BooleanField(
        default=False, help_text="The person has agreed apart to the sensitive look-ups (PIPL art. 29)."
    )


class DraftChange(serializers.Serializer):
    """`fields`: values by field path; `rows`: how many rows a repeating block shall have."""

    version = serializers.IntegerField(required=False)
    guidance = serializers.DictField(required=False)
    ticks = serializers.ListField(child=serializers.CharField(max_length=64), required=False)
    later = serializers.ListField(child=serializers.CharField(max_length=64), required=False)
    rows = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=200), required=False)
    fields_ = serializers.DictField(required=False, source="typed")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`fields` is a word of the framework; on the wire the key is plain `fields`."""
        found = super().get_fields()
        found["fields"] = found.pop("fields_")
        return found


class Fault(serializers.Serializer):
    path = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


HOW_OF = {"upload": "upload", "commitment": "commit", "deferred": "defer"}


class Slot(serializers.Serializer):
    """A paper's place; `options` are what `how` may be when it is covered."""

    slot = serializers.CharField()
    material_id = serializers.CharField()
    label = serializers.CharField()
    state = serializers.CharField()
    required = serializers.BooleanField()
    why = serializers.CharField(allow_blank=True)
    options = serializers.SerializerMethodField()
    departments = serializers.ListField(child=serializers.CharField())
    due_on = serializers.DateField(allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(["upload", "commit", "defer"])))
    def get_options(self, slot: SlotView) -> list[str]:
        return [HOW_OF[option] for option in slot.options]


class PartyRow(serializers.Serializer):
    id = serializers.UUIDField()
    party_id = serializers.CharField()
    label = serializers.CharField()
    state = serializers.CharField()
    must_agree = serializers.BooleanField()


class Suggestion(serializers.Serializer):
    """What registers say to a question that is open. It is no answer: whoever agrees sends it back in `guidance`."""

    question = serializers.CharField()
    value = serializers.JSONField(help_text="The value of an option; a list of them for a multiple choice.")
    is_whole = serializers.BooleanField(
        help_text="False where some options of a multiple choice could not be judged: the rest is the person's to tick."
    )
    source = serializers.CharField(help_text="The registers that were read, by name.")
    as_of = serializers.DateTimeField(allow_null=True, help_text="When the oldest of what was read stood so.")


class Draft(serializers.Serializer):
    id = serializers.UUIDField()
    bundle = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())
    later = serializers.ListField(child=serializers.CharField())
    stops = serializers.ListField(child=serializers.CharField())
    guidance = serializers.DictField()
    suggestions = Suggestion(many=True)
    values = serializers.DictField()
    sources = serializers.DictField()
    faults = Fault(many=True)
    materials = Slot(many=True)
    parties = PartyRow(many=True)


class MaterialRequest(serializers.Serializer):
    """Cover a slot: `how` is upload (multipart with `file`), commit, defer or undo."""

    slot = serializers.CharField(max_length=96)
    how = serializers.ChoiceField(["upload", "commit", "defer", "undo"], default="upload")
    file = serializers.FileField(required=False)


class Authorisation(serializers.Serializer):
    id = serializers.UUIDField()
    case_id = serializers.UUIDField()
    party_id = serializers.CharField()
    applicant = serializers.CharField()
    bundle_name = serializers.CharField()
    purpose = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())
    sources = serializers.ListField(child=serializers.CharField())
    apart = serializers.ListField(child=serializers.CharField(), help_text="Sensitive ones, agreed to apart.")
    state = serializers.CharField()


class AuthorisationYes(serializers.Serializer):
    sensitive = serializers.BooleanField(
        default=False, help_text="The person has agreed apart to the sensitive look-ups (PIPL art. 29)."
    )


class CaseRow(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    bundle_code = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    headline = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)


class RuleTrace(serializers.Serializer):
    rule = serializers.CharField()
    verdict = serializers.CharField()
    read = serializers.ListField(child=serializers.CharField())


class CaseItem(serializers.Serializer):
    sub_id = serializers.UUIDField()
    number = serializers.CharField()
    item_id = serializers.CharField()
    title = serializers.CharField()
    instance = serializers.CharField(allow_blank=True)
    dept_code = serializers.CharField()
    dept_short = serializers.CharField()
    state = serializers.CharField()
    state_word = serializers.CharField()
    look = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    receipt_no = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    wave = serializers.IntegerField()
    trace = RuleTrace(many=True)


class Edge(serializers.Serializer):
    source = serializers.CharField()
    target = serializers.CharField()
    label = serializers.CharField(allow_blank=True)


class TimelineEntry(serializers.Serializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()
    dept_code = serializers.CharField(allow_blank=True)
    item_id = serializers.CharField(allow_blank=True)


class Case(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    bundle_code = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    items = CaseItem(many=True, source="nodes")
    edges = Edge(many=True)
    timeline = TimelineEntry(many=True)


class ResultField(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class Result(serializers.Serializer):
    id = serializers.UUIDField()
    result_id = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    item_id = serializers.CharField()
    instance = serializers.CharField(allow_blank=True)
    dept_code = serializers.CharField()
    mark = serializers.CharField()
    issued_at = serializers.DateTimeField()
    is_revoked = serializers.BooleanField()
    values = ResultField(many=True, source="fields")


class Refusal(serializers.Serializer):
    sub_id = serializers.UUIDField()
    title = serializers.CharField()
    dept_name = serializers.CharField()
    decision = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    basis = serializers.CharField()
    apply_to = serializers.CharField()
    remedy = serializers.CharField()


class Results(serializers.Serializer):
    results = Result(many=True)
    refused = Refusal(many=True)
    open_items = serializers.IntegerField()


class ReasonRequest(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class Choice(serializers.Serializer):
    go_on = serializers.BooleanField()
