# SPDX-License-Identifier: Apache-2.0
"""Decides what is sent for documents without an answer: once more, then that what is missing has expired."""

from dataclasses import dataclass

from ream_sweep.ledger import Ledger, Owed, Unembedded
from ream_sweep.wave import TO_VECTORS, Progress, Wave, advance, begin

LONGEST_PAUSE = 10
"""Power of two of the waves that a document without an answer waits at most: its next record on
documents.ingested comes long before the last is deleted, so that a ledger made anew knows of it."""

MOST_FOR_VECTORS = 3
"""So often a document is sent again for the sake of its vectors: whoever can have none has a dead letter by then."""


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Send documents.ingested of this generation's newest run once more."""

    document_id: str
    generation: int
    run: int


@dataclass(frozen=True, slots=True)
class Expire:
    """Say that every unit without an answer has expired."""

    document_id: str
    generation: int
    run: int


@dataclass(frozen=True, slots=True)
class Embed:
    """Send documents.ingested of this generation's newest run once more, so that its vectors are made."""

    document_id: str
    generation: int
    run: int


Action = SendAgain | Expire


class Sweeper:
    """Waves one after another over a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._wave: Wave | None = None
        self.number = 0

    @property
    def wave(self) -> Wave | None:
        """The wave on its way, None before the first."""
        return self._wave

    def tick(self, progress: Progress) -> list[Action]:
        """Moves the wave; returns what to send when it has arrived: the next one begins with the next call.

        What is not said to be `sent` before that is decided again by the wave after.
        """
        if self._wave is None:
            self._wave = begin(progress)
        self._wave = advance(self._wave, progress)
        if not self._wave.arrived:
            return []
        arrived, self._wave, self.number = self._wave, None, self.number + 1
        held = [owed for owed in self._ledger.unanswered() if arrived.holds(owed.partition, owed.offset)]
        return [action for action in map(self._decide, held) if action is not None]

    def sent(self, action: Action) -> None:
        """Takes note that what this wave decided has arrived: only then does the next step follow from it."""
        self._ledger.acted(action.document_id, action.generation, self.number)

    def _decide(self, owed: Owed) -> Action | None:
        # Sent again, then expired, and if even that was swallowed the same again, each time after twice as many waves:
        # nothing is ever given up silently, and a flow that is broken is not flooded.
        pause = 2 ** min(max(owed.tries - 2, 0), LONGEST_PAUSE)
        if owed.tries and self.number - owed.acted_at < pause:
            return None
        # What a newer generation has overtaken is not worked on again: any part makes aggregate say how it ended.
        kind = Expire if owed.overtaken or owed.tries % 2 else SendAgain
        return kind(owed.document_id, owed.generation, owed.run)


class Embedding:
    """Waves of their own for vectors, which hold up nothing and are held up by nobody but vectors.

    What is sent again comes to vectors by the whole way of a document. So the next look at it is after waves of that
    way too, and not before the repeated completion may have been passed.
    """

    def __init__(self, ledger: Ledger, sweeper: Sweeper) -> None:
        self._ledger, self._sweeper = ledger, sweeper
        self._wave: Wave | None = None

    @property
    def wave(self) -> Wave | None:
        """The wave on its way, None before the first."""
        return self._wave

    def tick(self, progress: Progress) -> list[Embed]:
        """Moves the wave; returns what vectors has passed and made no vectors of, when it has arrived."""
        if self._wave is None:
            # What sweep has heard of by now lies before the ends that the wave begins at.
            self._wave = begin(progress, TO_VECTORS)
            self._ledger.hold_unembedded()
        self._wave = advance(self._wave, progress)
        if not self._wave.arrived:
            return []
        self._wave = None
        held = self._ledger.unembedded()
        return [Embed(one.document_id, one.generation, one.run) for one in held if self._is_due(one)]

    def sent(self, action: Embed) -> None:
        """Takes note that it has arrived."""
        self._ledger.acted_for_vectors(action.document_id, action.generation, self._sweeper.number)

    def _is_due(self, owed: Unembedded) -> bool:
        # The wave that is on its way when something is sent does not hold it; the one after does.
        passed = self._sweeper.number - owed.acted_at
        return not owed.tries or (owed.tries < MOST_FOR_VECTORS and passed >= 2**owed.tries)
