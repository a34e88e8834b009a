# SPDX-License-Identifier: Apache-2.0
"""Names the seams of the flow, from the schemas and from the layout of the store: whoever adds one finds it here."""

from __future__ import annotations

import inspect
import re
from typing import Any

from ream_contracts import artifacts, layout, messages

NOT_IN_FLOW = {
    "message DeadLetter": "says that something was lost; the commands show it",
    "message PartForget": "comes days after the end, and takes only what the fan-in no longer needs",
    "message PartExpired": "sweep says it of what was lost; it is said again while it is not answered",
    "object document": "a prefix",
    "object generation": "a prefix",
    "object segment_records": "a prefix",
    "object early_records": "a prefix",
    "object document_records": "a prefix",
    "object run": "the message that starts a replay; replay itself names what is not there",
    "object erased": "the end of a document, not a part of it",
    "object retired": "the end of a generation by age, not a part of it",
    "object error": "the text of an error, for people",
    "message DocumentEmbedded": "comes after the end and holds no text; without it a document is found by its words",
    "object vectors": "numbers that are made of the text after the end; whoever lacks them makes them anew",
    "object embedded": "says which vectors there are; without it they are made anew",
    "object page_image": "drawn of the original when asked for; whoever lacks it draws it again",
    "artifact PageNumbers": "worked out of text and layout when asked for, and again where it is missing",
    "object corrections": "a prefix",
    "object correction": "a person's word for what a document is, after its end; no text of it",
    "object live_models": "a prefix",
    "object live_model": "says which model is used; who cannot read it keeps what it has, and says so",
    "object model": "weights of words that were learnt; who cannot read it keeps what it has, and says so",
    "object kept_rules": "a prefix",
    "object kept_rule": "a person's file of rules, in case that a later one cannot be used; no text of a document",
    "object preview": "made only where it is wanted, and again when the document comes again",
    "object converted": "needs LibreOffice: in the corpus' own run",
}
"""Seams that a calm run of these documents does not pass, and why nothing is lost without a word there."""


def all_seams() -> set[str]:
    """Every message, artifact and kind of object that the schemas and the layout of the store know."""
    found = {f"message {cls.__name__}" for cls in messages.SCHEMA_OF}
    found |= {f"artifact {cls.__name__}" for cls in artifacts.SCHEMA_OF}
    functions = inspect.getmembers(layout, inspect.isfunction)
    found |= {f"object {name}" for name, function in functions if function.__module__ == layout.__name__}
    return found - {f"object {name}" for name in _ARTIFACTS.values()}


_ARTIFACTS = {
    artifacts.Source: "source",
    artifacts.Manifest: "manifest",
    artifacts.SegmentText: "text",
    artifacts.SegmentClasses: "classes",
    artifacts.SegmentRecord: "segment_record",
    artifacts.DocumentRecord: "document_record",
    artifacts.PageNumbers: "page_numbers",
}
"""Functions of the layout that name an artifact."""

_OBJECTS: tuple[tuple[str, str], ...] = (
    (r"documents/[^/]+/\d+/original", "object original"),
    (r"documents/[^/]+/\d+/source\.json", "artifact Source"),
    (r"documents/[^/]+/\d+/ingested\.json", "object ingested"),
    (r"documents/[^/]+/\d+/claim\.json", "object claim"),
    (r"documents/[^/]+/\d+/manifests/.*", "artifact Manifest"),
    (r"documents/[^/]+/\d+/text/.*", "artifact SegmentText"),
    (r"documents/[^/]+/\d+/notes/.*", "object run_note"),
    (r"documents/[^/]+/\d+/classes/.*", "artifact SegmentClasses"),
    (r"documents/[^/]+/\d+/segments/.*", "artifact SegmentRecord"),
    (r"documents/[^/]+/\d+/early/.*", "object early_record"),
    (r"documents/[^/]+/\d+/pictures/.*", "object picture"),
    (r"documents/[^/]+/\d+/tables/.*\.json", "artifact TableFile"),
    (r"documents/[^/]+/\d+/tables/.*\.csv", "object table"),
    (r"documents/[^/]+/\d+/converted/.*", "object converted"),
    (r"documents/[^/]+/\d+/thumbnail\..*", "object thumbnail"),
    (r"documents/[^/]+/\d+/preview\..*", "object preview"),
    (r"documents/[^/]+/\d+/children/.*", "object child"),
    (r"documents/[^/]+/records/.*", "artifact DocumentRecord"),
    (r"contents/.*", "object contents"),
    (r"errors/.*", "object error"),
    (r"incoming/.*", "object incoming"),
)
_JSON = ("artifact ", "object run_note", "object ingested", "object claim", "object contents", "object early_record")


def of_object(name: str) -> str:
    """Says which seam an object of the store belongs to.

    Raises:
        LookupError: none that is known.
    """
    for pattern, seam in _OBJECTS:
        if re.fullmatch(pattern, name):
            return seam
    raise LookupError(f"{name} belongs to no seam that is known: add it to seams.py")


def is_json(seam: str) -> bool:
    """Says whether what lies there is JSON."""
    return seam.startswith(_JSON)


def of_message(message: Any) -> str:
    """Says which seam a message passes."""
    return f"message {type(message).__name__}"
