"""Bytes of a user's file to text: UTF-8 (with or without mark), UTF-16 and the Windows code page 1252."""

from __future__ import annotations

import codecs
import re
import unicodedata

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class UnreadableText(ValueError):
    """The bytes are no text in a known encoding."""


def decode(data: bytes) -> str:
    """Return the text of ``data``, line ends as they are, an accented letter as one sign whoever wrote it (NFC).

    Raises
    ------
    UnreadableText
        If it is binary, or no encoding fits.

    Examples
    --------
    >>> decode("Größe".encode("cp1252")), decode("Größe".encode("utf-16")), decode(b"\\xef\\xbb\\xbfitem")
    ('Größe', 'Größe', 'item')
    """
    if data.startswith(b"PK\x03\x04"):
        raise UnreadableText("this is a zipped file such as an Excel workbook, not text")
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, ValueError):
            continue
        if encoding.startswith("utf-16-") and sum(map(str.isascii, text)) * 2 < len(text):
            continue  # bytes that happen to pair up, not a table of mostly Latin letters
        text = text.rstrip("\x1a")  # the end of a file in DOS
        if not _CONTROL.search(text):
            return one_form(text.removeprefix("\ufeff"))
    raise UnreadableText("unreadable encoding: neither UTF-8, UTF-16 nor Windows-1252")


def one_form(text: str) -> str:
    """Return ``text`` with every accented letter as one sign: some computers write it as a letter and an accent.

    >>> one_form("Gro\u0308\u00dfe") == "Gr\u00f6\u00dfe"
    True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _candidates(data: bytes) -> tuple[str, ...]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if b"\x00" in data[:200]:  # UTF-16 without its mark: every second byte of Latin text is zero
        return ("utf-16-le", "utf-16-be") if data[1:2] == b"\x00" else ("utf-16-be", "utf-16-le")
    return ("utf-8", "cp1252")
