# SPDX-License-Identifier: Apache-2.0
"""What one record does to the table and to the topics."""

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from ream_aggregate.fanin import MAX_PART_BYTES, Answered, Passed, Refused, take
from ream_aggregate.state import loads
from ream_contracts import codec, topics
from ream_hostile import wire

DOCUMENT = "a" * 32
KEY = DOCUMENT.encode()


def part(kind: str, generation: int = 1, run: int = 1, **fields: Any) -> bytes:
    about = {"root_id": DOCUMENT, "parent_id": None, "media_type": "text/plain", "size": 3}
    plan = {"manifest": "m.json", "unit_kind": "page", "units": 1, "beyond": 0, "verdict": None, "cause": None}
    answer = {
        "branch": "text",
        "segment": 1,
        "read": [[1, 1]],
        "not_applicable": [],
        "record": "r.json",
        "characters": 5,
        "children": 0,
        "scores": {},
    }
    own = {"opened": about, "manifest": {**about, **plan}, "segment": answer, "forget": {}, "expired": {}}[kind]
    return json.dumps(
        {"part": kind, "document_id": DOCUMENT, "generation": generation, "run": run, **own, **fields}
    ).encode()


def entry(*values: bytes, key: bytes = KEY) -> bytes:
    held: bytes | None = None
    for offset, value in enumerate(values):
        effect = take(key, value, offset, held)
        assert isinstance(effect, Answered)
        held = effect.entry
    assert held is not None
    return held


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{not json",
        b"[]",
        b"null",
        b'{"part":"opened"}',
        b"\xff\xfe",
        b"[" * 30_000,
        part("segment", read=[[0, 1]]),
        part("manifest", units=-1),
        part("opened", generation=0),
        part("opened", media_type="text/plain; name=secret.txt"),
    ],
)
def test_what_is_no_part_is_refused(value: bytes | None) -> None:
    effect = take(KEY, value, 0, None)
    assert isinstance(effect, Refused)
    assert effect.cause == "malformed"
    assert "secret" not in effect.detail


@pytest.mark.parametrize("key", [None, b"", b"b" * 32, b"\xff\xff", b"x" * 900_000])
def test_a_key_that_is_not_the_document_is_refused(key: bytes | None) -> None:
    assert take(key, part("opened"), 0, None) == Refused(
        "malformed", "the key of the record is not the document that the part speaks of"
    )


def test_a_part_over_64_kb_is_refused_before_it_is_decoded() -> None:
    value = part("opened") + b" " * (MAX_PART_BYTES - len(part("opened")))
    assert isinstance(take(KEY, value, 0, None), Answered)
    effect = take(KEY, value + b" ", 0, None)
    assert isinstance(effect, Refused)
    assert effect.cause == "too-large"


def test_a_part_of_an_unknown_document_is_refused() -> None:
    effect = take(KEY, part("segment"), 0, None)
    assert isinstance(effect, Refused)
    assert effect.cause == "no-entry"


def test_an_entry_that_could_not_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ream_aggregate.fanin.MAX_ENTRY_BYTES", 2_000)
    held = entry(part("opened"), part("manifest", units=400))
    causes = {f"type:label-{number}": 1 for number in range(200)}
    effect = take(KEY, part("segment", scores=causes), 9, held)
    assert isinstance(effect, Refused)
    assert effect.cause == "too-large"


def test_a_document_completes_with_its_last_answer() -> None:
    held = entry(part("opened"), part("manifest"))
    effect = take(KEY, part("segment"), 2, held)
    assert isinstance(effect, Answered)
    assert effect.completed is not None
    assert effect.completed.outcome == "complete"
    assert effect.entry is not None
    assert loads(DOCUMENT, effect.entry).announced_by == 2


def test_a_repetition_writes_the_entry_again_and_says_nothing() -> None:
    """The changelog may lack what the local files have: only the record's second reading tells."""
    held = entry(part("opened"), part("manifest"), part("segment"))
    effect = take(KEY, part("segment"), 3, held)
    assert effect == Answered(held)


def test_an_earlier_run_changes_nothing() -> None:
    held = entry(part("opened", run=2))
    assert take(KEY, part("manifest"), 1, held) == Passed()


def test_forget_removes_the_entry() -> None:
    held = entry(part("opened"))
    assert take(KEY, part("forget"), 1, held) == Answered(None)


@pytest.mark.parametrize(
    ("before", "now", "starts", "superseded"),
    [
        ((part("opened"),), part("manifest"), False, False),
        ((part("opened"),), part("opened", run=2), True, False),
        ((part("opened"),), part("opened", generation=2), True, True),
        ((part("opened"), part("manifest"), part("segment")), part("opened", generation=2), True, False),
    ],
)
def test_a_new_generation_ends_one_that_had_no_end(
    before: tuple[bytes, ...], now: bytes, starts: bool, superseded: bool
) -> None:
    effect = take(KEY, now, 9, entry(*before))
    assert isinstance(effect, Answered)
    assert effect.starts == starts
    assert [(ended.generation, ended.outcome) for ended in effect.first] == [(1, "superseded")] * superseded


def ends(effect: object) -> list[tuple[int, str]]:
    """What is said before the entry is written, in turn."""
    assert isinstance(effect, Answered)
    return [(ended.generation, ended.outcome) for ended in effect.first]


@pytest.mark.parametrize("kind", ["opened", "manifest", "segment"])
def test_a_generation_that_comes_after_a_newer_one_ends_once(kind: str) -> None:
    late = take(KEY, part(kind, size=9) if kind != "segment" else part(kind), 5, held := entry(part("opened", 2)))
    assert isinstance(late, Answered)
    assert (ends(late), late.completed, late.starts) == ([(1, "superseded")], None, False)
    assert (late.first[0].root_id, late.first[0].size) == (DOCUMENT, 9 if kind != "segment" else 3)
    assert late.entry is not None
    assert replace(loads(DOCUMENT, late.entry), ended=()) == loads(DOCUMENT, held)
    # Written again: the changelog may lack what the local files have.
    assert take(KEY, part(kind), 6, late.entry) == Answered(late.entry)
    assert take(KEY, part("opened", 1, 2), 7, late.entry) == Answered(late.entry)


def test_the_newest_outcome_stays_the_last_on_the_compacted_topic() -> None:
    held = entry(part("opened", 2), part("manifest", 2), part("segment", 2))
    assert ends(take(KEY, part("opened"), 5, held)) == [(1, "superseded"), (2, "complete")]


def test_a_generation_between_two_others_ends_too() -> None:
    held = entry(part("opened", 1), part("opened", 4), part("opened", 2), part("opened", 3))
    assert loads(DOCUMENT, held).ended == ((1, 3),)
    assert ends(take(KEY, part("opened", 5), 5, held)) == [(4, "superseded")]


def test_a_forget_ends_no_generation() -> None:
    assert take(KEY, part("forget"), 1, entry(part("opened", 2))) == Passed()


def test_a_generation_that_had_an_outcome_keeps_it_when_it_is_replaced_in_a_later_run() -> None:
    held = entry(part("opened"), part("manifest"), part("segment"), part("manifest", run=2))
    assert ends(take(KEY, part("opened", 2), 5, held)) == []
    held = entry(part("opened"), part("manifest"), part("manifest", run=2))
    assert ends(take(KEY, part("opened", 2), 5, held)) == [(1, "superseded")]


def test_an_entry_of_before_generations_were_remembered_is_read() -> None:
    value = json.loads(entry(part("opened")))
    assert "ended" not in value
    assert loads(DOCUMENT, json.dumps(value).encode()).ended == ()


def test_a_table_of_another_version_is_our_fault_and_no_record_s() -> None:
    with pytest.raises(ValueError, match="version"):
        take(KEY, part("opened"), 0, b'{"v":0}')


MOST = 2**63 - 1


@pytest.mark.parametrize("example", list(wire.examples(topics.DOCUMENTS_PARTS, "valid")), ids=lambda one: one.what)
def test_no_value_of_any_field_ends_the_worker(example: wire.Record) -> None:
    """Each field of each kind of part with each absurd value, first of its document and after its plan."""
    assert example.key is not None
    assert example.value is not None
    fields = json.loads(example.value)
    about = {"document_id": fields["document_id"], "root_id": fields["document_id"]}
    planned = entry(*(part(kind, **about) for kind in ("opened", "manifest")), key=example.key)
    for name, absurd in itertools.product(fields, wire.ABSURD):
        value = json.dumps({**fields, name: absurd}).encode()
        for held in (None, planned):
            effect = take(example.key, value, 5, held)
            said = [*effect.first, effect.completed] if isinstance(effect, Answered) else []
            for completed in filter(None, said):
                codec.decode(topics.DOCUMENTS_COMPLETED, codec.encode(completed))


def test_absurd_numbers_are_refused_or_make_a_completion_that_can_be_sent() -> None:
    """Planted: digits that JSON and schema allow, and whose sums no process could write."""
    digits = b"9" * 4_300
    endless = part("manifest").replace(b'"units": 1', b'"units": %s' % digits)
    assert endless != part("manifest")
    refused = take(KEY, endless, 1, None)
    assert isinstance(refused, Refused)
    assert refused.cause == "malformed"
    assert isinstance(take(KEY, part("opened", 2**23), 1, None), Refused)
    held = entry(part("opened"), part("manifest", units=MOST, beyond=MOST), part("segment", characters=MOST))
    failed = take(KEY, part("expired", units=[]), 4, held)
    assert isinstance(failed, Answered)
    assert failed.completed is not None
    assert failed.completed.units == MOST
    codec.decode(topics.DOCUMENTS_COMPLETED, codec.encode(failed.completed))
