# SPDX-License-Identifier: Apache-2.0
"""Presidio's recognizers of patterns on a blank pipeline, without a model: the personal data in `personal-data`."""

from __future__ import annotations

from ream_quality import personal_data
from ream_quality.library import Library
from ream_quality.peers.environment import asked
from ream_quality.spans import Span

NAME = "Presidio (patterns)"
_KINDS = {
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "IP_ADDRESS": "ip",
    "US_SSN": "national-number",
    "URL": "url",
}
"""Its names of the kinds that are scored; it has none for addresses of houses."""


def measure(library: Library) -> dict[str, float]:
    """Returns F1 over the same kinds as ours, and of each."""
    sentences = [sentence for sentence, _ in personal_data.sentences(library)]
    if not sentences:
        return {}
    texts = [sentence["full_text"] for sentence in sentences]
    found = asked("presidio_spans.py", {"kinds": list(_KINDS), "texts": texts})
    spans = ((Span(_KINDS[kind], start, end) for kind, start, end in one) for one in found)
    return personal_data.scored(zip(sentences, spans, strict=True))
