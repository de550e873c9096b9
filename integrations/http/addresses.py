"""Which addresses the portal may open a connection to, judged at the moment of connecting.

A name on the allow-list can point anywhere by the time it is used; so every address is looked at when its socket is
made, after resolving. Public addresses pass; inner ones only inside OUTBOUND_NETWORKS (the government extranet of
the city; loopback in development). Link-local (cloud metadata), multicast and translated ranges never pass.
"""

from __future__ import annotations

import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

Address = IPv4Address | IPv6Address

# NAT64, 6to4 and Teredo carry another address inside, which nobody would have looked at.
_TRANSLATED = tuple(ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class AddressRefused(OSError):
    """A connection to this address is not allowed."""


@lru_cache(maxsize=4)
def _networks(texts: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(ip_network(text) for text in texts)


def is_allowed(text: str) -> bool:
    """Whether the portal may connect to an IP address (as text, with or without a zone)."""
    address: Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if any(address in network for network in _TRANSLATED):
        return False
    return address.is_global or any(address in network for network in _networks(tuple(settings.OUTBOUND_NETWORKS)))


def open_socket(address_info: tuple[Any, ...]) -> socket.socket:
    """Make the socket of a connection about to be opened. Raises AddressRefused."""
    family, kind, protocol, _, address = address_info
    if not is_allowed(address[0]):
        raise AddressRefused("address not allowed")
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made
