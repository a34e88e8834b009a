# SPDX-License-Identifier: Apache-2.0
"""Decides what a person reads in an RTF text: words without control words, in the encodings that it names."""

import re
import struct
from dataclasses import dataclass, field

from ream_extract.text_clean import tidy

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE
)
_UNREAD = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "object",
        "datastore",
        "themedata",
        "colorschememapping",
        "latentstyles",
        "listtable",
        "listoverridetable",
        "rsidtbl",
        "generator",
        "xmlnstbl",
        "fldinst",
        "filetbl",
        "revtbl",
        "mmathPr",
        "panose",
        "falt",
        "bkmkstart",
        "bkmkend",
        "objdata",
        "objclass",
        "datafield",
        "field_code",
        "pgptbl",
        "protusertbl",
        "userprops",
        "wgrffmtfilter",
        "atnid",
        "atnauthor",
        "atnref",
        "atntime",
        "atndate",
        "atrfstart",
        "atrfend",
        "nonshppict",
        "template",
        "shpinst_code",
        "htmltag",
        "mhtmltag",
        "blipuid",
    ]
)
"""Groups that hold no text of the document's."""
_SEEN = frozenset(
    [
        "shpinst",
        "shptxt",
        "shppict",
        "annotation",
        "footnote",
        "header",
        "footer",
        "fldrslt",
        "pntext",
        "listtext",
        "result",
    ]
)
"""Groups that say of themselves that an old reader may pass them over, and that hold text all the same."""
_STORIES = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"), "headers"),
    "footnote": "notes",
    "annotation": "comments",
    "shptxt": "boxes",
}
_SIGNS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"nestrow": "\n", b"cell": "\t",
    b"nestcell": "\t", b"tab": "\t", b"emdash": "\u2014", b"endash": "\u2013", b"bullet": "\u2022",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"emspace": " ",
    b"enspace": " ", b"softline": "\n",
}  # fmt: skip
_CHARSETS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
DEPTH = 2_000
"""Groups inside one another; what is deeper is read as if it were not."""
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What every packed text may refer to before its own first word."""
UNPACKED = 64 << 20
_WORDS = re.compile(rb"\\[a-z]{2}")


@dataclass(frozen=True, slots=True)
class RtfText:
    """The text of the document, and of each story in it (`body`, `headers`, `notes`, `comments`, `boxes`)."""

    text: str
    stories: dict[str, str]


@dataclass(slots=True)
class _Group:
    unread: bool = False
    story: str = "body"
    skip: int = 1
    """Characters that stand for one of `\\u`, for readers that do not know it."""
    encoding: str = "cp1252"
    starred: bool = False


@dataclass(slots=True)
class _Reading:
    group: _Group = field(default_factory=_Group)
    outer: list[_Group] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    left: int = 0
    """Characters still to be passed over."""
    default: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    in_fonts: int = 0
    html: bool = False

    def flush(self) -> None:
        """Decodes the bytes gathered: characters of two bytes are told only when both are there."""
        if self.raw:
            try:
                text = self.raw.decode(self.group.encoding, "replace")
            except LookupError:
                text = self.raw.decode("cp1252", "replace")
            self.raw.clear()
            if not self.group.unread:
                self.said.append((self.group.story, text))

    def say(self, text: str) -> None:
        self.flush()
        if not self.group.unread:
            self.said.append((self.group.story, text))


def rtf_text(data: bytes) -> RtfText:
    """Reads an RTF text; whatever is wrong with it, what can be read comes out."""
    reading = _Reading()
    at = 0
    while found := _TOKEN.search(data, at):
        at = found.end()
        word, number, hexadecimal, sign, brace, plain = found.groups()
        if word == b"bin":
            at += max(0, int(number or 0))  # bytes as they are: a brace among them ends nothing
            continue
        if word:
            _word(reading, word.lower() if word.isupper() else word, int(number) if number else None)
        elif hexadecimal:
            _bytes(reading, bytes.fromhex(hexadecimal.decode()))
        elif sign:
            _sign(reading, sign)
        elif brace == b"{":
            _open(reading)
        elif brace == b"}":
            _close(reading)
            if not reading.outer and not _WORDS.search(data, at):
                break  # what follows the document is not of it; where words of its kind follow, a brace is wrong
        elif plain:
            _bytes(reading, plain)
    reading.flush()
    stories: dict[str, list[str]] = {}
    for story, text in reading.said:
        stories.setdefault(story, []).append(text)
    whole = "".join(text for _, text in reading.said)
    return RtfText(_clean(whole), {story: _clean("".join(texts)) for story, texts in stories.items()})


def _clean(text: str) -> str:
    """Joins characters that were written as two halves, and drops halves that stand alone."""
    return tidy(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")).strip("\n")


def _open(reading: _Reading) -> None:
    reading.flush()
    if len(reading.outer) < DEPTH:
        group = reading.group
        reading.outer.append(group)
        reading.group = _Group(group.unread, group.story, group.skip, group.encoding)


def _close(reading: _Reading) -> None:
    reading.flush()
    if reading.outer:
        inner, reading.group = reading.group, reading.outer.pop()
        reading.in_fonts *= len(reading.outer) >= reading.in_fonts
        if inner.story != reading.group.story and not inner.unread:
            reading.said.append((inner.story, "\n"))


def _bytes(reading: _Reading, data: bytes) -> None:
    passed = min(reading.left, len(data))
    reading.left -= passed
    if not reading.group.unread:
        reading.raw += data[passed:]


def _sign(reading: _Reading, sign: bytes) -> None:
    if sign == b"*":
        reading.group.starred = True
    elif sign in b"\\{}":
        _bytes(reading, sign)
    elif sign == b"~":
        reading.say("\u00a0")
    elif sign == b"_":
        reading.say("-")
    elif sign in b"\r\n":
        reading.say("\n")


def _word(reading: _Reading, word: bytes, number: int | None) -> None:
    group = reading.group
    name = word.decode("ascii")
    if word == b"u" and number is not None:
        reading.say(chr(number % 0x10000))
        reading.left = group.skip
    elif word == b"uc":
        group.skip = min(100, max(0, number or 0))
    elif word == b"ansicpg" and number:
        reading.flush()
        reading.default = group.encoding = f"cp{number}" if number not in (0, 65001) else "utf-8"
    elif word in (b"f", b"fcharset", b"plain"):
        _font(reading, word, number)
    elif word in _SIGNS:
        reading.say(_SIGNS[word])
    elif word == b"htmlrtf":
        # The text between is there for readers of RTF; that of the page it was made from follows.
        group.unread = number != 0 and reading.html
    elif word == b"fromhtml":
        reading.html = True
    elif name in _UNREAD or (group.starred and name not in _SEEN and not group.unread):
        reading.flush()
        group.unread = True
        if word == b"fonttbl":
            reading.in_fonts = len(reading.outer)
    elif name in _STORIES:
        reading.flush()
        group.story = _STORIES[name]
    group.starred = False


def _font(reading: _Reading, word: bytes, number: int | None) -> None:
    if reading.in_fonts:
        if word == b"f":
            reading.font = number or 0
        elif word == b"fcharset" and number in _CHARSETS:
            reading.fonts[reading.font] = _CHARSETS[number]
        return
    if word != b"fcharset":
        reading.flush()
        reading.group.encoding = reading.fonts.get(number or 0, reading.default) if word == b"f" else reading.default


def decompressed(data: bytes) -> bytes:
    """Unpacks the RTF of a message (LZFu); what is cut off ends where it is cut."""
    if len(data) < 16:
        return b""
    size, kind = struct.unpack_from("<4xII", data)
    if kind == 0x414C454D:
        return data[16 : 16 + size]
    window = bytearray(_START.ljust(4096, b"\x00"))
    at, write = 16, len(_START)
    out = bytearray()
    while at < len(data) and len(out) < min(size, UNPACKED):
        flags = data[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 2 > len(data):
                    return bytes(out)
                reference = data[at] << 8 | data[at + 1]
                at += 2
                start, length = reference >> 4, (reference & 15) + 2
                if start == write:
                    return bytes(out)
                for step in range(length):
                    byte = window[(start + step) % 4096]
                    out.append(byte)
                    window[write] = byte
                    write = (write + 1) % 4096
            elif at < len(data):
                out.append(data[at])
                window[write] = data[at]
                write = (write + 1) % 4096
                at += 1
    return bytes(out)
