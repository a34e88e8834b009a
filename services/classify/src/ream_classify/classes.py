# SPDX-License-Identifier: Apache-2.0
"""Decides what a segment is: puts languages, types, personal data and marks together, with scores that can be added."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ream_classify import fields, language, sensitivity, sentiment
from ream_classify.document_type import Evidence, points_of
from ream_classify.keyphrases import keyphrases
from ream_classify.listed import ListedEntities, ListedFindings
from ream_classify.rules import VERSION, Rules
from ream_classify.scan import Hit, Scan
from ream_classify.topics import TopicWord
from ream_contracts.artifacts import (
    Keyphrase,
    SegmentClasses,
    SegmentLanguage,
    SegmentText,
    Sentiment,
    UnitLanguage,
    UnitText,
)
from ream_contracts.sentiment import SCORES, summed
from ream_contracts.sketches import sketch

_MOST_EVIDENCE = 500


def classify(text: SegmentText, rules: Rules) -> SegmentClasses:
    """Classifies the units of a segment.

    The scores are integers, and those of a document are the sums over its segments, however it was cut:
    `language:<code>` in characters, `sure:<code>` in those times how sure their language is, `type:<label>` and
    `topic:<label>` in points, `personal:<kind>`, `secret:<kind>`, `mark:<level>` and `entity:<kind>` in hits,
    `sentiment:<side>` in hundredths, `stated-type:<label>` and `stated-topic:<label>` in segments of a document of
    which a person said so, `type-asks-<level>:<label>` in units with points for a type for which the rules ask for a
    level of sensitivity, `confidence:<0 to 100>` and `method:<how it was got>` in units with text. Time is
    linear in the length of the text, whatever stands in it.
    """
    scores: Counter[str] = Counter()
    languages: list[UnitLanguage] = []
    listed = ListedFindings(rules.listed)
    evidence: dict[str, list[Evidence | TopicWord]] = {}
    read: list[tuple[int, str, str]] = []
    named = ListedEntities(rules.listed)
    for unit in text.units:
        if unit.text.strip():
            parts = language.identify_parts(unit.text)
            main = parts.main
            languages.append(UnitLanguage(unit.unit, main.language, main.confidence))
            scores.update({f"language:{code}": count for code, count in parts.characters.items()})
            scores.update({f"sure:{code}": count for code, count in parts.sure.items() if count})
            scores.update((f"confidence:{unit.confidence}", f"method:{unit.method}"))
            for label, found in rules.scorer.score(unit, rules.learnt.get("type")).items():
                scores[f"type:{label}"] += points_of(found)
                evidence.setdefault(label, []).extend(found)
                scores.update(rules.scorer.asked((label,)))
            for label, words in rules.topics.score(unit.unit, unit.text, rules.learnt.get("topic")).items():
                scores[f"topic:{label}"] += sum(word.points for word in words)
                evidence.setdefault(f"topic:{label}", []).extend(words)
            read.append((unit.unit, unit.text, main.language))
            scores.update(_named(unit, main.language, rules, named, listed))
            scores.update(_tone(unit.text, main.language))
        else:
            main = language.Guess(language.NONE, 0)
        for hit, value in _hits(unit, main.language, rules):
            scores[hit.score] += 1
            listed.add(hit, unit.unit, value)
    sketched = sketch(unit.text for unit in text.units)
    scores.update({f"stated-{kind}:{label}": 1 for kind, labels in rules.stated.items() for label in labels})
    scores.update(rules.scorer.asked(rules.stated.get("type", ())))
    found_fields = tuple(fields.find(text.units, scores))
    return SegmentClasses(
        document_id=text.document_id,
        generation=text.generation,
        segment=text.segment,
        stage_version=f"{VERSION}.{rules.fingerprint}",
        languages=tuple(languages),
        findings=listed.in_order(),
        truncated=listed.truncated,
        evidence={label: _shown(found) for label, found in sorted(evidence.items())},
        scores=dict(sorted(scores.items())),
        segment_languages=_languages(scores),
        versions=rules.versions,
        entities=named.in_order(),
        cut=(*(("entities",) if named.cut else ()), *(("fields",) if len(found_fields) > rules.listed else ())),
        fields=found_fields[: rules.listed],
        sketch=sketched.dumps() if read else None,
        sentiment=_sentiment(scores),
        keyphrases=tuple(
            Keyphrase(one.text, one.score, one.hits, one.unit, one.start, one.end) for one in keyphrases(read)
        ),
    )


def _languages(scores: Counter[str]) -> tuple[SegmentLanguage, ...]:
    """Says how much of the segment is in which language, and how sure that is."""
    counts = {name.removeprefix("language:"): n for name, n in scores.items() if name.startswith("language:")}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(SegmentLanguage(code, n, 100 * scores[f"sure:{code}"] // n) for code, n in ordered)


def _named(unit: UnitText, code: str, rules: Rules, named: ListedEntities, listed: ListedFindings) -> Counter[str]:
    """Lists what is named in a unit and counts it; people whom a model names are personal data."""
    counts: Counter[str] = Counter()
    for one in rules.entities.find(unit.text, code):
        value = unit.text[one.start : one.end]
        counts[f"entity:{one.kind}"] += 1
        named.add(one, unit.unit, value)
        if one.kind == "person" and rules.entities.by_model(one):
            counts["personal:name"] += 1
            listed.add(Hit("personal:name", one.start, one.end, one.confidence), unit.unit, value)
    return counts


def _tone(text: str, code: str) -> dict[str, int]:
    weights = sentiment.weigh(text, code)
    if weights is None:
        return {}
    counts = (weights.positive, weights.negative, weights.words, min(len(text), sentiment.MOST_CHARACTERS))
    return {name: count for name, count in zip(SCORES, counts, strict=True) if count}


def _sentiment(scores: Counter[str]) -> Sentiment | None:
    total = summed(*(scores[name] for name in SCORES))
    if total is None:
        return None
    return Sentiment(total.score, total.confidence, scores[SCORES[0]], scores[SCORES[1]])


def _hits(unit: UnitText, code: str, rules: Rules) -> Iterator[tuple[Hit, str]]:
    """Yields hits with their values: in the text, then in what was added to it (comments, form fields).

    The latter have no place in the text: theirs is its end. What the text says as well (a link to the address that
    it shows, a comment that was also read as text) counts once.
    """
    seen: set[tuple[str, str]] = set()
    added = "\n".join(annotation.text for annotation in unit.annotations)
    if unit.text.strip():
        for hit in sensitivity.find(Scan(unit.text, code), rules.markings):
            value = unit.text[hit.start : hit.end]
            if added:
                seen.add((hit.score, value))
            yield hit, value
    if added.strip():
        end = len(unit.text)
        for hit in sensitivity.find(Scan(added, code), rules.markings):
            value = added[hit.start : hit.end]
            if (hit.score, value) not in seen:
                yield Hit(hit.score, end, end, hit.confidence, hit.form), value


def _shown(found: list[Evidence | TopicWord]) -> list[dict[str, Any]]:
    return [asdict(one) for one in found[:_MOST_EVIDENCE]]
