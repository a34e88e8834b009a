# SPDX-License-Identifier: Apache-2.0
"""Holds that what is learnt from examples adds up, holds no words, and may go live only where it is not worse."""

import json
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_classify import learnt_file, taxonomy, topics
from ream_classify.comparing import Weighing, answer, compare, folds, summed, teachable
from ream_classify.document_type import Scorer, points_of
from ream_classify.labelling import labels_of, parse
from ream_classify.learnt import Model, words_of
from ream_classify.learnt_file import ModelError
from ream_classify.topics import points_of as topic_points
from ream_classify.training import MOST_UNITS, Example, learn, sampled
from ream_classify.yaml_lines import RuleError
from ream_contracts.artifacts import UnitText

pytestmark = pytest.mark.slow  # scikit-learn takes a second to load

WAYBILL = "waybill consignee carrier pallets loaded gross weight axle lorry customs seal"
PERMIT = "permit holder fishing lake season trout licence fee warden bank rod"
COMMON = ("the", "of", "and", "to", "in", "for", "with", "by")
RULES = """
unit_minimum: 8
first_unit_factor: 3
labels:
  waybill: {description: Goods on the road., by_examples: 1}
  permit: {description: Leave to do something., words: {en: {permit: 9}}}
"""
TYPES = taxonomy.load(RULES, "own.yaml")
LABELS = replace(labels_of("type", None), names=frozenset({"waybill", "permit", "unknown"}), by=Scorer(TYPES))
WEIGHING = Weighing(8, 3)


def unit(text: str, number: int = 1) -> UnitText:
    return UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())


def text_of(kind: str, seed: int) -> str:
    chance = Random(seed)
    words = chance.sample((WAYBILL if kind == "waybill" else PERMIT).split(), 7)
    return " ".join(
        [
            *words,
            "name" + kind[0] * (seed + 1),
            *chance.sample(COMMON, 4),
        ]
    )


def example(kind: str, seed: int, label: str = "") -> Example:
    return Example(f"{kind}-{seed}", (label or kind,), LABELS.units([unit(text_of(kind, seed))]))


EXAMPLES = [example(kind, seed) for kind in ("waybill", "permit") for seed in range(10)]


@cache
def the_model() -> Model:
    return learn("type", EXAMPLES)


def test_a_label_without_words_is_learnt_from_examples() -> None:
    scorer = Scorer(TYPES)
    seen = unit(text_of("waybill", 99))
    assert scorer.score(seen) == {}
    assert scorer.score(seen, the_model()).keys() == {"waybill"}
    assert scorer.score(unit(text_of("permit", 99)), the_model()).keys() == {"permit"}


def test_a_text_like_no_example_stays_what_the_descriptions_say() -> None:
    tale = unit("Once there was an old king who had three daughters and no sons, and loved the youngest most of all.")
    assert Scorer(TYPES).score(tale, the_model()) == {}
    assert the_model().points(words_of("")) == {}


@given(st.text(alphabet="abc 1.\n", max_size=40), st.integers(0, 20))
def test_evidence_adds_up_to_the_points(noise: str, seed: int) -> None:
    words = words_of(f"{text_of('waybill', seed)} {noise} {text_of('permit', seed)}")
    for factor in (1, 3):
        said = {label: topic_sum for label, topic_sum in the_model().points(words, factor).items() if topic_sum}
        assert {
            label: sum(one.points for one in each) for label, each in the_model().evidence(words, factor).items()
        } == said


def test_scores_of_a_unit_are_the_sum_of_descriptions_and_of_what_was_learnt() -> None:
    one = unit(f"permit {text_of('permit', 5)}")
    found = Scorer(TYPES).score(one, the_model())["permit"]
    assert (
        points_of(found) == Scorer(TYPES).described(one)["permit"] + the_model().points(words_of(one.text), 3)["permit"]
    )
    assert {each.source for each in found} == {"word", "learnt"}
    # What comparing adds up is what the stage adds up.
    assert summed(LABELS.units([one]), WEIGHING, the_model()) == {"permit": points_of(found)}


def test_topics_are_learnt_as_well() -> None:
    about = topics.load("unit_minimum: 6\nlabels:\n  lakes: {description: Water., by_examples: 1}\n", "own.yaml")
    named = {"permit": ("lakes",), "waybill": ("roads",)}
    model = learn("topic", [replace(one, labels=named[one.labels[0]]) for one in EXAMPLES])
    text = text_of("permit", 77)
    found = about.score(1, text, model)
    assert found.keys() == {"lakes"}  # the file of topics has no roads
    assert topic_points(found["lakes"]) == model.points(words_of(text))["lakes"]


def test_unknown_may_be_learnt_and_takes_points_from_labels_with_examples() -> None:
    notices = [
        replace(one, name=f"notice {one.name}", labels=("unknown",), units=LABELS.units([unit(f"permit {text}")]))
        for one in EXAMPLES[:10]
        for text in [f"permit office closed monday holiday notice citizens {one.name}"]
    ]
    one = unit("permit office closed monday notice")
    assert Scorer(TYPES).score(one).keys() == {"permit"}
    assert Scorer(TYPES).score(one, learn("type", [*EXAMPLES, *notices])) == {}


def test_the_same_examples_give_the_same_bytes_in_any_order() -> None:
    mixed = EXAMPLES.copy()
    Random(3).shuffle(mixed)
    assert learnt_file.dumps(learn("type", mixed)) == learnt_file.dumps(the_model())


def test_a_model_holds_no_word_and_nothing_that_one_document_alone_says() -> None:
    data = learnt_file.dumps(the_model())
    assert not any(word.encode() in data for word in ["consignee", "axle", "lorry", "trout", "namewwww", "waybill-3"])
    only = words_of("namewwww")
    assert not set(only.numbers.tolist()) & set(the_model().buckets.tolist())
    assert EXAMPLES[0].units[0].words.names == ()


def test_a_model_comes_back_as_it_was_written() -> None:
    back = learnt_file.loads(learnt_file.dumps(the_model()))
    assert (back.version, back.labels, back.examples) == (the_model().version, the_model().labels, the_model().examples)
    words = words_of(text_of("waybill", 4))
    assert back.evidence(words) == the_model().evidence(words)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 2}, "format 2"),
        ({"kind": "colour"}, "no kind"),
        ({"labels": ["waybill"]}, "do not fit"),
        ({"labels": ["waybill", "waybill"]}, "labels are none"),
        ({"buckets": "////"}, "damaged"),
        ({"scale": 0}, "out of range"),
        ({"scale": 1.5}, "out of range"),
        ({"weights": "no base64"}, "damaged"),
        ({"examples": 3}, "damaged"),
    ],
)
def test_a_damaged_model_is_refused(change: dict[str, object], why: str) -> None:
    value = {**json.loads(learnt_file.dumps(the_model())), **change}
    with pytest.raises(ModelError, match=why):
        learnt_file.loads(json.dumps(value).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\x80\x04", b'{"format": 1}', b"[" * 100_000])
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError):
        learnt_file.loads(data)


def test_each_example_is_held_back_once_and_every_label_is_spread() -> None:
    held = [one for _, some in folds(EXAMPLES) for one in some]
    assert sorted(one.name for one in held) == sorted(one.name for one in EXAMPLES)
    for known, some in folds(EXAMPLES):
        assert not {one.name for one in known} & {one.name for one in some}
        assert {one.labels for one in some} == {("waybill",), ("permit",)}


def test_examples_that_help_may_go_live() -> None:
    found = compare("type", EXAMPLES, WEIGHING, {})
    assert found.learnt.f1 == 1.0
    assert found.described.f1 < 1.0
    assert found.better
    assert found.live is None


def test_examples_that_harm_may_not() -> None:
    """Each document is told by a word of its own; all its others stand in three of one kind and in one of the other."""
    kinds = ("waybill", "permit")
    told = {kind: {f"{kind}{'x' * (at + 1)}": 9 for at in range(20)} for kind in kinds}
    rules = {"labels": {kind: {"description": kind, "words": {"en": each}} for kind, each in told.items()}}
    file = json.dumps({"unit_minimum": 8, "first_unit_factor": 3, **rules})
    labels = replace(LABELS, by=Scorer(taxonomy.load(file, "own.yaml")))
    examples = []
    for kind, other in (kinds, kinds[::-1]):
        for at, word in enumerate(told[kind]):
            group = f"{kind}{at // 3}" if at < 15 else f"{other}{at - 15}"
            rest = " ".join(f"{'ab'[group[0] == 'w']}{'cdefg'[int(group[-1])]}{one}" for one in WAYBILL.split())
            examples.append(Example(f"{kind}-{at:02}", (kind,), labels.units([unit(f"{word} {rest}")])))
    found = compare("type", examples, WEIGHING, {})
    assert found.described.f1 == 1.0
    assert found.learnt.f1 < 0.9
    assert not found.better


def test_what_is_live_is_not_flattered_by_documents_that_it_learnt_from() -> None:
    found = compare("type", EXAMPLES, WEIGHING, {one.name: one.labels for one in EXAMPLES})
    assert found.live is not None
    assert found.live.f1 == found.learnt.f1
    fewer = compare("type", EXAMPLES, WEIGHING, {EXAMPLES[0].name: ("waybill",)})  # of one alone nothing can be learnt
    assert fewer.live is not None
    assert fewer.live.f1 == fewer.described.f1


def test_what_is_live_is_judged_by_the_labels_that_it_learnt() -> None:
    turned = {one.name: ("permit",) if one.labels == ("waybill",) else ("waybill",) for one in EXAMPLES}
    found = compare("type", EXAMPLES, WEIGHING, turned)
    assert found.live is not None
    assert found.live.f1 < found.learnt.f1 == 1.0


def test_one_label_alone_teaches_nothing() -> None:
    assert not teachable(EXAMPLES[:10])
    assert teachable(EXAMPLES)


def test_of_long_documents_the_first_units_and_others_spread_over_the_rest_are_looked_at() -> None:
    assert sampled(3) == [0, 1, 2]
    chosen = sampled(1000)
    assert len(set(chosen)) == MOST_UNITS
    assert chosen[:8] == list(range(8))
    assert chosen[-1] > 950


def test_a_document_is_answered_as_the_flow_would() -> None:
    assert answer("type", example("waybill", 60), WEIGHING, None) == "unknown"
    assert answer("type", example("waybill", 60), WEIGHING, the_model()) == "waybill"


def test_a_file_of_examples_is_read() -> None:
    text = '\ufeff# what they are\n\nabc\twaybill\nfolder/a, b.pdf\tpermit\n"c.pdf",unknown\n'
    found = [(one.line, one.document, one.label) for one in parse(text, "some.tsv", LABELS)]
    assert found == [(3, "abc", "waybill"), (4, "folder/a, b.pdf", "permit"), (5, "c.pdf", "unknown")]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a\twaybill\nb\tbill\n", 2, "no type 'bill': there are permit, unknown, waybill"),
        ("a\twaybill\nnothing\n", 2, "a tab or comma"),
        ("a\twaybill\n\ta\n", 2, "no type 'a'|a tab or comma"),
        ("a\twaybill\nb\tpermit\na\tpermit\n", 3, "was 'waybill' in line 1"),
        ("# nothing\n", 1, "no example"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_line_and_reason(text: str, line: int, why: str) -> None:
    with pytest.raises(RuleError, match=why) as refused:
        parse(text, "some.tsv", LABELS)
    assert refused.value.line == line
    assert str(refused.value).startswith(f"some.tsv, line {line}: ")
