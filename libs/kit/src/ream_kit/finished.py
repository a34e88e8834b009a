# SPDX-License-Identifier: Apache-2.0
"""Makes a finished document as the services would, for tests of consumers."""

from __future__ import annotations

from typing import Any

from ream_contracts import identity, layout
from ream_contracts.artifacts import SegmentRecord, SegmentText, UnitText
from ream_contracts.messages import DocumentCompleted
from ream_kit.store import Store


def finished(store: Store, text: str, **facts: Any) -> DocumentCompleted:
    """Puts a document of one page into the store and returns the message that says it is complete.

    Args:
        store: where `store.text` of the message finds the text.
        text: what its page says; it names the document, so that other text is another document.
        facts: fields of the message that are to be otherwise, e.g. `type="contract"`.
    """
    document_id = identity.document_id("finished", text)
    unit = UnitText(1, "page", text, "text-layer", 100, None, 595, 842, 0, (), (), (), ())
    name = layout.text(document_id, 1, 1, "extract", "finished")
    store.put_artifact(name, SegmentText(document_id, 1, 1, "extract", "1", (unit,), ()))
    classes = layout.classes(document_id, 1, 1, "finished")
    record = SegmentRecord(document_id, 1, 1, 1, ((1, 1),), (), name, classes, "text-layer", 100, len(text), ())
    store.put_artifact(layout.segment_record(document_id, 1, 1, 1), record)
    values: dict[str, Any] = {
        "document_id": document_id,
        "generation": 1,
        "run": 1,
        "revision": 5,
        "version": identity.version(1, 1, 5),
        "root_id": document_id,
        "parent_id": None,
        "outcome": "complete",
        "cause": None,
        "media_type": "application/pdf",
        "size": len(text),
        "manifest": None,
        "unit_kind": "page",
        "units": 1,
        "read": 1,
        "not_applicable": 0,
        "failed": 0,
        "expired": 0,
        "missing": (),
        "characters": len(text),
        "children": 0,
        "type": "unknown",
        "type_confidence": 0,
        "languages": ("en",),
        "sensitivity": "internal",
        "personal_data": {},
        "scores": {},
    }
    return DocumentCompleted(**{**values, **facts})
