"""Icons, departments, states, days in words, masks, the style sheet and the picture of the items."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from portal.ui import words
from portal.ui.departments import hue_class, mark_of
from portal.ui.flow import FlowPicture
from portal.ui.script import as_typed
from portal.ui.stylesheet import sheet

register = template.Library()

register.filter("hue", hue_class)
register.filter("day", words.day_in_words)
register.filter("short_day", words.short_day)
register.filter("moment", words.moment_in_words)
register.filter("money", words.money_in_words)
register.filter("mask_phone", words.mask_phone)
register.filter("mask_id", words.mask_id)
register.filter("mask_card", words.mask_card)
register.filter("look", words.look_of)
register.filter("in_language", words.in_language)
register.simple_tag(mark_of, name="mark_of")


@register.filter
def typed(text: object) -> object:
    """Words that somebody wrote, inside a sentence of ours: their characters stay in every script."""
    if not text or get_language() != "zh-hant":
        return text
    return mark_safe(as_typed(conditional_escape(str(text))))


@register.filter
def mask_name(name: str) -> object:
    """林**, 王*: the surname stays, as it is written."""
    return typed(words.mask_name(name))


@register.simple_tag
@lru_cache(maxsize=512)  # some forty stand on a page, of some hundred kinds
def icon(name: str, size: str = "") -> SafeString:
    """An icon of static/icons.svg; size s, l or nothing. Always beside a word, so hidden from readers."""
    css = f"icon icon--{size}" if size else "icon"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, static("icons.svg"), name)


@register.simple_tag
def stylesheet_url() -> str:
    """Address of the one style sheet."""
    return reverse("ui:stylesheet", args=[sheet().mark])


@register.simple_tag
def spaced(*parts: str) -> str:
    """The parts that are there, with one space between: for class and aria attributes."""
    return " ".join(part for part in parts if part)


@register.inclusion_tag("components/flow.html")
def flow(picture: FlowPicture) -> dict[str, object]:
    """The picture of the items, with its legend."""
    return {"picture": picture}
