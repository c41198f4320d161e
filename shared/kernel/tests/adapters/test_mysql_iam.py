"""Connecting by a role: a token for each connection, over TLS, to a server that asks for it as RDS does."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kernel.adapters.aws.iam_login import IamLogin
from kernel.adapters.mysql.connection import Connector
from kernel.ports.database import DatabaseUnavailable

SSL_REQUEST = 0x0800
SWITCH = b"\xfemysql_clear_password\x00"
DENIED = b"\xff\x15\x04#28000Access denied"


@pytest.fixture(autouse=True)
def role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIA0123456789ABCDEF",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "of/the+role=",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of `localhost` that vouches for itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = tmp_path / "authority.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context


def packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def read(connection: socket.socket) -> tuple[int, bytes]:
    head = exactly(connection, 4)
    return head[3], exactly(connection, int.from_bytes(head[:3], "little"))


def exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = connection.recv(size - len(found))
        if not more:
            raise ConnectionResetError
        found += more
    return found


@contextmanager
def refusing(context: ssl.SSLContext) -> Iterator[tuple[int, list[tuple[bool, str]]]]:
    """A server that asks for the token as RDS does, writes it down with whether TLS was on, and lets nobody in."""
    seen: list[tuple[bool, str]] = []
    able = 0x00080000 | SSL_REQUEST | 0x8000 | 0x200 | 0x2000 | 0x8
    greeting = b"\x0a8.4.7\x00" + (1).to_bytes(4, "little") + b"12345678\x00" + (able & 0xFFFF).to_bytes(2, "little")
    greeting += b"\xff\x02\x00" + (able >> 16).to_bytes(2, "little") + b"\x15" + bytes(10) + b"123456789012\x00"

    class Refusing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection = self.request
            connection.sendall(packet(0, greeting + b"mysql_native_password\x00"))
            _, asked = read(connection)
            encrypted = bool(int.from_bytes(asked[:4], "little") & SSL_REQUEST) and len(asked) == 32
            if encrypted:
                connection = context.wrap_socket(connection, server_side=True)
                read(connection)
            connection.sendall(packet(3, SWITCH))
            number, said = read(connection)
            seen.append((encrypted, said.rstrip(b"\x00").decode()))
            connection.sendall(packet(number + 1, DENIED))
            connection.close()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], seen
        finally:
            server.shutdown()
            thread.join()


async def test_a_token_is_an_address_that_the_role_signed() -> None:
    login = await IamLogin("projector", "db.rds.amazonaws.com", 3307).login()
    assert login.user == "projector"
    parts = urlsplit(f"https://{login.password}")
    said = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert parts.netloc == "db.rds.amazonaws.com:3307"
    assert (said["Action"], said["DBUser"], said["X-Amz-Expires"]) == ("connect", "projector", "900")
    assert said["X-Amz-Credential"].endswith("/eu-central-1/rds-db/aws4_request")
    assert said["X-Amz-Security-Token"] == "of/the+role="
    assert len(said["X-Amz-Signature"]) == 64


async def test_each_connection_says_a_token_over_tls(authority: tuple[Path, ssl.SSLContext]) -> None:
    certificate, context = authority
    with refusing(context) as (port, seen):
        connector = Connector(
            f"mysql://projector@localhost:{port}/taskledger_read?iam=1&ssl={certificate}&connect_timeout=60"
        )
        for _ in range(2):
            with pytest.raises(Exception, match="Access denied"):
                await connector.connect()
    assert [encrypted for encrypted, _ in seen] == [True, True]
    assert all(f"localhost:{port}/?Action=connect&DBUser=projector&" in token for _, token in seen)


async def test_without_a_role_there_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(DatabaseUnavailable):
        await IamLogin("projector", "localhost", 3306).login()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://projector@localhost/read?iam=1",
        "mysql://localhost/read?iam=1&ssl=verify",
        "mysql://projector@localhost/read?iam=1&ssl=verify&secret=arn",
    ],
)
def test_a_token_goes_over_tls_only_and_for_a_user_that_is_named(url: str) -> None:
    with pytest.raises(ValueError, match="over TLS"):
        Connector(url)
