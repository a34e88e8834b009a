# SPDX-License-Identifier: Apache-2.0
"""Holds all that decides how segments are classified (taxonomy, topics, marks, limits), and their fingerprint."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from ream_classify import fields, markings, sentiment, taxonomy, topics
from ream_classify.document_type import Scorer
from ream_classify.entities import Finder
from ream_classify.entities.model import EntityModel
from ream_classify.learnt import Kind, Model
from ream_classify.markings import Markings
from ream_classify.topics import Topics
from ream_classify.yaml_lines import RuleError
from ream_contracts import sketches

VERSION = "7"
"""Raise it when the same text and rules give other classes: it is part of what their artifacts are named by."""
LIBRARIES = ("faker", "phonenumbers", "py3langid", "python-stdnum", "vaderSentiment")
"""Packages whose models and lists decide what classes a text gets."""

READERS: Mapping[str, Callable[[str, str], object]] = {
    "taxonomy": taxonomy.load,
    "markings": markings.load,
    "topics": topics.load,
}
"""The kinds of files of rules, and what reads each: (text, name of the file); raises RuleError."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What classify goes by. Equal fingerprints mean equal classes for equal texts.

    Attributes:
        listed: findings listed of each score in a segment; more are only counted.
        versions: each file of rules and each library with a model or a list in it, with its version.
        learnt: what was learnt from examples, by kind of label.
        stated: what a person said that the document is, by kind of label.
        refused: sentences about files that cannot be used, and what stands in for each.
    """

    scorer: Scorer
    markings: Markings
    topics: Topics
    entities: Finder
    listed: int
    fingerprint: str
    versions: Mapping[str, str]
    learnt: Mapping[Kind, Model] = field(default_factory=dict)
    stated: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    def complaints(self) -> tuple[str, ...]:
        """Says what a person should mend, though work goes on."""
        return self.refused

    def having_learnt(self, models: Mapping[Kind, Model]) -> "Rules":
        """Returns these rules with what was learnt from examples besides."""
        if not models:
            return self
        versions = {f"learnt-{kind}": model.version for kind, model in sorted(models.items())}
        written = (f"{name} {version}" for name, version in versions.items())
        return replace(
            self,
            learnt=models,
            versions={**self.versions, **versions},
            fingerprint=_digest(self.fingerprint, *written),
        )

    def for_document(self, stated: Mapping[Kind, tuple[str, ...]]) -> "Rules":
        """Returns these rules for a document of which a person said what it is."""
        if not stated:
            return self
        written = json.dumps({kind: list(labels) for kind, labels in stated.items()}, sort_keys=True)
        return replace(self, stated=stated, fingerprint=_digest(self.fingerprint, "stated", written))

    def changed(self, parameters: Mapping[str, Any], run: int | None) -> "Rules":
        """Returns these rules with what a redo asks for: `findings`, how many to list of each score.

        Args:
            parameters: checked before.
            run: the run that asked for it: another is other work, though it asks for the same.
        """
        if not parameters and run is None:
            return self
        written = json.dumps([parameters, run], sort_keys=True, ensure_ascii=True)
        listed = parameters.get("findings", self.listed)
        return replace(self, listed=listed, fingerprint=_digest(self.fingerprint, written))


def load(
    taxonomy_file: Path | None = None,
    markings_file: Path | None = None,
    listed: int = 500,
    topics_file: Path | None = None,
    model: EntityModel | None = None,
) -> Rules:
    """Reads and checks the rules; those that ship with classify stand in where no file is named.

    Raises:
        RuleError: with file, line and reason; also when a file cannot be read.
    """
    named = {"taxonomy": taxonomy_file, "markings": markings_file, "topics": topics_file}
    return made_of({kind: text_of(file, f"{kind}.yaml") for kind, file in named.items()}, listed, model)


def made_of(texts: Mapping[str, tuple[str, str]], listed: int = 500, model: EntityModel | None = None) -> Rules:
    """Makes rules of the texts of all files, by kind, each with what to call it in complaints.

    Raises:
        RuleError: with file, line and reason.
    """
    finder = Finder(model)
    versions = {
        "entities": finder.version,
        "fields": fields.VERSION,
        "sketch": sketches.VERSION,
        **sentiment.versions(),
        **_libraries(),
    }
    written = {kind: texts[kind][0] for kind in READERS}
    asked = [f"{name} {version}" for name, version in versions.items()]
    return Rules(
        Scorer(taxonomy.load(*texts["taxonomy"])),
        markings.load(*texts["markings"]),
        topics.load(*texts["topics"]),
        finder,
        listed,
        _digest(VERSION, *written.values(), str(listed), *asked),
        {"classify": VERSION, **{kind: version_of(text) for kind, text in written.items()}, **versions},
    )


def version_of(text: str) -> str:
    """The version of a file of rules, as it stands in `versions` of what was classified by it."""
    return _digest(text)


def _libraries() -> dict[str, str]:
    """The versions of the packages whose models, plans and lists decide with us: another one is another answer."""
    return {name: metadata.version(name) for name in LIBRARIES}


def text_of(file: Path | None, shipped: str) -> tuple[str, str]:
    """Returns the text of a file of rules and what to call it; that which ships where none is named.

    Raises:
        RuleError: it cannot be read.
    """
    if file is None:
        return files("ream_classify").joinpath(shipped).read_text("utf-8"), shipped
    try:
        return file.read_text("utf-8"), str(file)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(str(file), 1, f"the file cannot be read as text in UTF-8: {error}") from None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8")).hexdigest()[:16]
