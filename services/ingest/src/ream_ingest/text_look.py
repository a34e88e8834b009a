# SPDX-License-Identifier: Apache-2.0
"""Decides whether bytes are text, and which kind of text, by how they look."""

import codecs
import csv
import io
import json
import re
from pathlib import PurePath

from ream_ingest.mail_look import look as mail_look

_BY_NAME = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".htm": "text/html",
    ".html": "text/html",
    ".xml": "application/xml",
    ".eml": "message/rfc822",
    ".css": "text/css",
    ".js": "text/javascript",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".rst": "text/x-rst",
    ".tex": "text/x-tex",
}
_MARKED_UP = {"text/html", "application/xml"}
_HTML = re.compile(
    r"<(!doctype\s+html|html[\s>]|head[\s>]|body[\s>]|title[\s>]|meta\s|table[\s>]|div[\s>]|p>|h[1-6][\s>]|!--.{0,400}--!?>\s*<html)",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_DECLARATION = re.compile(r"[\[>]")
_ROOTS = {"html": "application/xhtml+xml", "svg": "image/svg+xml"}
_TAG = re.compile(r"\s*<[A-Za-z_!?][^<>]{0,2000}>", re.DOTALL)
_LEAST = 16
"""Bytes of a text that zeros stand in: in less, any few bytes look like one."""
_SHIFTED = re.compile(rb"\x1b\$\)[ACG]")
"""Begins Korean and Chinese that shifts to two bytes a letter and back."""
_WHITE = frozenset(b"\t\n\r\x0c\x1b\x08")


def look(head: bytes, name: str | None) -> str | None:
    """Returns the kind of text that a file beginning with these bytes is; None when it is no text."""
    text = _text(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n")
    named = _BY_NAME.get(PurePath(name).suffix.lower()) if name else None
    return _markup(start) or _lines(start, named) or _data(start, len(head), named) or _tie(start, named)


def _text(head: bytes) -> str | None:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return _readable(head[len(mark) :].decode(encoding, "ignore"))
    if b"\x00" in head:
        return _wide(head) or _dirty(head)
    if _SHIFTED.search(head):
        head = head.translate(None, b"\x0e\x0f")
    control = sum((byte < 32 and byte not in _WHITE) or byte == 127 for byte in head)
    return head.decode("latin-1") if control <= len(head) * 0.005 else None


def _dirty(head: bytes) -> str | None:
    """Reads a text that zeros stand in: dirt, ends of fields, or the padding of the last block.

    Without them hardly anything may speak against a text: what is no text has other signs that nobody writes.
    """
    rest = head.replace(b"\x00", b"")
    if len(rest) < 0.5 * len(head.rstrip(b"\x00")) or len(rest) < _LEAST:
        return None
    strange = sum((byte < 32 and byte not in _WHITE) or byte == 127 for byte in rest)
    high = sum(byte > 127 for byte in rest)
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(rest)
    except UnicodeError:
        if high > 0.1 * len(rest):
            return None
    return rest.decode("latin-1") if not strange else None


def _wide(head: bytes) -> str | None:
    """Reads UTF-16 without a mark, told by zeros that stand nearly all at even or nearly all at odd places."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if min(even, odd) > 0.02 * half or max(even, odd) < 0.1 * half:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        return _readable(codecs.getincrementaldecoder(encoding)("strict").decode(head[: len(head) & ~1]))
    except UnicodeError:
        return None


def _readable(text: str) -> str | None:
    control = sum(char < " " and char not in "\t\n\r\x0c" for char in text)
    return text if control <= len(text) * 0.01 else None


def _markup(start: str) -> str | None:
    if not start.startswith("<"):
        return None
    if start[:5].lower() == "<?xml":
        return _ROOTS.get(_root(start[:16_384]).lower(), "application/xml")
    if start[:4].lower() == "<svg":
        return "image/svg+xml"
    return "text/html" if _HTML.search(start[:4_096]) else None


def _root(text: str) -> str:
    """Names the first element, without its prefix; empty when there is none.

    What may stand before it is passed over by searching for its end, each from where the last one ended: a regular
    expression for all of it took a minute for what a stranger can write on four pages.
    """
    at = text.find("<")
    while at >= 0:
        if text.startswith("<!--", at):
            at = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            at = text.find("?>", at + 2)
        elif text.startswith("<!", at):
            at = _declaration_end(text, at)
        elif found := _ROOT.match(text, at):
            return found[1]
        else:
            at += 1
        at = text.find("<", at) if at >= 0 else at
    return ""


def _declaration_end(text: str, at: int) -> int:
    """Finds where a <!DOCTYPE> ends, which may hold declarations of its own in brackets; -1 when it does not end."""
    first = _DECLARATION.search(text, at)
    if first is None or first[0] == ">":
        return first.start() if first else -1
    inner = text.find("]", first.end())
    return text.find(">", inner) if inner >= 0 else -1


def _lines(start: str, named: str | None) -> str | None:
    """Tells what is told by its first lines: mail, mailboxes, calendars, cards."""
    begin = start[:15].upper()
    if begin.startswith("BEGIN:VCALENDAR"):
        return "text/calendar"
    if begin.startswith("BEGIN:VCARD"):
        return "text/vcard"
    return mail_look(start, named=named == "message/rfc822")


def _data(start: str, size: int, named: str | None) -> str | None:
    if start[:1] in "{[" and start[:1]:
        if _is_json(start):
            return "application/json"
        lines = start.splitlines()
        if len(lines) > 1 and all(_is_json(line) for line in lines[:3] if line.strip()):
            return "application/x-ndjson"
    delimiter = _delimiter(start, 1 if named in ("text/csv", "text/tab-separated-values") else 2)
    return {"\t": "text/tab-separated-values", None: None}.get(delimiter, "text/csv")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _delimiter(text: str, columns: int) -> str | None:
    """Finds the sign that stands equally often in every line; prose does not do that for five lines."""
    lines = text[:16_384].splitlines()[:-1] or text.splitlines()
    needed = 5 if columns > 1 else 1
    if len(lines) < needed:
        return None
    for sign in ("\t", ";", ",", "|"):
        try:
            rows = [row for row in csv.reader(io.StringIO("\n".join(lines[:20]), newline=""), delimiter=sign) if row]
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(widths) == 1 and widths.pop() > columns and len(rows) >= needed:
            return sign
    return None


def _tie(start: str, named: str | None) -> str:
    """Lets the name choose where the bytes fit it: markup must at least begin like markup."""
    if named is None or (named in _MARKED_UP and not _TAG.match(start)) or named == "message/rfc822":
        return "text/plain"
    if named in ("application/json", "application/x-ndjson") and start[:1] not in ("{", "[", '"'):
        return "text/plain"
    return named
