# SPDX-License-Identifier: Apache-2.0
"""Recognises addresses of crypto currencies by the checksum that each of them carries."""

import hashlib
import re
from collections.abc import Iterator
from functools import reduce

from stdnum.bitcoin import bech32_checksum

from ream_classify.keccak import keccak256
from ream_classify.recognizers.context import near
from ream_classify.scan import Hit, Scan

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_SUMS = (1, 0x2BC830A3)
"""What the checksum of a valid address comes to, in the older and in the newer (taproot) form."""

_BASE58_ADDRESS = re.compile(r"(?<![\w])[13LMDTr][1-9A-HJ-NP-Za-km-z]{24,34}+(?![\w])")
_BECH32_ADDRESS = re.compile(r"(?<![\w])(?:bc|ltc|addr)1[02-9ac-hj-np-z]{11,110}+(?![\w])", re.IGNORECASE)
_ETHEREUM = re.compile(r"(?<![\w])0x[0-9A-Fa-f]{40}(?![\w])")
_VERSIONS = {
    "1": ("bitcoin", (0x00,)), "3": ("bitcoin", (0x05,)), "L": ("litecoin", (0x30,)), "M": ("litecoin", (0x32,)),
    "D": ("dogecoin", (0x1E,)), "T": ("tron", (0x41,)), "r": ("ripple", (0x00,)),
}  # fmt: skip
_PREFIXES = {"bc": "bitcoin", "ltc": "litecoin", "addr": "cardano"}
_WORDS = ("eth", "ether", "ethereum", "wallet", "address", "token", "erc20", "usdt", "usdc", "crypto", "metamask")
MOST_CHECKED = 5_000
"""Beyond so many in one unit they are counted by their form alone, if most of those before were addresses."""


def find(scan: Scan) -> Iterator[Hit]:
    """Yields addresses whose checksum holds as `personal:crypto-address`.

    An Ethereum address in one case carries no checksum: it needs a word about crypto currencies nearby.
    """
    for pattern in (_BASE58_ADDRESS, _BECH32_ADDRESS, _ETHEREUM):
        checked = valid = 0
        for match in pattern.finditer(scan.text):
            if not scan.is_free(*match.span()):
                continue
            checked += 1
            if checked <= MOST_CHECKED:
                form, confidence = _judged(scan, match)
                valid += bool(form)
            else:
                form, confidence = (_by_form(match.group()), 45) if 2 * valid > MOST_CHECKED else ("", 0)
            if form:
                yield Hit("personal:crypto-address", *match.span(), confidence=confidence, form=form)


def _by_form(value: str) -> str:
    if value.startswith("0x"):
        return "ethereum"
    prefix = value.lower().partition("1")[0]
    return _PREFIXES[prefix] if prefix in _PREFIXES else _VERSIONS[value[0]][0]


def _judged(scan: Scan, match: re.Match[str]) -> tuple[str, int]:
    value = match.group()
    if value.startswith("0x"):
        return _ethereum(scan, match)
    if match.re is _BECH32_ADDRESS:
        return _bech32(value), 99
    return _base58(value), 99


def _base58(value: str) -> str:
    name, versions = _VERSIONS[value[0]]
    alphabet = _RIPPLE if name == "ripple" else _BASE58
    number = reduce(lambda sum_, letter: sum_ * 58 + alphabet.index(letter), value, 0)
    if number >= 256**25:
        return ""
    address = number.to_bytes(25, "big")
    check = hashlib.sha256(hashlib.sha256(address[:-4]).digest()).digest()[:4]
    return name if address[0] in versions and check == address[-4:] else ""


def _bech32(value: str) -> str:
    if value not in (value.lower(), value.upper()):
        return ""
    prefix, _, data = value.lower().partition("1")
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    sum_ = bech32_checksum(expanded + [_BECH32.index(letter) for letter in data])
    return _PREFIXES[prefix] if sum_ in _BECH32_SUMS else ""


def _ethereum(scan: Scan, match: re.Match[str]) -> tuple[str, int]:
    digits = match.group()[2:]
    if digits in (digits.lower(), digits.upper()):
        said = near(scan, match.start(), _WORDS, before=60, end=match.end(), after=30)
        return ("ethereum", 70) if said and len(set(digits)) > 4 else ("", 0)
    return ("ethereum", 99) if digits == checksummed(digits) else ("", 0)


def checksummed(digits: str) -> str:
    """Writes 40 hexadecimal digits with the capitals that EIP-55 asks for."""
    hashed = keccak256(digits.lower().encode()).hex()
    return "".join(d.upper() if int(h, 16) >= 8 else d for d, h in zip(digits.lower(), hashed, strict=False))
