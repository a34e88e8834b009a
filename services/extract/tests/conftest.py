# SPDX-License-Identifier: Apache-2.0
"""The stage on a bus in memory; its cell is this process."""

from collections.abc import Iterator

import pytest

from ream_extract.reader import Reader
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_extract.testing import Cells, NoOffice
from ream_kit import Store
from ream_kit.testing import LocalBus, memory_store


@pytest.fixture
def cells() -> Cells:
    """Where documents are read."""
    return Cells()


@pytest.fixture
def store() -> Store:
    """Where objects lie."""
    return memory_store()


@pytest.fixture
def bus(cells: Cells, store: Store) -> Iterator[LocalBus]:
    """The stage with these cells and this store, and without LibreOffice."""
    reader = Reader(cells, cells, NoOffice(), ExtractSettings())
    with LocalBus(extract, store=store, needs={"reader": reader}) as made:
        yield made
