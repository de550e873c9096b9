"""Pages and data travel compressed; what is compressed already, or streamed as a file, goes as it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

PACKED = ("text/html", "application/json", "text/plain", "text/csv")


class PackedPages(GZipMiddleware):
    """GZip of pages for whoever accepts it, with padding of random length and masked form tokens against BREACH.

    Style sheets and scripts are compressed once, when they are collected.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith(PACKED):
            return response
        packed: HttpResponseBase = super().process_response(request, response)
        return packed
