# SPDX-License-Identifier: Apache-2.0
"""A document that comes again with the same run heals: what failed is read, what stands is not counted twice."""

import io

import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_aggregate.fanin import Answered, take
from ream_classify.service import classify
from ream_contracts import identity, layout, topics
from ream_contracts.codec import encode
from ream_contracts.messages import Allowance, DocumentCompleted, DocumentIngested, PartOpened
from ream_extract.reader import Reader
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_extract.testing import Cells
from ream_kit import Store
from ream_kit.cells import CellDied
from ream_kit.testing import LocalBus, memory_store

ID = identity.document_id("test", "healing")
PAGES = 20


def document(store: Store) -> DocumentIngested:
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1)
    for number in range(1, PAGES + 1):
        canvas.drawString(72, 700, f"The words of page {number} are here for everyone to read.")
        canvas.showPage()
    canvas.save()
    data = held.getvalue()
    store.put(layout.original(ID, 1), data)
    return DocumentIngested(
        document_id=ID, generation=1, run=1, root_id=ID, parent_id=None, depth=0, object=layout.original(ID, 1),
        size=len(data), sha256="0" * 64, media_type="application/pdf", duplicate_of=None, refused=None,
        allowance=Allowance(10, 1 << 20), redo=(),
    )  # fmt: skip


def merged(bus: LocalBus) -> DocumentCompleted | None:
    """Gives every part that was ever sent to aggregate; returns the last completion."""
    opened = PartOpened(
        document_id=ID, generation=1, run=1, root_id=ID, parent_id=None, media_type="application/pdf", size=1
    )
    held, completed = None, None
    for offset, part in enumerate([opened, *bus.sent(topics.DOCUMENTS_PARTS)]):
        answer = take(ID.encode(), encode(part), offset, held)
        assert isinstance(answer, Answered)
        held = answer.entry
        completed = answer.completed or completed
    return completed


@pytest.mark.slow
@pytest.mark.parametrize("poison", [{2}, {1}, {16, 17}])
def test_the_same_run_heals(poison: set[int]) -> None:
    store, cells = memory_store(), Cells()
    reader = Reader(cells, cells, None, ExtractSettings())
    ingested = document(store)
    cells.poison = {unit: CellDied("out-of-memory") for unit in poison}
    with LocalBus(extract, classify, store=store, needs={"reader": reader}) as bus:

        def deliver() -> DocumentCompleted:
            bus.put(topics.DOCUMENTS_INGESTED, ingested)
            bus.run()
            completed = merged(bus)
            assert completed is not None
            assert bus.dead_letters == []
            return completed

        first = deliver()
        assert first.outcome == "partial"
        again = deliver()
        assert (again.outcome, again.version) == ("partial", first.version)
        cells.poison = {}
        for _ in range(2):
            healed = deliver()
            assert healed.outcome == "complete"
            assert healed.version > first.version
            text = store.text(healed)
            assert [text.count(f"The words of page {number} are") for number in range(1, PAGES + 1)] == [1] * PAGES
            assert healed.characters == sum(len(line) for line in text.split("\n\n"))
