# SPDX-License-Identifier: Apache-2.0
"""Decides which labels examples may have and what is learnt from in a document; reads the file that names examples."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ream_classify import rules, taxonomy, topics
from ream_classify.comparing import Weighing
from ream_classify.document_type import Scorer
from ream_classify.learnt import Kind, words_of
from ream_classify.topics import Topics
from ream_classify.training import Unit, sampled
from ream_classify.yaml_lines import RuleError
from ream_contracts.artifacts import UnitText
from ream_contracts.decided import UNKNOWN

_LARGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a kind, as the files of rules have them.

    Attributes:
        names: what an example may be labelled with.
        several: whether a document may have more than one.
    """

    kind: Kind
    names: frozenset[str]
    several: bool
    weighing: Weighing
    by: Scorer | Topics

    def units(self, read: Iterable[UnitText]) -> tuple[Unit, ...]:
        """What is learnt from in a document; none where it has no text. No word of it is kept as it is written."""
        with_text = [unit for unit in read if unit.text.strip()]
        chosen = (with_text[at] for at in sampled(len(with_text)))
        return tuple(Unit(one.unit, words_of(one.text).nameless(), self._described(one)) for one in chosen)

    def _described(self, unit: UnitText) -> Mapping[str, int]:
        return self.by.described(unit) if isinstance(self.by, Scorer) else self.by.described(unit.text)


def labels_of(kind: Kind, file: Path | None) -> Labels:
    """Reads the labels of a kind; those that ship where no file is named.

    Raises:
        RuleError: with file, line and reason.
    """
    if kind == "type":
        types = taxonomy.load(*rules.text_of(file, "taxonomy.yaml"))
        names = frozenset(label.name for label in types.labels) | {UNKNOWN}
        return Labels(kind, names, False, Weighing(types.unit_minimum, types.first_unit_factor), Scorer(types))
    about = topics.load(*rules.text_of(file, "topics.yaml"))
    return Labels(kind, frozenset(about.labels), True, Weighing(about.unit_minimum), about)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line of a file of examples: what tells the document (an id, or a path), and its label."""

    line: int
    document: str
    label: str


def parse(text: str, file: str, labels: Labels) -> list[Labelled]:
    """Reads `document<TAB>label` lines (or with a comma); empty lines and those that begin with # are passed over.

    A document with several topics has a line for each.

    Raises:
        RuleError: with file, line and reason; nothing of such a file is learnt from.
    """
    if len(text) > _LARGEST:
        raise RuleError(file, 1, f"the file is larger than {_LARGEST} characters")
    seen: dict[str, Labelled] = {}
    found = []
    for one in _lines(text, file):
        check(one.label, labels, file, one.line)
        before = seen.setdefault(one.document, one)
        if before is not one and not labels.several and before.label != one.label:
            reason = f"the document was {before.label!r} in line {before.line}, and is {one.label!r} here"
            raise RuleError(file, one.line, reason)
        found.append(one)
    if not found:
        raise RuleError(file, 1, "there is no example in it")
    return found


def check(label: str, labels: Labels, file: str, line: int) -> None:
    """Refuses a label that the rules do not know.

    Raises:
        RuleError: with what would do.
    """
    if label not in labels.names:
        offered = ", ".join(sorted(labels.names))
        raise RuleError(file, line, f"there is no {labels.kind} {label[:80]!r}: there are {offered}")


def _lines(text: str, file: str) -> Iterator[Labelled]:
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        document, between, label = line.rpartition("\t" if "\t" in line else ",")
        document, label = document.strip().strip('"'), label.strip().strip('"')
        if not between or not document or not label:
            raise RuleError(file, number, "a line is the id or path of a document, a tab or comma, and its label")
        yield Labelled(number, document, label)
