# SPDX-License-Identifier: Apache-2.0
"""Decides whose fault a failure is: the closed set of words a handler or an adapter may raise.

Whatever is raised and is not one of these is our own fault: it is tried again, at most three times in all.
"""

from __future__ import annotations


class Contained(Exception):
    """What reads one document broke or failed behind its walls; the service itself is as good as before.

    Our own fault like any other, but many in a row may just be many bad documents: see `Execution` and `Proven`.
    """


class Skip(Exception):
    """There is nothing to do for this record, as expected: it is counted and finished."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Retry(Exception):
    """Nobody's fault: somebody is away; the same record is tried again, with growing pauses, as long as it takes.

    `waiting_for` is the short name of who is away (`store`, `opensearch`): it is shown in status and in metrics,
    so it comes from a small fixed set. `reason` is a sentence for a person and holds no content of documents.
    """

    def __init__(self, waiting_for: str, reason: str) -> None:
        super().__init__(f"waiting for {waiting_for}: {reason}")
        self.waiting_for = waiting_for
        self.reason = reason


class Reject(Exception):
    """The fault of the document or message: no second try; what gives it up is sent, then a dead letter.

    `cause` is a short code (`encrypted`, `not-json`), counted and kept; `reason` is a sentence for a person.
    """

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(f"{cause}: {reason}")
        self.cause = cause
        self.reason = reason


class Erased(Reject):
    """The document was erased: nothing of it may be read, written or shown any more."""

    def __init__(self, document_id: str) -> None:
        super().__init__("erased", f"document {document_id} was erased")
        self.document_id = document_id
