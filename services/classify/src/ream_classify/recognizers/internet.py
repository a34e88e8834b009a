# SPDX-License-Identifier: Apache-2.0
"""Recognises IP addresses of machines, and tells them from numbers of sections and versions."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from ream_classify.recognizers.context import Column, near
from ream_classify.scan import Hit, Scan

_V4 = re.compile(r"(?<![\w.-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w-]|\.[0-9])")
_V6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_ABOUT_MACHINES = (
    "ip", "ipv4", "ipv6", "ip-adresse", "host", "server", "address", "gateway", "dns", "subnet", "ping", "login",
    "received", "adresse", "dirección", "serveur", "servidor", "client", "router", "netmask", "from",
)  # fmt: skip
_ABOUT_NUMBERING = (
    "version", "versions", "ver", "v", "release", "section", "sections", "clause", "chapter", "article", "abschnitt",
    "kapitel", "ziffer", "version:", "build", "firmware", "driver", "sección", "cláusula", "§",
)  # fmt: skip
_SECTION_NUMBER = 31


def find(scan: Scan) -> Iterator[Hit]:
    """Yields addresses that can name a machine, as `personal:ip`; not loopback, masks or placeholders."""
    numbering = Column(scan, _ABOUT_NUMBERING, 12)
    for match in _V4.finditer(scan.plain):
        is_number = numbering.says(*match.span())
        if scan.is_free(*match.span()) and _is_machine(scan, match.start(), match.group(), is_number=is_number):
            yield Hit("personal:ip", *match.span(), confidence=85, form="v4")
    if scan.plain.count(":") < 2:
        return
    for match in _V6.finditer(scan.plain):
        if scan.is_free(*match.span()) and _is_long_enough(match.group()) and _usable(match.group()):
            yield Hit("personal:ip", *match.span(), confidence=90, form="v6")


def _usable(value: str) -> bool:
    try:
        address: IPv4Address | IPv6Address = ip_address(value)
    except ValueError:
        return False
    if isinstance(address, IPv4Address) and address.is_reserved:
        return False
    return not (address.is_unspecified or address.is_loopback or address.is_multicast)


def _is_machine(scan: Scan, start: int, value: str, *, is_number: bool) -> bool:
    """Says whether a dotted number is an address; that of a section or version, or one below such, is none."""
    if not _usable(value) or is_number:
        return False
    small = all(int(part) <= _SECTION_NUMBER for part in value.split("."))
    return not small or near(scan, start, _ABOUT_MACHINES, before=40)


def _is_long_enough(value: str) -> bool:
    """A short form such as ab::c is more often code or a ratio than an address."""
    return sum(1 for group in value.split(":") if group) >= 4
