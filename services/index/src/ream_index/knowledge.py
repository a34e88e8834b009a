# SPDX-License-Identifier: Apache-2.0
"""Decides what a document's segments say together of its content: keyphrases, names, personal data, key fields."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ream_contracts.artifacts import Finding, KeyField, SegmentClasses
from ream_contracts.sensitivity import NOBODYS
from ream_index.families import FILLED
from ream_index.revealing import PERSONAL, Revealed, open_names

MOST_PHRASES = 20
MOST_NAMES = 100
"""Names kept of each kind: more would make an entry larger than it is useful."""
MOST_VALUES = 500
"""Values of personal data kept of a document."""
LONGEST = 300
FIELDS: Mapping[str, str] = {
    "person": "people",
    "organisation": "organisations",
    "place": "places",
    "product": "products",
    "date": "dates",
    "amount": "amounts",
}
"""By kind of name, the field of the entry that lists it."""
SEVERAL = frozenset({"party"})
"""Fields of which a document has more than one."""
TELLING_APART = frozenset({"number", "date", "total", "party", "effective_date"})
"""Fields in which two papers of one form differ: this month's invoice and the last one's."""
FORMS = frozenset({"form", "payslip", "bank-statement", "quotation", "order", "delivery-note"})
"""Types that repeat one draft, and of which classify reads no fields: what is named in them tells two of them apart."""
FILLED_IN = ("person", "date", "amount")
MOST_FILLED = 40
_SHORTEST = 2
"""Letters of the hash of what was filled in: enough to tell two apart, and too few to confirm a guess."""
SURE_TO_TELL = 60
"""Confidence from which on a field may say that two documents are not the same."""
NORMAL = frozenset({"date", "amount"})
"""Kinds of which the one form is listed, and nothing that has none."""


class Knowledge:
    """Takes what classify said of one segment after another; holds one small count for each name and phrase."""

    def __init__(self) -> None:
        self._phrases: Counter[str] = Counter()
        self._names: dict[str, Counter[str]] = {kind: Counter() for kind in FIELDS}
        self._written: dict[str, str] = {}
        self._versions: dict[str, set[str]] = {}
        self._fields: dict[str, dict[str, KeyField]] = {}
        self._values: dict[tuple[str, str], tuple[int, int]] = {}
        self._values_cut = False
        self.cut = False

    def add(self, classes: SegmentClasses) -> None:
        """Takes one segment."""
        for phrase in classes.keyphrases:
            self._phrases[self._key(phrase.text)] += phrase.score
        for entity in open_names(classes.entities, classes.findings):
            name = entity.normal if entity.kind in NORMAL else entity.text
            if name and entity.kind in self._names:
                self._names[entity.kind][self._key(name)] += 1
        for field in classes.fields:
            self._take(field)
        for finding in classes.findings:
            self._find(finding)
        self._values_cut = self._values_cut or classes.truncated
        for name, version in (classes.versions or {}).items():
            self._versions.setdefault(name, set()).add(version)
        self.cut = self.cut or bool(classes.cut)

    def _find(self, finding: Finding) -> None:
        """Keeps each value of personal data once, with its first place; what lies furthest behind goes first."""
        if not finding.kind.startswith(PERSONAL):
            return
        value = finding.kind.removeprefix(PERSONAL), finding.value[:LONGEST]
        place = finding.unit, finding.start
        self._values[value] = min(place, self._values.get(value, place))
        if len(self._values) > 2 * MOST_VALUES:
            self._values = dict(self._first_values())
            self._values_cut = True

    def _first_values(self) -> list[tuple[tuple[str, str], tuple[int, int]]]:
        return sorted(self._values.items(), key=lambda item: (item[1], item[0]))[:MOST_VALUES]

    def _take(self, field: KeyField) -> None:
        """Keeps of each field the surest and, of those, the first; of parties the first of each name."""
        several = field.normal.casefold() if field.name in SEVERAL else ""
        kept = self._fields.setdefault(f"{field.document}:{field.name}", {})
        before = kept.get(several)
        if before is None or _rank(field) < _rank(before):
            if before is None and len(kept) >= MOST_NAMES:
                self.cut = True
                return
            kept[several] = field

    def _key(self, text: str) -> str:
        """Folds case; the first way of writing is the one that is shown."""
        folded = text[:LONGEST].casefold()
        self._written.setdefault(folded, text[:LONGEST])
        return folded

    def fields(self, document_type: str) -> dict[str, Any]:
        """Returns the fields of the entry, most telling first; equal segments give equal fields.

        Args:
            document_type: what was decided: only key fields of this kind of document are shown.
        """
        named = {FIELDS[kind]: self._best(counts, MOST_NAMES) for kind, counts in self._names.items()}
        values: dict[str, list[str]] = {}
        for (kind, value), _ in self._first_values():
            values.setdefault(kind, []).append(value)
        return {
            "keyphrases": self._open_phrases(
                [one for kind, many in values.items() if kind not in NOBODYS for one in many]
            ),
            **named,
            "key_fields": {
                name.partition(":")[2]: [one.normal[:LONGEST] for one in sorted(kept.values(), key=_rank)]
                for name, kept in sorted(self._fields.items())
                if name.startswith(f"{document_type}:")
            },
            "told_apart_by": self._told_apart_by(document_type),
            "personal_values": dict(sorted(values.items())),
            "personal_values_truncated": self._values_cut or len(self._values) > MOST_VALUES,
            "names_truncated": self.cut or any(len(counts) > MOST_NAMES for counts in self._names.values()),
            "classified_by": sorted(f"{name} {one}" for name, all_ in self._versions.items() for one in all_),
        }

    def _told_apart_by(self, document_type: str) -> list[str]:
        """Short hashes of the fields, as everybody may read them: they only tell whether two documents say the same."""
        fields = {
            f"{one.name}:{_hash(one.normal)[:6]}"
            for name, kept in self._fields.items()
            if name.startswith(f"{document_type}:")
            for one in kept.values()
            if one.name in TELLING_APART and one.confidence >= SURE_TO_TELL
        }
        filled = {
            f"{FILLED}{kind}:{_hash(name)[:_SHORTEST]}"
            for kind in (FILLED_IN if document_type in FORMS else ())
            for name in self._best(self._names[kind], MOST_FILLED)
        }
        return sorted(fields | filled)

    def _open_phrases(self, values: list[str]) -> list[str]:
        """The best phrases that say nobody's name or number: they are read by all who may search."""
        revealed = Revealed(self._names["person"].keys(), values)
        return self._best(Counter({one: n for one, n in self._phrases.items() if not revealed.by(one)}), MOST_PHRASES)

    def _best(self, counts: Counter[str], most: int) -> list[str]:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [self._written[key] for key, _ in ordered[:most]]


def _hash(text: str) -> str:
    return sha256(text.casefold().encode("utf-8", "surrogatepass")).hexdigest()


def _rank(field: KeyField) -> tuple[int, int, int, str]:
    return -field.confidence, field.unit, field.start, field.normal
