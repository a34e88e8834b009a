# SPDX-License-Identifier: Apache-2.0
"""Mail in mail in mail."""

from __future__ import annotations

from ream_hostile.attack import Attack, ends

_DEPTH = 1_000


def nested_mail() -> bytes:
    """A mail whose attachment is a mail whose attachment is a mail, a thousand deep."""
    data = b"Subject: bottom\r\nContent-Type: text/plain\r\n\r\nNobody should come down here.\r\n"
    for level in range(_DEPTH):
        edge = b"edge-%d" % level
        head = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: level %d\r\nMIME-Version: 1.0\r\n" % level
        head += b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n' % edge
        data = head + b"--%s\r\nContent-Type: message/rfc822\r\n\r\n" % edge + data + b"\r\n--%s--\r\n" % edge
    return data


ATTACKS = (Attack("nested.eml", nested_mail, ends("failed")),)
