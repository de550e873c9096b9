"""Pages travel compressed to whoever accepts it."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_travels_compressed_and_says_the_same(client: Client) -> None:
    plain = client.get("/bundles/XSECS/")
    packed = client.get("/bundles/XSECS/", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 3
    assert "新生儿出生" in gzip.decompress(packed.content).decode()


def test_who_accepts_nothing_gets_it_plain(client: Client) -> None:
    assert "Content-Encoding" not in client.get("/").headers
