# mypy: disable-error-code="assignment"
"""The clock of a case as the API shows it."""

from __future__ import annotations

from rest_framework import serializers


class Day(serializers.Serializer):
    """One day, or some that follow each other: `kind` is start, counted, extended, rest, paused or moved."""

    first = serializers.DateField()
    last = serializers.DateField()
    kind = serializers.ChoiceField(["start", "counted", "extended", "rest", "paused", "moved"])
    number = serializers.IntegerField()
    text = serializers.CharField()


class ItemClock(serializers.Serializer):
    sub_id = serializers.UUIDField()
    item_id = serializers.CharField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    statutory_on = serializers.DateField(allow_null=True)
    is_forecast = serializers.BooleanField()
    is_provisional = serializers.BooleanField()
    is_paused = serializers.BooleanField()
    extension_days = serializers.IntegerField()
    on_the_way = serializers.BooleanField()
    days = Day(many=True)


class StageClock(serializers.Serializer):
    stage_id = serializers.CharField()
    title = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    is_over = serializers.BooleanField()


class Move(serializers.Serializer):
    at = serializers.DateTimeField()
    old = serializers.DateField()
    new = serializers.DateField()
    text = serializers.CharField()


class Clock(serializers.Serializer):
    """`by_item`: not the promise but the longest way through the items (`on_the_way`) decides the day."""

    due_on = serializers.DateField()
    promise_on = serializers.DateField(allow_null=True)
    statutory_on = serializers.DateField(allow_null=True)
    is_provisional = serializers.BooleanField()
    by_item = serializers.BooleanField()
    days = Day(many=True)
    items = ItemClock(many=True)
    stages = StageClock(many=True)
    moves = Move(many=True)
