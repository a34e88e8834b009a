# SPDX-License-Identifier: Apache-2.0
"""Holds for addresses of the web and of crypto currencies: generated ones are found, near misses are not."""

import hashlib
import random
from functools import cache

import pytest

from ream_classify import personal_data
from ream_classify.keccak import keccak256
from ream_classify.recognizers import crypto
from ream_classify.recognizers.crypto import checksummed
from ream_classify.scan import Scan

DICE = random.Random(21)
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def found(text: str) -> list[tuple[str, str]]:
    return [(hit.score, text[hit.start : hit.end]) for hit in personal_data.find(Scan(text, "en"))]


HOSTS = ["example.com", "www.example.co.uk", "a-b.example.org", "bücher.example", "10.20.30.40"]
PATHS = ["", "/", "/a/b.html", "/search?q=1&r=%20", "/w/Ream_(paper)", "/#top", ":8080/x~y"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", HOSTS)
def test_addresses_of_the_web_are_found(host: str, path: str) -> None:
    for scheme in ("http://", "https://", "ftp://"):
        address = scheme + host + path
        assert found(f"See <{address}> or ({address}).") == [("personal:url", address)] * 2


def test_www_stands_for_itself() -> None:
    assert found("Visit www.example.com/about, please.") == [("personal:url", "www.example.com/about")]


@pytest.mark.parametrize(
    "text",
    [
        "http://", "https://localhost", "http:/example.com", "example.com", "john.do", "www.", "www.com",
        "wwww.example",
        "http://.com", "http://a..b", "http://-a.example-.com", "ahttp://example.com", "www example com", "e.g. this",
        "http://example", "://example.com", "http//example.com", "http://300.1.1.1/", "http://www.js", "file.tar.gz",
        "mailto:", "http:// example.com",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_address_of_the_web_is_not_found(text: str) -> None:
    assert [hit for hit in found(text) if hit[0] == "personal:url"] == []


def base58(alphabet: str, version: int) -> str:
    body = bytes([version]) + DICE.randbytes(20)
    data = body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, written = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        written = alphabet[digit] + written
    return alphabet[0] * (len(data) - len(data.lstrip(b"\x00"))) + written


def bech32(prefix: str, size: int, sum_: int) -> str:
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    data = [DICE.randrange(32) for _ in range(size)]
    check = polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ sum_
    return prefix + "1" + "".join(BECH32[d] for d in [*data, *((check >> 5 * (5 - i)) & 31 for i in range(6))])


def polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place & 1 else 0
    return check


@cache
def wallets() -> dict[str, list[str]]:
    return {
        "bitcoin": [base58(BASE58, 0) for _ in range(10)] + [base58(BASE58, 5) for _ in range(10)]
        + [bech32("bc", 33, 1) for _ in range(5)] + [bech32("bc", 53, 0x2BC830A3) for _ in range(5)],
        "litecoin": [base58(BASE58, 0x30) for _ in range(10)] + [bech32("ltc", 33, 1) for _ in range(10)],
        "dogecoin": [base58(BASE58, 0x1E) for _ in range(20)],
        "tron": [base58(BASE58, 0x41) for _ in range(20)],
        "ripple": [base58(RIPPLE, 0) for _ in range(20)],
        "cardano": [bech32("addr", 92, 1) for _ in range(20)],
        "ethereum": ["0x" + checksummed(DICE.randbytes(20).hex()) for _ in range(20)],
    }  # fmt: skip


COINS = ["bitcoin", "litecoin", "dogecoin", "tron", "ripple", "cardano", "ethereum"]


@pytest.mark.parametrize("coin", COINS)
def test_addresses_of_currencies_are_found(coin: str) -> None:
    for address in wallets()[coin]:
        text = f"send it to {address}, please"
        (hit,) = personal_data.find(Scan(text, "en"))
        assert (hit.kind, text[hit.start : hit.end]) == (f"personal:crypto-address:{coin}", address)


@pytest.mark.parametrize("coin", COINS)
def test_one_wrong_letter_makes_none(coin: str) -> None:
    for address in wallets()[coin]:
        place = len(address) - 3
        other = next(c for c in "23456789" if c != address[place])
        wrong = [address[:place] + other + address[place + 1 :], address[:-1], f"x{address}", f"{address}x"]
        assert [hit for text in wrong for hit in found(f"no {text} here") if hit[0].endswith("crypto-address")] == []


def test_an_address_in_one_case_needs_a_word() -> None:
    address = "0x" + DICE.randbytes(20).hex()
    assert found(f"commit {address} fixes it") == []
    assert found(f"my ETH wallet is {address}") == [("personal:crypto-address", address)]


def test_the_hash_is_the_one_that_ethereum_uses() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert checksummed("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed") == "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def test_addresses_beyond_the_limit_are_counted_by_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "MOST_CHECKED", 10)
    hits = list(personal_data.find(Scan(" ".join(wallets()["bitcoin"][:20]))))
    assert [hit.confidence for hit in hits] == [99] * 10 + [45] * 10
    junk = " ".join(f"1{'A' * 25}{n + 1 if n < 9 else 'a'}z" for n in range(10))
    assert list(personal_data.find(Scan(f"{junk} {wallets()['bitcoin'][0]}"))) == []
