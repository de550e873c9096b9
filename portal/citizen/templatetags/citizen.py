"""Names in the reader's language, sizes of files."""

from __future__ import annotations

from django import template

from portal.citizen.language import said

register = template.Library()
register.filter("said", said)
