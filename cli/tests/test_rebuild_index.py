# SPDX-License-Identifier: Apache-2.0
"""Building an index anew deletes nothing that is searched, and nothing without being told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from ream_cli import rebuild_index
from ream_cli.__main__ import main
from ream_index.next_indices import Pair
from ream_index.replacing import Built, InUse

NEW, OLD = Pair("new-documents", "new-passages"), Pair("old-documents", "old-passages")
AS_OF = ("rebuild-index", "--as-of", "2026-01-05")


class Replacing:
    """Builds nothing; keeps what it was told to delete."""

    deleted: list[Pair]
    in_use = False

    def __init__(self, *_: object) -> None:
        """Connects to nobody."""

    def as_of(self, *_: object, switch: bool, restart: bool) -> Built:
        if self.in_use and restart:
            raise InUse(NEW)
        return Built(NEW, OLD if switch else None)

    def anew(self, *, restart: bool) -> Built:
        return Built(NEW, OLD)

    def delete(self, pair: Pair) -> None:
        self.deleted.append(pair)


@pytest.fixture(autouse=True)
def replacing(monkeypatch: pytest.MonkeyPatch) -> type[Replacing]:
    @contextmanager
    def opensearch(*_: object, **__: object) -> Iterator[None]:
        yield None

    surroundings: Any = SimpleNamespace(administrator="admin", store=lambda: None, environ={}, opensearch=opensearch)
    monkeypatch.setattr(rebuild_index, "find", lambda: surroundings)
    monkeypatch.setattr(rebuild_index, "Replacing", Replacing)
    monkeypatch.setattr(Replacing, "deleted", [], raising=False)
    monkeypatch.setattr(Replacing, "in_use", False)
    return Replacing


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["rebuild-index", "--switch"], "--switch belongs to --as-of"),
        ([*AS_OF, "--delete-old"], "--delete-old needs an index whose place is taken"),
        (["rebuild-index", "--abandon", "--delete-old"], "--delete-old needs an index whose place is taken"),
        ([*AS_OF, "--switch", "--delete-old"], "Say --yes to delete it"),
        ([*AS_OF, "--switch", "--delete-old", "--json"], "Say --yes to delete it"),
    ],
)
def test_what_deletes_nothing_or_too_much_is_refused_before_anything_is_built(
    replacing: type[Replacing], words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert sentence in capsys.readouterr().err
    assert replacing.deleted == []


@pytest.mark.parametrize(
    ("words", "deleted"),
    [
        ([*AS_OF, "--switch"], []),
        ([*AS_OF, "--switch", "--delete-old", "--yes"], [OLD]),
        (["rebuild-index"], []),
        (["rebuild-index", "--delete-old"], [OLD]),
    ],
)
def test_the_old_index_is_deleted_for_who_says_so(
    replacing: type[Replacing], words: list[str], deleted: list[Pair]
) -> None:
    assert main(words) == 0
    assert replacing.deleted == deleted


@pytest.mark.parametrize(("answer", "code"), [("", 2), ("n", 2), ("y", 0)])
def test_who_sits_at_a_terminal_is_asked(
    replacing: type[Replacing], answer: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert main([*AS_OF, "--switch", "--delete-old"]) == code
    assert replacing.deleted == ([OLD] if code == 0 else [])


def test_what_is_searched_is_not_built_again_from_nothing(
    replacing: type[Replacing], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replacing, "in_use", True)
    assert main([*AS_OF, "--restart"]) == 1
    assert "new-documents and new-passages are what is searched" in capsys.readouterr().err
