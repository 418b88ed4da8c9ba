"""One SMTP connection: opening it, handing over one mail, and what went wrong, in words.

What the server says is not kept but for its codes: a reply may quote the mail.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from inspect_app.core.mail_address import STARTTLS, TLS, MailServer
from inspect_app.messages.envelope import Mail

GOOD, FORWARDED, CLOSING, PERMANENT = 250, 251, 421, 500
NO_ROOM = frozenset({452, 552})
"""Answers to MAIL that are about this mail's size, not about us."""
ENHANCED = re.compile(rb"^[245]\.\d{1,3}\.\d{1,3}\b")
REASONS = (
    ("5.1.", "收件人地址不存在或不正確"),
    ("4.2.2", "收件人信箱已滿"),
    ("5.2.2", "收件人信箱已滿"),
    ("5.2.", "收件人信箱停用或不收"),
    ("5.3.4", "郵件太大"),
    ("5.7.", "伺服器依規定拒收"),
)
"""The beginning of an enhanced status code (RFC 3463): what it says. The first that fits."""
TEMPORARY, LASTING = "伺服器暫時不收", "伺服器拒收"


class Away(Exception):  # noqa: N818 - says what happened
    """The server cannot be used at all, by no mail; its words say why."""


class Refused(Exception):  # noqa: N818 - says what happened
    """The server did not take this mail; `permanent`: nor will it later."""

    def __init__(self, words: str, *, permanent: bool) -> None:
        super().__init__(words)
        self.permanent = permanent


class Broken(Exception):  # noqa: N818 - says what happened
    """The connection broke or the server fell silent while it had this mail: whether it took it is not known."""


class Closed(Exception):  # noqa: N818 - says what happened
    """The server had closed a connection already used; nothing of this mail was sent."""


class Connection:
    """A connection to the server, greeted, encrypted and signed in."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp
        self._used = False

    def send(self, mail: Mail) -> None:
        """Hand over one mail, and return once the server has taken it; Away, Refused, Broken or Closed."""
        if mail.utf8 and not self._smtp.has_extn("smtputf8"):
            raise Refused("郵件伺服器不支援非英文的信箱（SMTPUTF8）", permanent=True)
        try:
            self._begin(mail)
            with _telling("RCPT"):
                code, reply = self._smtp.rcpt(mail.recipient)
            _check("RCPT", code, reply)
            self._hand_over(mail)
        except Refused:
            self._reset()
            raise
        finally:
            self._used = True

    def close(self) -> None:
        """Say goodbye, if that is still possible."""
        with suppress(smtplib.SMTPException, OSError):
            self._smtp.quit()
        self._smtp.close()

    def _begin(self, mail: Mail) -> None:
        options = ["SMTPUTF8", "BODY=8BITMIME"] if mail.utf8 else []
        if self._smtp.has_extn("size"):
            options.append(f"SIZE={len(mail.content)}")
        try:
            code, reply = self._smtp.mail(mail.sender, options)
        except (smtplib.SMTPException, OSError) as error:
            if self._used and not isinstance(_root(error), TimeoutError):
                raise Closed from error
            raise Away(_named(error)) from error
        if code == CLOSING and self._used:
            raise Closed
        if code in NO_ROOM:
            _check("MAIL", code, reply)
        elif code != GOOD:
            raise Away(f"郵件伺服器不接受寄件人（{_codes('MAIL', code, reply)}）")

    def _hand_over(self, mail: Mail) -> None:
        try:
            with _telling("DATA"):
                code, reply = self._smtp.data(mail.content)
        except smtplib.SMTPDataError as error:
            code, reply = error.smtp_code, _bytes(error.smtp_error)
        _check("DATA", code, reply)

    def _reset(self) -> None:
        """What is left of a refused mail is forgotten; a connection that cannot even do that is found closed later."""
        with suppress(smtplib.SMTPException, OSError):
            self._smtp.rset()


def connect(server: MailServer, name: str) -> Connection:
    """A connection on which mails can be sent, `name` in its greeting; Away."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _greeted(server, name)
        if server.security == STARTTLS:
            smtp.starttls(context=_trusting(server))
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
    except (smtplib.SMTPException, OSError) as error:
        if smtp is not None:
            smtp.close()
        raise Away(_named(error)) from None  # the cause may quote what was sent, the password too
    return Connection(smtp)


def _greeted(server: MailServer, name: str) -> smtplib.SMTP:
    timeout = float(server.timeout_s)
    if server.security == TLS:
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=timeout, context=_trusting(server))
    return smtplib.SMTP(server.host, server.port, name, timeout=timeout)


def _trusting(server: MailServer) -> ssl.SSLContext:
    """The system's roots and, where told, one more; certificate and host name are always checked."""
    context = ssl.create_default_context()
    if server.ca:
        context.load_verify_locations(server.ca)
    return context


@contextmanager
def _telling(stage: str) -> Iterator[None]:
    """Turn a silence or a broken connection into Broken."""
    try:
        yield
    except smtplib.SMTPResponseException:
        raise
    except (smtplib.SMTPException, OSError) as error:
        raise Broken(f"{_named(error)}（{stage}）") from error


def _check(stage: str, code: int, reply: bytes) -> None:
    if code in {GOOD, FORWARDED}:
        return
    permanent = code >= PERMANENT
    codes = _codes(stage, code, reply)
    enhanced = codes.rpartition(" ")[2]
    plain = LASTING if permanent else TEMPORARY
    told = next((words for begin, words in REASONS if enhanced.startswith(begin)), plain)
    raise Refused(f"{told}（{codes}）", permanent=permanent)


def _codes(stage: str, code: int, reply: bytes) -> str:
    """Such as `RCPT 550 5.1.1`."""
    found = ENHANCED.match(reply)
    return f"{stage} {code}" + (f" {found[0].decode()}" if found else "")


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")


def _named(error: Exception) -> str:
    """Why the server cannot be used."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"郵件伺服器不接受 SMTP_URL 的帳號或密碼（{_codes('AUTH', error.smtp_code, _bytes(error.smtp_error))}）"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"郵件伺服器拒絕連線（{_codes('連線', error.smtp_code, _bytes(error.smtp_error))}）"
    root = _root(error)
    return next((words for kind, words in NAMES if isinstance(root, kind)), "郵件伺服器的回應無法辨識")


def _root(error: Exception) -> BaseException:
    """smtplib tells of a silence as of a lost connection; the error it caught tells them apart."""
    inner = error.__context__
    return (
        inner if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(inner, OSError) else error
    )


NAMES: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPNotSupportedError, "郵件伺服器不支援 STARTTLS 或登入方式"),
    (smtplib.SMTPServerDisconnected, "郵件伺服器中斷連線"),
    (ssl.SSLCertVerificationError, "郵件伺服器的憑證無法驗證；自簽的憑證以 ca= 指定"),
    (ssl.SSLError, "無法與郵件伺服器建立加密連線"),
    (TimeoutError, "郵件伺服器沒有回應"),
    (socket.gaierror, "找不到郵件伺服器的主機"),
    (ConnectionRefusedError, "郵件伺服器不接受連線"),
    (OSError, "連不上郵件伺服器"),
)
"""The kind of an error: what happened. The first that fits."""
