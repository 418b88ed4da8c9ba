"""What kind of file this is, by how it begins: names lie."""

import re

from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.reading.types import Reader

HEAD = 4096
"""Bytes of a file's beginning that are enough to tell."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style|script)\b", re.IGNORECASE)
_OPENFUN = re.compile(rb'"(?:brief|detail|records|job_number|unit_id|unit_name|filename)"\s*:')
_WEB_PAGE = "這是網頁（HTML），不是 Excel 檔；請用 Excel 開啟後另存為 .xlsx，再匯入。"


def sniff(name: str, head: bytes) -> Reader:
    """The reader of a file that begins with `head` (`HEAD` bytes are enough); `name` decides nothing yet.

    UnreadableFile for web pages that call themselves workbooks. Whatever is nothing else is CSV.
    """
    if head.startswith(_WORKBOOKS):
        return Reader.WORKBOOK
    if head.startswith(_UTF16):
        head = head.replace(b"\0", b"")[2:]
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain.startswith(b"<"):
        if _PAGE.search(plain) and not plain.startswith(b"<?xml"):
            raise UnreadableFile(_WEB_PAGE)
        return Reader.XML
    if plain.startswith((b"{", b"[")):
        return Reader.OPENFUN if _OPENFUN.search(plain) else Reader.ROWS
    return Reader.CSV
