"""Which hosts a department's system may be on: what settings and the administration list, and nothing like it.

The list is judged when the configuration is read; where the name leads is judged again at each connection
(integrations.http.addresses).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from integrations.http.addresses import is_allowed


def is_listed(url: str, patterns: Iterable[str]) -> bool:
    """Whether the host of an address is on the list: a name, a name below `*.…`, or an address in a listed network.

    A number in disguise (127.1, 0x7f000001, 2130706433) is neither a name on the list nor an address.
    """
    host = urlsplit(url).hostname or ""
    listed = {*settings.OUTBOUND_HOSTS, *patterns, urlsplit(settings.MOCK_URL).hostname or ""} - {""}
    if host in listed:
        return True
    if _is_address(host):
        return is_allowed(host) and any(ip_address(host) in ip_network(text) for text in settings.OUTBOUND_NETWORKS)
    above = host.partition(".")[2]
    while above:
        if f"*.{above}" in listed:
            return True
        above = above.partition(".")[2]
    return False


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
