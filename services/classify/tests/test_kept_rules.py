# SPDX-License-Identifier: Apache-2.0
"""A file of rules with a mistake is refused with line and reason, and the last one that could be used stays."""

from pathlib import Path

import pytest

from ream_classify import kept_rules, rules
from ream_classify.service import open_rules
from ream_contracts import layout
from ream_kit import Retry, Store
from ream_kit.store_memory import MemoryBlobs
from ream_kit.store_open import open_store

NOTE = "labels:\n  note:\n    description: A note.\n    words: {en: {note: 9}}\n"
OTHER = NOTE.replace("9", "7")
BAD = NOTE.replace("9", "99")
GOOD = {
    "taxonomy": NOTE,
    "markings": "public:\n  en: [open]\n",
    "topics": "labels:\n  boats:\n    description: Boats.\n    words: {en: {4: [oar]}}\n",
}


class Away(MemoryBlobs):
    """A store that does not answer."""

    def _refuse(self, *_: object) -> None:
        raise Retry("store", "no answer")

    put = names = read = _refuse  # type: ignore[assignment]


@pytest.fixture
def store() -> Store:
    return Store(MemoryBlobs())


def used(store: Store, own: Path, kind: str = "taxonomy") -> tuple[str, tuple[str, ...]]:
    texts, refused = kept_rules.usable({kind: own}, store)
    return texts[kind][0], refused


def written(folder: Path, text: str) -> Path:
    (folder / "own.yaml").write_text(text, "utf-8")
    return folder / "own.yaml"


@pytest.mark.parametrize("kind", GOOD)
def test_the_old_one_stays_and_the_mistake_is_named(kind: str, store: Store, tmp_path: Path) -> None:
    assert used(store, written(tmp_path, GOOD[kind]), kind) == (GOOD[kind], ())
    text, (refused,) = used(store, written(tmp_path, f"{GOOD[kind]}oops"), kind)
    assert text == GOOD[kind]
    assert "own.yaml, line " in refused
    assert rules.version_of(GOOD[kind]) in refused
    assert "ream classify check" in refused


def test_the_last_of_several_good_ones_stays(store: Store, tmp_path: Path) -> None:
    for text in (NOTE, NOTE, OTHER):
        assert used(store, written(tmp_path, text)) == (text, ())
    assert [store.get(name).decode() for name in sorted(store.names(layout.kept_rules("taxonomy")))] == [NOTE, OTHER]
    text, (refused,) = used(store, written(tmp_path, BAD))
    assert text == OTHER
    assert "own.yaml, line 4: the weight of 'note'" in refused
    assert used(store, written(tmp_path, NOTE)) == (NOTE, ())
    (tmp_path / "own.yaml").unlink()
    assert used(store, tmp_path / "own.yaml")[0] == NOTE


def test_without_a_good_one_what_ships_serves(store: Store, tmp_path: Path) -> None:
    text, (refused,) = used(store, written(tmp_path, BAD))
    assert text == rules.text_of(None, "taxonomy.yaml")[0]
    assert "the taxonomy that ships" in refused
    assert list(store.names("rules/")) == []


def test_a_kept_one_that_this_version_cannot_use_is_passed_over(store: Store, tmp_path: Path) -> None:
    store.put(layout.kept_rule("taxonomy", 1), NOTE.encode())
    store.put(layout.kept_rule("taxonomy", 2), BAD.encode())
    store.put(layout.kept_rule("taxonomy", 3), b"\xff")
    assert used(store, written(tmp_path, "labels: ["))[0] == NOTE


def test_a_store_that_is_away_matters_only_where_something_must_stand_in(tmp_path: Path) -> None:
    away = Store(Away())
    assert used(away, written(tmp_path, NOTE)) == (NOTE, ())
    with pytest.raises(Retry):
        used(away, written(tmp_path, BAD))


@pytest.mark.slow
def test_classify_starts_with_a_bad_file_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REAM_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("REAM_CLASSIFY_TAXONOMY", str(written(tmp_path, NOTE)))
    with open_rules() as good:
        assert not good.complaints()
    written(tmp_path, BAD)
    with open_rules() as opened:
        assert opened.fingerprint == good.fingerprint
        assert "line 4" in opened.complaints()[0]
    assert list(open_store({"REAM_STORE": str(tmp_path / "store")}).names("rules/"))
