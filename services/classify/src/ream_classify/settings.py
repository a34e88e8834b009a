# SPDX-License-Identifier: Apache-2.0
"""What a person can set for classify, read from REAM_CLASSIFY_…."""

from dataclasses import dataclass
from pathlib import Path

from ream_kit.settings import SettingsError, setting


@dataclass(frozen=True, slots=True)
class ClassifySettings:
    """What to classify by."""

    taxonomy: str = setting("", "file with the types of documents; without one, those that ship")
    markings: str = setting("", "file with the marked words; without one, those that ship")
    topics: str = setting("", "file with the topics; without one, those that ship")
    spacy_model: str = setting("", "name or folder of a spaCy model that also finds names; spaCy is yours to install")
    findings: int = setting(500, "findings listed of each kind in a segment; all are counted")

    def __post_init__(self) -> None:
        if not 0 <= self.findings <= 100_000:
            raise SettingsError(f"REAM_CLASSIFY_FINDINGS={self.findings}: give 0 to 100000")

    def files(self) -> dict[str, Path | None]:
        """The files of rules that a person named, by kind; None where those that ship are to be used."""
        named = {"taxonomy": self.taxonomy, "markings": self.markings, "topics": self.topics}
        return {kind: Path(file) if file else None for kind, file in named.items()}
