# SPDX-License-Identifier: Apache-2.0
"""Decides what a person is told to do about a document that did not come out whole."""

from __future__ import annotations

from ream_contracts.outcomes import Outcome

_BY_CAUSE = {
    "encrypted": "ingest it again with --password-ref NAME, where the operator keeps its password; or save it without",
    "unsupported-encryption": "no password opens it here: save it without one, or pack it anew as 7Z or ZIP",
    "password-missing": "the operator has to keep a password under this name (REAM_SECRETS_DIR); then replay extract",
    "password-wrong": "name another password, or have it corrected where it is kept; then replay extract",
    "damaged": "open it in the program it comes from and save it anew, or get another copy",
    "conversion-failed": "open it in the program it comes from and save it as DOCX or PDF",
    "converter-missing": "install LibreOffice (libreoffice-writer-nogui, python3-uno) or antiword, and replay it",
    "library-missing": "install what 'ream show' names where extract runs, and replay it",
    "subtitles-are-pictures": "subtitles that are pictures are not read; the rest of the film is",
    "unsupported-compression": "pack it anew in the common way (deflate)",
    "too-large": "split it, or raise REAM_INGEST_MAX_BYTES",
    "type-not-allowed": "REAM_INGEST_REFUSED_TYPES forbids this type",
    "too-many-pixels": "scan it with less resolution, or raise REAM_OCR_DECODED_PIXELS",
    "too-much-output": "split it: what it unpacks to is more than a cell may write",
    "out-of-memory": "it took more memory than a cell may: see 'ream dead-letters list'",
    "out-of-time": "it took longer than a cell may: see 'ream dead-letters list'",
    "family-limit": "what it holds is more than one submission may bring: ingest its parts by themselves",
    "too-deep": "what it holds is nested too deeply: unpack it and ingest the parts",
    "not-json": "whoever sent the message has to correct it",
    "wrong-schema": "whoever sent the message has to correct it",
    "not-unicode": "whoever sent the message has to write its texts in UTF-8, with whole characters",
    "outside-allowed-roots": "name the folder in REAM_INGEST_ROOTS, or bring the file with 'ream ingest'",
    "no-such-object": "the file is gone: ingest it again",
}
_BY_OUTCOME = {
    Outcome.UNSUPPORTED: "no reader for this format yet; its name and metadata are findable",
    Outcome.PARTIAL: "'ream show' names what is missing",
    Outcome.FAILED: "'ream show' says more; 'ream dead-letters list' holds what can be sent again",
    Outcome.REJECTED: "the settings of ingest refuse it",
}


def advice(outcome: str, cause: str | None) -> str:
    """Returns what to do, as half a sentence; empty where nothing is to be done."""
    if cause in _BY_CAUSE:
        return _BY_CAUSE[cause]
    return _BY_OUTCOME.get(Outcome(outcome), "") if outcome in tuple(Outcome) else ""
