# SPDX-License-Identifier: Apache-2.0
"""Decides which document a submission is, and which family it belongs to."""

from dataclasses import dataclass

from ream_contracts import identity
from ream_contracts.messages import Allowance, DocumentSubmitted


@dataclass(frozen=True, slots=True)
class Family:
    """Who a document is and where it hangs."""

    document_id: str
    root_id: str
    parent_id: str | None
    depth: int
    allowance: Allowance


def family(submitted: DocumentSubmitted, body_sha256: str | None, root_allowance: Allowance) -> Family:
    """Names the document and its place.

    Args:
        submitted: the message.
        body_sha256: hash of the inline body, when there is one.
        root_allowance: what a family may hold at most; nobody's message may claim more.
    """
    parent = submitted.parent
    if parent is not None:
        child = identity.child_id(parent.document_id, parent.path, parent.ordinal)
        granted = Allowance(
            min(parent.allowance.documents, root_allowance.documents), min(parent.allowance.bytes, root_allowance.bytes)
        )
        return Family(child, parent.root_id, parent.document_id, parent.depth, granted)
    key = submitted.key or submitted.source or body_sha256 or ""
    own = identity.document_id(submitted.namespace, key)
    return Family(own, own, None, 0, root_allowance)
