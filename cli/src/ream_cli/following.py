# SPDX-License-Identifier: Apache-2.0
"""Ties what the topics say to an account, dead letters of submissions among it."""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

from ream_cli.accounting import Account
from ream_contracts import codec, identity, topics
from ream_contracts.messages import DeadLetter, DocumentSubmitted
from ream_kit import Store
from ream_kit.dead_letters import restore
from ream_kit.observe import Seen
from ream_kit.store import NotFound

REFUSED = topics.DOCUMENTS_SUBMITTED.dead_letters
FOLLOWED = (
    topics.DOCUMENTS_INGESTED.name,
    topics.DOCUMENTS_PARTS.name,
    topics.DOCUMENTS_COMPLETED.name,
    topics.DOCUMENTS_INDEXED.name,
    *(topic.dead_letters for topic in topics.ALL),
)
"""All that says how far a document is."""


class Kin(NamedTuple):
    """A document and where it hangs."""

    document_id: str
    root_id: str
    parent_id: str | None


def note(account: Account, seen: Seen, store: Store) -> None:
    """Takes one record into account."""
    if seen.topic == REFUSED:
        kin = kin_of_letter(seen.message, store)
        if kin is not None:
            account.refused(*kin, seen.message.cause)
    elif isinstance(seen.message, DeadLetter):
        account.gave_up(seen.message)
    else:
        account.note(seen.message)


def kin_of_letter(letter: DeadLetter, store: Store) -> Kin | None:
    """Says which document a submission would have become; None when its record names none."""
    submitted = submission(letter, store)
    try:
        return kin_of(submitted) if submitted is not None else None
    except UnicodeError:
        return None  # a text that is none names no document: whoever follows the topic must outlive what is on it


def submission(letter: DeadLetter, store: Store) -> DocumentSubmitted | None:
    """The message that a dead letter of documents.submitted stands for; None when it is no such message or is gone."""
    try:
        _, value = restore(letter, store)
        return codec.decode(topics.DOCUMENTS_SUBMITTED, value)
    except (NotFound, ValueError, KeyError):
        return None


def kin_of(submitted: DocumentSubmitted) -> Kin:
    """Names the document of a submission, as ingest does."""
    parent = submitted.parent
    if parent is not None:
        child = identity.child_id(parent.document_id, parent.path, parent.ordinal)
        return Kin(child, parent.root_id, parent.document_id)
    key = submitted.key or submitted.source or _body_sha256(submitted.body or "")
    own = identity.document_id(submitted.namespace, key)
    return Kin(own, own, None)


def _body_sha256(body: str) -> str:
    try:
        return hashlib.sha256(base64.b64decode(body, validate=True)).hexdigest()
    except ValueError:
        return ""
