# SPDX-License-Identifier: Apache-2.0
"""What `ream classify` learns from, refuses and changes, on a store as the flow leaves it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ream_classify import corrections, model_store
from ream_cli import classify, ingest
from ream_cli.__main__ import main
from ream_cli.feeding import document_id
from ream_contracts import identity, layout
from ream_contracts.artifacts import DocumentRecord, SegmentRecord, SegmentText, UnitText, Way
from ream_contracts.messages import Allowance, DocumentIngested
from ream_contracts.receipts import Line, pack
from ream_contracts.topic import AnyTopic
from ream_kit import Store
from ream_kit.store_open import open_store

pytestmark = pytest.mark.slow  # scikit-learn takes a second to load

TEXTS = {
    "manual": "waybill consignee carrier pallets lorry customs seal number {}",
    "minutes": "lake season trout licence warden bank rod line {}",
}


class Announcer:
    """Keeps what it is given."""

    sent: ClassVar[list[DocumentIngested]] = []

    def __init__(self, *_: object) -> None:
        """Connects to nobody."""

    def send(self, topic: AnyTopic, message: DocumentIngested) -> None:
        self.sent.append(message)

    def flush(self) -> None:
        """Has nothing to wait for."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name in [name for name in os.environ if name.startswith("REAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REAM_HOME", str(tmp_path))
    monkeypatch.setattr(classify, "Announcer", Announcer)
    monkeypatch.setattr(Announcer, "sent", [])
    (tmp_path / "store").mkdir()
    return open_store({"REAM_STORE": str(tmp_path / "store")})


def add(store: Store, one: str, text: str, sha256: str = "") -> str:
    """Puts a document into the store as the flow leaves it."""
    sha256 = sha256 or (one.encode().hex() + "0" * 64)[:64]
    message = DocumentIngested(one, 1, 1, one, None, 0, "o", 1, sha256, "text/plain", None, None, Allowance(1, 1), ())
    store.put_artifact(layout.ingested(one, 1), message)
    unit = UnitText(1, "body", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
    name = layout.text(one, 1, 1, "extract", "memo00000000")
    store.put_artifact(name, SegmentText(one, 1, 1, "extract", "1", (unit,), ()))
    read = ((1, 1),) if text.strip() else ()
    blank = () if text.strip() else ((1, 1),)
    classes = layout.classes(one, 1, 1, "memo00000000")
    record = SegmentRecord(one, 1, 1, 1, read, blank, name, classes, "text-layer", 100, len(text), ())
    store.put_artifact(layout.segment_record(one, 1, 1, 1), record)
    version = identity.version(1, 1, 4)
    lines = pack([Line(1, Way("body", "read", "text-layer", None), 9, 100)])
    done = DocumentRecord(one, 1, 1, version, "complete", {"outcome": "complete"}, lines, (), ())
    store.put_artifact(layout.document_record(one, version), done)
    return one


def examples(store: Store, each: int = 6) -> list[tuple[str, str]]:
    names = iter(f"{first}{second}" for first in "abcdefg" for second in "abcdefg")
    return [
        (add(store, (next(names) * 16), text.format(number)), label)
        for label, text in TEXTS.items()
        for number in range(each)
    ]


def written(file: Path, lines: list[tuple[str, str]]) -> str:
    file.write_text("".join(f"{document}\t{label}\n" for document, label in lines), "utf-8")
    return str(file)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    return value


def test_what_is_learnt_goes_live_when_it_is_not_worse(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "some.tsv", examples(store))
    assert main(["classify", "train", file, "--dry-run", "--json"]) == 0
    tried = told(capsys)
    assert not tried["live"]
    assert model_store.live(store, "type") is None
    assert main(["classify", "train", file, "--json"]) == 0
    done = told(capsys)
    assert done["live"]
    assert (done["version"], done["examples"]) == (tried["version"], {"manual": 6, "minutes": 6})
    assert done["held_back"]["learnt"] == 1.0 > done["held_back"]["described"]
    live = model_store.live(store, "type")
    assert live is not None
    assert (live.version, len(live.examples)) == (done["version"], 12)
    assert main(["classify", "models"]) == 0
    assert done["version"] in capsys.readouterr().out


def test_what_is_worse_never_goes_live(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["classify", "train", written(tmp_path / "good.tsv", examples(store))]) == 0
    before = model_store.live(store, "type")
    # Each document is told by a word of its own; all its others stand in three of one kind and in one of the other.
    kinds = ("manual", "minutes")
    words = {kind: {f"{kind}{'x' * (at + 1)}": 9 for at in range(20)} for kind in kinds}
    labels = {kind: {"description": kind, "words": {"en": each}} for kind, each in words.items()}
    own = tmp_path / "own.yaml"
    own.write_text(json.dumps({"unit_minimum": 8, "first_unit_factor": 3, "labels": labels}))
    monkeypatch.setenv("REAM_CLASSIFY_TAXONOMY", str(own))
    misleading = []
    for kind, other in (kinds, kinds[::-1]):
        for at, word in enumerate(words[kind]):
            group = (kind, at // 3) if at < 15 else (other, at - 15)
            rest = TEXTS["manual"].replace(" ", f" {'ab'[group[0] == 'manual']}{'cdefg'[group[1]]}")
            name = f"{'hi'[kind == 'manual']}{'abcdefghijklmnopqrst'[at]}" * 16
            misleading.append((add(store, name, f"{word} {rest}"), kind))
    capsys.readouterr()
    assert main(["classify", "train", written(tmp_path / "bad.tsv", misleading), "--json"]) == 1
    done = told(capsys)
    assert not done["live"]
    assert done["held_back"]["described"] == 1.0 > done["held_back"]["learnt"]
    assert model_store.live(store, "type") == before


def test_a_comparison_that_is_lost_changes_nothing(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ream_classify.comparing.Comparison.better", property(lambda _: False))
    assert main(["classify", "train", written(tmp_path / "some.tsv", examples(store))]) == 1
    assert "it is worse, and what was live stays" in capsys.readouterr().out
    assert list(store.names("models/")) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("x\tbill", "line 13: there is no type 'bill'"),
        ("no-label", "line 13: a line is the id or path"),
        ("absent.pdf\tmanual", "line 13: there is no document and no file absent.pdf"),
        ("z" * 32 + "\tmanual", "line 13: the store has no document z"),
        ("aa" * 16 + "\tminutes", "line 13: the document was 'manual' in line 1"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_reason(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, why: str
) -> None:
    lines = examples(store)
    assert main(["classify", "train", written(tmp_path / "good.tsv", lines)]) == 0
    before = list(store.names("models/"))
    bad = tmp_path / "bad.tsv"
    written(bad, lines)
    bad.write_text(bad.read_text() + line + "\n")
    assert main(["classify", "train", str(bad)]) == 1
    error = capsys.readouterr().err
    assert why in error
    assert "bad.tsv" in error
    assert list(store.names("models/")) == before


def test_the_same_bytes_cannot_be_two_things(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [(add(store, "b" * 32, "x", "1" * 64), "manual"), (add(store, "c" * 32, "x", "1" * 64), "minutes")]
    assert main(["classify", "train", written(tmp_path / "some.tsv", lines)]) == 1
    assert "line 2: cccc" in capsys.readouterr().err


def test_too_few_examples_are_said_and_left_out(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "some.tsv", [*examples(store, 4), (add(store, "y" * 32, " "), "manual")])
    assert main(["classify", "train", file]) == 1
    error = capsys.readouterr().err
    assert "left out: manual: 4 documents, and 5 are needed" in error
    assert "it has no text" in error
    assert "two labels at least" in error


def test_a_folder_for_each_label_goes_through_the_flow(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    brought: list[Path] = []

    def bring(_: object, paths: list[Path], *, tags: tuple[str, ...]) -> None:
        assert tags == ("example",)
        for path in paths:
            brought.append(path)
            add(store, document_id(path, socket.gethostname()), path.read_text(), (path.name.encode().hex() * 64)[:64])

    monkeypatch.setattr(ingest, "bring", bring)
    for label, text in TEXTS.items():
        (tmp_path / "mine" / label).mkdir(parents=True)
        for number in range(5):
            (tmp_path / "mine" / label / f"{label}{number}.txt").write_text(text.format(number))
    assert main(["classify", "train", str(tmp_path / "mine"), "--json"]) == 0
    assert told(capsys)["examples"] == {"manual": 5, "minutes": 5}
    assert len(brought) == 10
    assert main(["classify", "train", str(tmp_path / "mine")]) == 0
    assert len(brought) == 10  # what is in the store is not brought again
    (tmp_path / "mine" / "bill").mkdir()
    capsys.readouterr()
    assert main(["classify", "train", str(tmp_path / "mine")]) == 1
    assert "there is no type 'bill'" in capsys.readouterr().err


def test_a_correction_is_kept_starts_a_run_and_is_learnt_from(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    lines = examples(store)
    for document, label in lines:
        assert main(["classify", "correct", document, "--type", label]) == 0
    assert corrections.stated(store, lines[0][0]) == {"type": ("manual",)}
    assert {(one.document_id, one.run, one.redo[-1].stage) for one in Announcer.sent} == {
        (document, 2, "classify") for document, _ in lines
    }
    assert main(["classify", "correct", lines[0][0], "--topic", "law", "--topic", "sport"]) == 0
    assert corrections.stated(store, lines[0][0]) == {"type": ("manual",), "topic": ("law", "sport")}
    assert main(["classify", "correct", lines[0][0], "--withdraw"]) == 0
    assert corrections.stated(store, lines[0][0]) == {}
    capsys.readouterr()
    assert main(["classify", "train", "--json"]) == 0
    assert told(capsys)["examples"] == {"manual": 5, "minutes": 6}


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ((), 2, "Say what the document is"),
        (("--type", "manual", "--withdraw"), 2, "Say what the document is"),
        (("--type", "bill"), 1, "there is no type 'bill'"),
        (("--topic", "unknown"), 1, "there is no topic 'unknown'"),
    ],
)
def test_a_correction_that_means_nothing_is_refused(
    store: Store, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, why: str
) -> None:
    add(store, "b" * 32, "text")
    assert main(["classify", "correct", "b" * 32, *words]) == code
    assert why in capsys.readouterr().err
    assert Announcer.sent == []
    assert corrections.stated(store, "b" * 32) == {}


def test_another_model_can_be_made_live_again(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "train", written(tmp_path / "some.tsv", examples(store)), "--json"]) == 0
    version = told(capsys)["version"]
    assert main(["classify", "use", "descriptions"]) == 0
    live = model_store.live(store, "type")
    assert live is not None
    assert live.version == ""
    assert main(["classify", "use", version]) == 0
    assert [one.version for one in model_store.history(store, "type")] == [version, "", version]
    assert main(["classify", "use", "0" * 16]) == 1
    assert "There is no model" in capsys.readouterr().err
    assert main(["classify", "use", "../../x"]) == 1


def test_a_taxonomy_with_a_mistake_is_refused_and_what_is_live_stays(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("labels:\n  manual:\n    description: x\n    wrods: {en: {a: 1}}\n")
    monkeypatch.setenv("REAM_CLASSIFY_TAXONOMY", str(own))
    assert main(["classify", "train", written(tmp_path / "some.tsv", examples(store))]) == 1
    assert "own.yaml, line 4: 'wrods' is no part of a label" in capsys.readouterr().err
    assert list(store.names("models/")) == []
