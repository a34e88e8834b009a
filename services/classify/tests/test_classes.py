# SPDX-License-Identifier: Apache-2.0
"""Holds that scores add up however a document is cut, that findings hold their places, and that time is bounded."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from ream_classify import rules
from ream_classify.classes import classify
from ream_classify.learnt import Kind
from ream_contracts import codec
from ream_contracts.artifacts import Annotation, SegmentClasses, SegmentText, UnitText
from ream_contracts.codec import loads
from ream_contracts.sensitivity import reasons, sensitivity

RULES = rules.load()
PAGES = [
    "Strictly confidential\n\nDear Mr Brown,\n\n"
    "I am writing about your card 4111 1111 1111 1111. Yours sincerely,\nAnn Lee",
    "Der Betrag geht auf das Konto DE89 3704 0044 0532 0130 00, "
    "sagte die Bank am Dienstag. Fragen an info@bank.example.org",
    " \n ",
    "password: Tr0ub4dor&3\nssn 123-45-6789",
]


def segment(*texts: str, first: int = 1) -> SegmentText:
    units = tuple(
        UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
        for number, text in enumerate(texts, first)
    )
    return SegmentText("a" * 32, 1, first, "extract", "1", units, ())


@pytest.mark.slow
def test_a_segment_is_told_by_all_its_scores() -> None:
    classes = classify(segment(*PAGES), RULES)
    assert classes.scores["personal:card"] == 1
    assert classes.scores["personal:iban"] == 1
    assert classes.scores["personal:email"] == 1
    assert classes.scores["personal:national-number"] == 1
    assert classes.scores["secret:password"] == 1
    assert classes.scores["mark:restricted"] == 1
    assert classes.scores["type:letter"] > 25
    assert classes.scores["language:en"] > 80
    assert classes.scores["language:de"] > 80
    assert [(one.unit, one.language) for one in classes.languages] == [(1, "en"), (2, "de"), (4, "und")]


def test_languages_of_a_segment_are_said_with_their_confidence() -> None:
    classes = classify(segment(*PAGES), RULES)
    assert [one.language for one in classes.segment_languages][-1] == "und"
    assert {one.language for one in classes.segment_languages} == {"en", "de", "und"}
    for one in classes.segment_languages:
        assert one.characters == classes.scores[f"language:{one.language}"]
        assert one.confidence >= 90 if one.language != "und" else one.confidence == 0


def test_every_rule_and_model_is_named_with_its_version() -> None:
    versions = classify(segment("x"), RULES).versions or {}
    assert {"classify", "taxonomy", "markings", "py3langid", "phonenumbers", "python-stdnum"} <= versions.keys()
    assert all(versions.values())


def test_findings_stand_where_they_say() -> None:
    classes = classify(segment(*PAGES), RULES)
    assert [finding.unit for finding in classes.findings] == [1, 1, 2, 2, 4, 4]
    for finding in classes.findings:
        assert PAGES[finding.unit - 1][finding.start : finding.end] == finding.value
    assert "personal:national-number:us-ssn" in {finding.kind for finding in classes.findings}


def test_every_kind_begins_with_the_score_that_counts_it() -> None:
    classes = classify(segment(*PAGES), RULES)
    counted = Counter(":".join(finding.kind.split(":")[:2]) for finding in classes.findings)
    assert counted == {
        name: hits for name, hits in classes.scores.items() if name.startswith(("personal:", "secret:", "mark:"))
    }


def test_scores_add_up_however_a_document_is_cut() -> None:
    whole = Counter(classify(segment(*PAGES), RULES).scores)
    apart: Counter[str] = Counter()
    for number, page in enumerate(PAGES, 1):
        apart.update(classify(segment(page, first=number), RULES).scores)
    assert apart == whole


def test_evidence_adds_up_to_the_scores_of_types() -> None:
    classes = classify(segment(*PAGES), RULES)
    assert classes.evidence
    for label, evidence in classes.evidence.items():
        assert sum(one["points"] for one in evidence) == classes.scores[label if ":" in label else f"type:{label}"]


def test_long_lists_are_cut_but_counted() -> None:
    text = " ".join(f"user{number}@example.com" for number in range(300)) + " card 4111 1111 1111 1111"
    classes = classify(segment(text), replace(RULES, listed=100))
    assert classes.truncated
    assert classes.scores["personal:email"] == 300
    assert Counter(finding.kind for finding in classes.findings) == {"personal:email": 100, "personal:card": 1}
    assert not classify(segment(text), RULES).truncated


def test_comments_and_form_fields_count_at_the_end_of_the_text() -> None:
    base = segment("A form.")
    field = Annotation("field", "SSN 123-45-6789", None)
    text = replace(base, units=(replace(base.units[0], annotations=(field,)),))
    (finding,) = classify(text, RULES).findings
    assert (finding.start, finding.end, finding.value) == (7, 7, "123-45-6789")


def test_a_link_to_what_the_text_shows_counts_once() -> None:
    base = segment("Write to info@bank.example.org.")
    links = (Annotation("link", "mailto:info@bank.example.org", None), Annotation("link", "mailto:b@c.example", None))
    text = replace(base, units=(replace(base.units[0], annotations=links),))
    assert classify(text, RULES).scores["personal:email"] == 2


def test_the_artifact_survives_its_codec_with_any_text() -> None:
    text = "\ud800 a@b.example \udfff \x00\x1b[0m \u202e123 \ud83d " * 20
    classes = classify(segment(text, "", "\ufeff"), RULES)
    assert loads(SegmentClasses, codec.dumps(classes)) == classes
    assert classes.scores["personal:email"] == 20


HOSTILE = {
    "digits": "1234567890",
    "one word": "a",
    "cards in a row": "4111 1111 1111 1111 ",
    "emails": "user@example.com ",
    "phones": "+49 30 901820, ",
    "labelled phones": "tel: 030 901820; ",
    "words of numbers": "ssn ",
    "numbers with words": "ssn 123-45-6789 ",
    "dots": ".",
    "half addresses": "a@",
    "colons": "a:",
    "short labels": "a.",
    "plus signs": "+1 ",
    "dashed digits": "1-",
    "dotted digits": "1.",
    "newlines": "\n",
    "spaces": " ",
    "half tokens": "-eyJ",
    "half tokens with dots": "eyJ.",
    "half keys": " AKIA",
    "names without passwords": "password=",
    "marks": "Confidential\n",
    "marks in a line": "Confidential | ",
    "births": "born 1 ",
    "half accounts": "DE89 ",
    "control characters": "".join(map(chr, range(32))),
    "right to left": "\u0645\u0631\u062d\u0628\u0627 0123 \u202eabc ",
    "lone surrogates": "\ud800\udfff\udc00 abc ",
    "brackets": "(",
    "quotes": '("',
    "words in quotes": '("aa ',
    "spaced lines": "a" + " " * 290 + "x\n",
    "heads of mails": "From: a\n",
    "numeric lines": "1.,.,.,., 2.,.,., x\n",
    "streets": "12 Elm Street, Springfield, IL 62704 ",
    "half streets": "Aaa Bbb ",
    "small words in streets": "1 rue de la Aa de la Bb ",
    "long street words": "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ",
    "street numbers": "1-2 3/4 ",
    "malay streets": "NO. 1-1-1 JALAN ",
    "said addresses": "address: A ",
    "passports": "passport no. C12345678 ",
    "words for passports": "passport no ",
    "zones": "A<",
    "web addresses": "http://a.b.c.example.com/x ",
    "half web addresses": "http://a.",
    "web words": "www.",
    "web users": "http://a:a:a:a:a@",
    "wallets": "1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAz ",
    "hexadecimal": "0x" + "ab" * 20 + " ",
    "no spaces": "\u8eab\u4efd\u8bc1",
}


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    """Forty thousand characters take some milliseconds; anything quadratic would take many seconds."""
    text = piece * (40_000 // len(piece)) + "x"
    started = time.process_time()
    classify(segment(text), RULES)
    assert time.process_time() - started < 2


@pytest.mark.slow
def test_a_megabyte_of_digits_and_a_long_word_are_done_in_a_second_or_two() -> None:
    started = time.process_time()
    classes = classify(segment("1234567890" * 100_000, "a" * 500_000), RULES)
    assert classes.findings == ()
    assert classes.scores == {"language:und": 1_500_000, "confidence:100": 2, "method:text-layer": 2}
    assert time.process_time() - started < 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["user{}@example.com ", "www.a{}.example.com ", "{} Elm Street, Springfield, IL 62704; "]
)
def test_fifty_thousand_hits_are_counted_and_the_list_says_that_it_is_cut(piece: str) -> None:
    started = time.process_time()
    classes = classify(segment("".join(piece.format(n) for n in range(50_000))), RULES)
    assert classes.truncated
    assert max(hits for name, hits in classes.scores.items() if name.startswith("personal:")) == 50_000
    assert max(Counter(finding.kind for finding in classes.findings).values()) == RULES.listed
    assert time.process_time() - started < 30


@pytest.mark.parametrize(
    ("stated", "level", "reason"),
    [({}, "confidential", "type:note"), ({"type": ("other",)}, "restricted", "type:other")],
)
def test_a_type_says_how_sensitive_it_is_at_least(
    stated: Mapping[Kind, tuple[str, ...]], level: str, reason: str
) -> None:
    taxonomy = """\
labels:
  note: {description: A note., sensitivity: confidential, words: {en: {jotted: 20, down: 20}}}
  other: {description: Another., sensitivity: restricted, words: {en: {fiddle: 20}}}
  plain: {description: No more., words: {en: {plain: 20}}}
"""
    texts = {kind: rules.text_of(None, f"{kind}.yaml") for kind in rules.READERS} | {"taxonomy": (taxonomy, "own.yaml")}
    own = rules.made_of(texts).for_document(stated)
    scores = classify(segment("jotted down", "jotted", "plain"), own).scores
    assert scores["type-asks-confidential:note"] == 2
    assert not any(name.endswith(":plain") and name.startswith("type-asks") for name in scores)
    assert (sensitivity(scores), reasons(scores)) == (level, (reason,))
