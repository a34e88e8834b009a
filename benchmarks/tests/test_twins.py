# SPDX-License-Identifier: Apache-2.0
import json

from ream_bench.twins import of_another

MODEL, OWN = "a" * 32, "b" * 32


def test_what_was_read_in_a_document_is_the_same_for_another_with_its_bytes() -> None:
    """Only what names the document differs: its text stays as long as its receipt says."""
    left = {
        "document_id": MODEL,
        "object": f"documents/{MODEL}/1/original",
        "key": "again-3",
        "name": "again-3.pdf",
        "text": "again-3 and the report again-3.pdf",
        "characters": 34,
    }
    made = json.loads(of_another(json.dumps(left).encode(), (MODEL, OWN), ("again-3", "again-1503")))
    named = {"document_id": OWN, "object": f"documents/{OWN}/1/original", "key": "again-1503", "name": "again-1503.pdf"}
    assert made == {**left, **named}
