# SPDX-License-Identifier: Apache-2.0
"""Lists what is recognised, the surest form first: a later recognizer never takes what an earlier one took."""

from collections.abc import Callable, Iterator

from ream_classify.recognizers import (
    address,
    birth,
    cards,
    crypto,
    email,
    iban,
    identity_papers,
    internet,
    national,
    passwords,
    phone,
    secrets,
    url,
)
from ream_classify.scan import Hit, Scan

Recognizer = Callable[[Scan], Iterator[Hit]]
"""Yields hits of its kinds; must be linear in the length of the text, whatever it holds."""

RECOGNIZERS: tuple[Recognizer, ...] = (
    secrets.find,
    passwords.find,
    url.find,
    email.find,
    crypto.find,
    iban.find,
    cards.find,
    national.find,
    internet.find,
    birth.find,
    identity_papers.find,
    address.find,
    phone.find,
)
