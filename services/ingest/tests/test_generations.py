# SPDX-License-Identifier: Apache-2.0
"""The same bytes again are the same generation, whoever asks, however often."""

from hypothesis import given
from hypothesis import strategies as st

from ream_ingest.generations import Claim, take
from ream_kit.retiring import retire
from ream_kit.testing import memory_store


class Claims(dict[str, bytes]):
    """A store of claims in memory."""

    def put(self, name: str, data: bytes) -> bool:
        return self.setdefault(name, data) is data

    def get(self, name: str) -> bytes:  # type: ignore[override]
        return self[name]

    def exists(self, name: str) -> bool:
        return name in self


def test_new_bytes_are_a_new_generation_and_old_ones_their_own() -> None:
    claims = Claims()
    assert take(claims, "d", Claim("a", "t/0/1")) == 1
    assert take(claims, "d", Claim("a", "t/0/2")) == 1
    assert take(claims, "d", Claim("b", "t/0/3")) == 2
    assert take(claims, "d", Claim("a", "t/0/1")) == 1, "a repeated delivery finds its own"
    assert take(claims, "d", Claim("a", "t/0/4")) == 3, "the source holds the old bytes again"


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40))
def test_generations_have_no_gaps_and_follow_changes(contents: list[str]) -> None:
    claims, expected, before = Claims(), 0, ""
    for offset, sha in enumerate(contents):
        expected += sha != before
        before = sha
        assert take(claims, "d", Claim(sha, str(offset))) == expected
        assert take(claims, "d", Claim(sha, str(offset))) == expected, "delivered twice"


def test_who_comes_second_takes_the_next() -> None:
    class Raced(Claims):
        def put(self, name: str, data: bytes) -> bool:
            if name not in self and name.endswith("/1/claim.json"):
                self[name] = Claim("b", "other").encode()
                return False
            return super().put(name, data)

    assert take(Raced(), "d", Claim("a", "mine")) == 2
    assert take(Raced(), "d", Claim("b", "mine")) == 1


def test_what_was_retired_and_comes_again_is_a_generation_of_its_own() -> None:
    store = memory_store()
    assert take(store, "d", Claim("a", "t/0/1")) == 1
    assert retire(store, "d", 1, "2026-11-27T12:00:00+00:00") == 2
    assert [take(store, "d", Claim("a", f"t/0/{offset}")) for offset in (2, 3)] == [3, 3]
