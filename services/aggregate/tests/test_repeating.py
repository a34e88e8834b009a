# SPDX-License-Identifier: Apache-2.0
"""A document that is run again says again what it ended with, in the same version."""

from ream_aggregate.fanin import Answered, take
from ream_contracts import codec
from ream_contracts.messages import DocumentPart, PartManifest, PartSegment

DOCUMENT = "a" * 32
MANIFEST = PartManifest(DOCUMENT, 1, 1, DOCUMENT, None, "text/plain", 5, "m", "body", 1, 0, None, None)
SEGMENT = PartSegment(DOCUMENT, 1, 1, "text", 1, ((1, 1),), (), "r", 5, 0, {"language:en": 5})


def fed(*parts: DocumentPart) -> list[Answered]:
    held, answers = None, []
    for offset, part in enumerate(parts):
        answer = take(DOCUMENT.encode(), codec.encode(part), offset, held)
        assert isinstance(answer, Answered)
        held = answer.entry
        answers.append(answer)
    return answers


def test_a_manifest_after_completion_repeats_the_completion() -> None:
    *_, done, again = fed(MANIFEST, SEGMENT, MANIFEST)
    assert done.completed is not None
    assert again.completed == done.completed


def test_a_manifest_before_completion_says_nothing() -> None:
    assert [answer.completed for answer in fed(MANIFEST, MANIFEST)] == [None, None]


def test_a_segment_that_comes_twice_says_nothing_new() -> None:
    assert fed(MANIFEST, SEGMENT, SEGMENT)[-1].completed is None
