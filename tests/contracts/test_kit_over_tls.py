"""The conformance kit over https: an authority of one's own is trusted where it is named, a name must fit."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.conformance.line import Line, NoReply, Reply
from tests.contracts.well_behaved import WellBehaved


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate of its own authority for a host, with its key, as one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class OverTls(WellBehaved):
    """The department behind a certificate."""

    def __init__(self, certificate: Path) -> None:
        super().__init__()
        self.certificate = certificate

    def start(self) -> str:
        address = super().start()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        return address.replace("http://127.0.0.1", "https://localhost")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def department(folder: Path) -> Iterator[OverTls]:
    running = OverTls(certificate_for("localhost", folder))
    yield running
    running.stop()


def test_an_authority_that_is_named_is_trusted(department: OverTls) -> None:
    address = department.start()
    ended = Line(address, ca_file=str(department.certificate)).send("GET", "/applications/x", {})
    assert isinstance(ended, Reply) and ended.status == 401


def test_an_authority_that_nobody_named_is_not(department: OverTls) -> None:
    ended = Line(department.start()).send("GET", "/applications/x", {})
    assert isinstance(ended, NoReply) and ended.kind.startswith("certificate:")


def test_a_certificate_for_another_host_is_not_taken(folder: Path) -> None:
    elsewhere = OverTls(certificate_for("elsewhere.example", folder))
    try:
        ended = Line(elsewhere.start(), ca_file=str(elsewhere.certificate)).send("GET", "/applications/x", {})
    finally:
        elsewhere.stop()
    assert isinstance(ended, NoReply) and "localhost" in ended.kind


def test_a_file_of_certificates_that_is_not_there_is_said_at_once(folder: Path) -> None:
    with pytest.raises(OSError):
        Line("https://localhost:1", ca_file=str(folder / "none.pem"))
