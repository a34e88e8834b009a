# SPDX-License-Identifier: Apache-2.0
"""The seam for a model of a user's own: what classify asks of it, and the adapter for spaCy."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol

from ream_classify.entities.named import Kind, Named

_KINDS: Mapping[str, Kind] = {
    "PERSON": "person", "PER": "person", "ORG": "organisation", "GPE": "place", "LOC": "place", "FAC": "place",
    "DATE": "date", "MONEY": "amount", "PRODUCT": "product",
}  # fmt: skip
CONFIDENCE = 75
"""spaCy says no confidence: this is what a name from it is worth beside those from rules."""


class EntityModel(Protocol):
    """Finds names in a text."""

    @property
    def name(self) -> str:
        """What it is called, with its version: it is part of what the artifacts are named by."""

    def find(self, text: str, language: str) -> Iterator[Named]:
        """Yields what it finds, by place; equal texts give equal names."""


class NoModel(ValueError):
    """The model that a setting names cannot be used; the message says why and what to do."""


class SpacyModel:
    """A pipeline of spaCy, which a user has installed beside classify."""

    def __init__(self, package: str) -> None:
        """Loads it.

        Args:
            package: name of an installed model package, or its folder.

        Raises:
            NoModel: spaCy or the model is not there.
        """
        try:
            spacy: Any = import_module("spacy")
        except ImportError:
            raise NoModel(
                f"spaCy is not installed, which {package!r} needs: pip install spacy, then the model"
            ) from None
        try:
            self._pipeline = spacy.load(package, exclude=["lemmatizer", "textcat"])
        except OSError as error:
            raise NoModel(f"the spaCy model {package!r} is not there: {error}") from None
        meta: Mapping[str, str] = self._pipeline.meta
        self._language = meta.get("lang", "")
        self.name = f"{self._language}_{meta.get('name', package)} {meta.get('version', '')}".strip()

    def find(self, text: str, language: str) -> Iterator[Named]:
        """Yields names in texts of the model's own language; other texts are left to the rules."""
        if language != self._language and self._language != "xx":
            return
        for entity in self._pipeline(text).ents:
            kind = _KINDS.get(entity.label_)
            if kind:
                yield Named(kind, entity.start_char, entity.end_char, CONFIDENCE, self.name)
