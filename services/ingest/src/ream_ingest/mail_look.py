# SPDX-License-Identifier: Apache-2.0
"""Decides whether a text begins like a message, by the run of header lines at its start, whatever the first is."""

import re
from collections.abc import Iterator

MAIL, MAILBOX, SAVED_PAGE = "message/rfc822", "application/mbox", "multipart/related"

VALUE = 2_000
"""Characters of a value that are looked at: what proves anything stands at its start."""
_FIELD = re.compile(r"([!-9;-~]{1,200}):(.*)", re.DOTALL)
_ADDRESS = re.compile(r"[^\s@]@[^\s@]|<[^<>]{1,300}>")
_IDENTIFIER = re.compile(r"[<@]\S")
_SIGNATURE = re.compile(r"\b[a-z]{1,2}=")
_HOP = re.compile(r"\b(?:from|by)\s.*?;\s*\S|\(qmail \d", re.IGNORECASE | re.DOTALL)
_PROOFS = {
    "message-id": _IDENTIFIER,
    "in-reply-to": _IDENTIFIER,
    "references": _IDENTIFIER,
    "return-path": _ADDRESS,
    "delivered-to": _ADDRESS,
    "envelope-to": _ADDRESS,
    "x-original-to": _ADDRESS,
    "received": _HOP,
    "x-received": _HOP,
    "dkim-signature": _SIGNATURE,
    "domainkey-signature": _SIGNATURE,
    "arc-seal": _SIGNATURE,
    "arc-message-signature": _SIGNATURE,
    "mime-version": re.compile(r"\s*(?:\([^()]*\)\s*)?1\.0"),
    "content-transfer-encoding": re.compile(r"\s*[\"']?(?:7bit|8bit|binary|base64|quoted-printable)", re.IGNORECASE),
}
"""Fields that only messages have, and what their values look like there: a note may say what it `Received:`."""
_SHARED = frozenset({"mime-version", "content-transfer-encoding"})
"""Those of them that answers of web servers may have too."""
_KNOWN = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to", "content-type", "content-disposition",
     "authentication-results", "received-spf", "x-mailer", "user-agent", "errors-to", "precedence", "importance",
     "list-id", "list-unsubscribe", "thread-topic", "thread-index", "disposition-notification-to", "x-priority",
     "newsgroups", "resent-from", "resent-to"}
) | _PROOFS.keys()  # fmt: skip
_WEB = frozenset(
    {"server", "set-cookie", "cookie", "etag", "host", "cache-control", "connection", "accept", "accept-encoding",
     "accept-ranges", "last-modified", "transfer-encoding", "vary", "location", "expires"}
)  # fmt: skip
_SAVED = re.compile(r"\s*.?saved by ", re.IGNORECASE)


def look(start: str, *, named: bool = False) -> str | None:
    """Returns which kind of mail a text is; None when it is none.

    Two fields that messages have are enough where the value of one proves it, else three, with the address of who
    wrote it; so are three where no empty line ends the headers.

    Args:
        start: the text, from its first line with something in it.
        named: its name ends as a message's does, which decides where the fields alone do not.
    """
    if start.startswith("From "):
        behind = start.partition("\n")[2]
        if behind.startswith(">From "):
            behind = behind.partition("\n")[2]
        return MAILBOX if _message(behind, named=False) else None
    return _message(start, named=named)


def _message(start: str, *, named: bool) -> str | None:
    fields, ended = _fields(start)
    known = {name for name in fields if name in _KNOWN or name.startswith("x-")}
    proofs = {name for name in known & _PROOFS.keys() if _PROOFS[name].search(fields[name])}
    if proofs <= _SHARED and fields.keys() & _WEB:
        return None
    proven = bool(proofs) or named
    written = "from" in fields and _ADDRESS.search(fields["from"]) is not None
    if len(known) < (2 if proven and ended else 3) or not (proven or written):
        return None
    saved = "snapshot-content-location" in fields or _SAVED.match(fields.get("from", ""))
    return SAVED_PAGE if saved else MAIL


def _fields(start: str) -> tuple[dict[str, str], bool]:
    """Reads the header lines: the first value of each field by its name in lower case, and whether they end as such do.

    The end of what there is of a file is an end as well: a line that is cut off there proves nothing.
    """
    fields: dict[str, str] = {}
    for line in _unfolded(start):
        found = _FIELD.match(line)
        if found is None:
            return fields, not line
        fields.setdefault(found[1].lower(), found[2][:VALUE])
    return fields, True


def _unfolded(start: str) -> Iterator[str]:
    """Yields the lines, those that go on in the next joined with it; an empty one ends them."""
    pieces: list[str] = []
    for line in start.split("\n"):
        line = line.removesuffix("\r")
        if pieces and line[:1] in (" ", "\t") and line.strip():
            pieces.append(line)
            continue
        if pieces:
            yield "".join(pieces)
        pieces = [line]
        if not line.strip():
            break
    yield "".join(pieces).strip()
