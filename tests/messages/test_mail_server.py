"""The connection to the mail server: encrypted, signed in, and its secret told to nobody."""

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from inspect_app.core import mail_address
from inspect_app.core.settings import SettingsError
from inspect_app.messages import smtp
from inspect_app.messages.envelope import Mail
from inspect_app.messages.smtp import Away
from tests.databases import settings_for
from tests.mailserver import serving, signs_in

USER, PASSWORD = "chahe@city", "p@ss/word:1"
KEPT = f"{USER}:{PASSWORD}".replace("@", "%40").replace("/", "%2F").replace(":1", "%3A1")
MAIL = Mail("chahe@city.example", "a@agency.example", False, b"Subject: x\r\n\r\nx\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself, in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(certificate)
    return made


@pytest.fixture
def strict(context: ssl.SSLContext) -> Iterator[int]:
    """The port of a server that wants STARTTLS and one person's password."""
    known = {"authenticator": signs_in(USER, PASSWORD), "auth_required": True}
    with serving(tls_context=context, require_starttls=True, **known) as server:
        yield server.port


def send(url: str) -> None:
    connection = smtp.connect(mail_address.server(url, production=True), "city.example")
    connection.send(MAIL)
    connection.close()


def away(url: str) -> str:
    with pytest.raises(Away) as caught:
        send(url)
    assert caught.value.__suppress_context__
    assert PASSWORD not in f"{caught.value!r}"
    return str(caught.value)


def test_a_mail_goes_encrypted_and_signed_in(strict: int, certificate: Path) -> None:
    send(f"smtp://{KEPT}@127.0.0.1:{strict}?ca={certificate}")


def test_a_certificate_of_an_unknown_root_is_refused(strict: int) -> None:
    assert away(f"smtp://{KEPT}@127.0.0.1:{strict}") == "郵件伺服器的憑證無法驗證；自簽的憑證以 ca= 指定"


def test_a_certificate_of_another_host_is_refused(strict: int, certificate: Path) -> None:
    assert "憑證無法驗證" in away(f"smtp://{KEPT}@localhost:{strict}?ca={certificate}")


def test_a_wrong_password_is_told_of_without_it(strict: int, certificate: Path) -> None:
    told = away(f"smtp://{USER.replace('@', '%40')}:{'wrong'}@127.0.0.1:{strict}?ca={certificate}")

    assert told == "郵件伺服器不接受 SMTP_URL 的帳號或密碼（AUTH 535 5.7.8）"


def test_a_server_without_starttls_gets_no_password() -> None:
    with serving() as server:
        assert away(f"smtp://{KEPT}@127.0.0.1:{server.port}") == "郵件伺服器不支援 STARTTLS 或登入方式"


def test_a_server_encrypted_from_the_first_byte(context: ssl.SSLContext, certificate: Path) -> None:
    with serving(wrapped=context) as server:
        send(f"smtps://127.0.0.1:{server.port}?ca={certificate}")

    assert len(server.received) == 1


# -- settings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:x",
        "smtp://secret@mail.example",
        "smtp://u:secret@mail.example/path",
        "smtp://u:secret@mail.example?tls=maybe",
        "smtps://u:secret@mail.example?tls=none",
        "smtp://u:secret@mail.example?timeout=0",
        "smtp://u:secret@mail.example?ca=/nowhere.pem",
        "smtp://u:secret@mail.example?verify=no",
        "smtp://u:secret%0d%0a@mail.example",
        "smtp://u:secret@[::1",
    ],
)
def test_a_wrong_address_stops_the_start_without_being_quoted(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_for(tmp_path, SMTP_URL=url, MAIL_FROM="a@city.example")

    assert str(caught.value).startswith("SMTP_URL：")
    assert "secret" not in str(caught.value)


def test_plain_smtp_is_for_this_machine_in_production(tmp_path: Path) -> None:
    known = {"CHAHE_ENV": "production", "MAIL_FROM": "a@city.example", "PUBLIC_URL": "https://city.example"}
    with pytest.raises(SettingsError, match="SMTP_URL"):
        settings_for(tmp_path, SMTP_URL="smtp://mail.example?tls=none", **known)

    given = settings_for(tmp_path, SMTP_URL="smtp://127.0.0.1?tls=none", **known)
    assert str(given.smtp_url) == "smtp://127.0.0.1:587?tls=none"


def test_a_server_without_a_sender_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM：設了 SMTP_URL 就要設"):
        settings_for(tmp_path, SMTP_URL="smtp://mail.example")


@pytest.mark.parametrize(
    "given", ["x", "a@b", "a@city.example, b@city.example", "王@city.example", "a@" + "x" * 70 + ".example"]
)
def test_a_sender_that_is_none_stops_the_start(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM"):
        settings_for(tmp_path, MAIL_FROM=given)


@pytest.mark.parametrize(
    "given", ["ftp://city.example", "https://u:p@city.example", "https://city.example/?a=1", "//x"]
)
def test_an_address_of_pages_that_is_none_stops_the_start(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        settings_for(tmp_path, PUBLIC_URL=given)


def test_neither_user_nor_password_is_told(tmp_path: Path) -> None:
    given = settings_for(tmp_path, SMTP_URL=f"smtp://{KEPT}@mail.example", MAIL_FROM="市府 <a@city.example>")

    assert given.smtp_url is not None
    assert (given.smtp_url.user, given.smtp_url.password) == (USER, PASSWORD)
    assert str(given.smtp_url) == "smtp://mail.example:587"
    assert PASSWORD not in repr(given)
    assert USER not in repr(given)
