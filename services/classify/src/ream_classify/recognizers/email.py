# SPDX-License-Identifier: Apache-2.0
"""Recognises e-mail addresses."""

import re
from collections.abc import Iterator

from ream_classify.scan import Hit, Scan

# Every quantifier is possessive or bounded by a character that it cannot match: no text makes this quadratic.
_ADDRESS = re.compile(
    r"(?<![\w.+%'-])"
    r"(?P<local>[^\W_][\w.+%'-]{0,63}+)@"
    r"(?P<domain>(?:[^\W_][\w-]{0,62}+\.){1,8}(?P<top>[^\W\d_]{2,24}+|xn--[a-z0-9-]{2,59}+))"
    r"(?![\w@-])"
)
# icon@2x.png is a picture, not a mailbox
_FILE_ENDINGS = frozenset({
    "bmp", "css", "gif", "html", "ico", "jpeg", "jpg", "js", "json", "pdf", "png", "svg", "tiff", "txt", "webp", "xml",
    "yaml",
})  # fmt: skip


def find(scan: Scan) -> Iterator[Hit]:
    """Yields addresses that a mail server could have, as `personal:email`."""
    if "@" not in scan.plain:
        return
    for match in _ADDRESS.finditer(scan.plain):
        if _is_possible(match["local"], match["domain"], match["top"]) and scan.is_free(*match.span()):
            yield Hit("personal:email", *match.span(), confidence=95)


def _is_possible(local: str, domain: str, top: str) -> bool:
    if local[-1] in ".'" or ".." in local or len(domain) > 253 or top.lower() in _FILE_ENDINGS:
        return False
    return not any(label.endswith(("-", "_")) for label in domain.split("."))
