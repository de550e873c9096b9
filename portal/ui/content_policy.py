"""Which content a page may load and run: everything from here and nothing inline, the administration a little more.

The theme of the administration (django-unfold) evaluates its attributes (Alpine) and writes its colours into the page:
there, and only there, `eval` and inline styles are let pass. Inline scripts and other hosts are let pass nowhere.
"""

from __future__ import annotations

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ContentPolicy(CSPMiddleware):
    """The policy of the settings, with what `CONTENT_SECURITY_POLICY_BY_PREFIX` changes for some addresses."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, changed in settings.CONTENT_SECURITY_POLICY_BY_PREFIX.items():
            if request.path_info.startswith(prefix):
                parts.replace = {**changed, **(parts.replace or {})}
        return parts
