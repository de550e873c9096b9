from __future__ import annotations

import socket

import pytest
from pytest_django import Settings

from integrations.http.addresses import AddressRefused, is_allowed, open_socket


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.8",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:53aa::1",
    ],
)
def test_no_inner_address_is_reached_unless_its_network_is_listed(settings: Settings, address: str) -> None:
    settings.OUTBOUND_NETWORKS = []
    assert not is_allowed(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_reached(settings: Settings, address: str) -> None:
    settings.OUTBOUND_NETWORKS = []
    assert is_allowed(address)


def test_a_listed_network_opens_itself_and_nothing_beside_it(settings: Settings) -> None:
    settings.OUTBOUND_NETWORKS = ["10.20.0.0/16"]
    assert is_allowed("10.20.3.4")
    assert not is_allowed("10.21.3.4")


def test_cloud_metadata_stays_closed_even_when_its_network_is_listed(settings: Settings) -> None:
    settings.OUTBOUND_NETWORKS = ["0.0.0.0/0"]
    assert not is_allowed("169.254.169.254")


def test_no_socket_is_made_for_a_refused_address(settings: Settings) -> None:
    settings.OUTBOUND_NETWORKS = []
    with pytest.raises(AddressRefused):
        open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 80)))
