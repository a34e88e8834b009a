# SPDX-License-Identifier: Apache-2.0
"""Recognises addresses of the web, written with their scheme or with `www.`."""

import re
from collections.abc import Iterator

from ream_classify.scan import Hit, Scan

# Every quantifier is possessive or bounded by a character that it cannot match: no text makes this quadratic.
_URL = re.compile(
    r"(?<![\w@.-])(?:(?:https?|ftps?|sftp|wss?)://(?P<user>[\w.~%+-]{1,64}+(?::[^\s@/<>\"]{0,64}+)?@)?+|(?=www\.))"
    r"(?P<host>(?:[^\W_](?:[\w-]{0,62}+)\.){1,8}(?P<top>[^\W\d_]{2,24}+|xn--[a-z0-9-]{2,59}+)"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3})\.?+"
    r"(?::[0-9]{2,5}+)?+(?P<path>[/?#][^\s<>\"\u00ab\u00bb\u201c\u201d\u201e|\\^`{}]{0,2000}+)?+(?![\w@])",
    re.IGNORECASE,
)
_ENDINGS = ".,;:!?'*_)]"
_FILE_ENDINGS = frozenset({"exe", "dll", "html", "js", "css", "png", "jpg", "gif", "pdf"})


def find(scan: Scan) -> Iterator[Hit]:
    """Yields addresses that a browser could open, as `personal:url`; what ends a sentence is not part of one."""
    if "://" not in scan.plain and "www." not in scan.folded:
        return
    for match in _URL.finditer(scan.plain):
        if not _is_possible(match):
            continue
        end = _end(scan.plain, match)
        if scan.is_free(match.start(), end):
            yield Hit("personal:url", match.start(), end, confidence=95 if "://" in match.group() else 90)


def _is_possible(match: re.Match[str]) -> bool:
    host, top = match["host"], match["top"]
    if top is None:
        return all(int(part) < 256 for part in host.split("."))
    labels = host.split(".")
    if labels[0].lower() == "www" and len(labels) < 3:
        return False
    return top.lower() not in _FILE_ENDINGS and not any(label.endswith(("-", "_")) for label in labels)


def _end(text: str, match: re.Match[str]) -> int:
    """Leaves out punctuation behind the address; a bracket stays where its partner is inside."""
    end = match.end()
    while end > match.end("host") and text[end - 1] in _ENDINGS:
        if text[end - 1] == ")" and text.count("(", match.start(), end) >= text.count(")", match.start(), end):
            break
        end -= 1
    return end
