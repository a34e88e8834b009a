# SPDX-License-Identifier: Apache-2.0
"""What is searched is not thrown away, whatever name it was built under."""

from datetime import date
from typing import cast

import pytest
from opensearchpy import OpenSearch

from ream_index.next_indices import Builder, Pair
from ream_index.replacing import InUse, Replacing
from ream_index.settings import IndexSettings
from ream_kit.testing import memory_store

DAY = date(2026, 1, 5)
OF_DAY = Pair("t-as-of-2026-01-05-documents-v1-000001", "t-as-of-2026-01-05-passages-v1-000001")
OF_TODAY = Pair("t-documents-v1-000001", "t-passages-v1-000001")


class Silent:
    """Listens, and says nothing."""

    def said(self, sentence: str) -> None:
        """See Listener."""

    def progress(self, part: float, documents: int, passages: int) -> None:
        """See Listener."""


class Made(Exception):
    """The building has begun."""


@pytest.mark.parametrize(("searched", "thrown_away", "ends"), [(OF_DAY, [], InUse), (OF_TODAY, [OF_DAY], Made)])
def test_the_index_of_a_day_is_thrown_away_only_while_nobody_searches_it(
    searched: Pair, thrown_away: list[Pair], ends: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[Pair] = []

    def make(_: Builder) -> Pair:
        raise Made

    monkeypatch.setattr(Builder, "current", lambda builder: searched if builder._prefix == "t-" else OF_DAY)
    monkeypatch.setattr(Builder, "give_up", lambda _, pair: gone.append(pair))
    monkeypatch.setattr(Builder, "make", make)
    replacing = Replacing(memory_store(), cast(OpenSearch, None), IndexSettings("t-"), Silent())
    with pytest.raises(ends):
        replacing.as_of(DAY, restart=True)
    assert gone == thrown_away
