# SPDX-License-Identifier: Apache-2.0
"""Scores key fields that the index shows: of photographed receipts, of contracts and of invoices."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ream_classify import amounts, dates
from ream_quality.library import Library, Reading
from ream_quality.spans import Tally

MAP = Path(__file__).parent / "maps" / "invoices.yaml"
_RECEIPTS = ("company", "date", "address", "total")
_CONTRACTS = ("party", "effective_date", "jurisdiction", "term")


def measure(library: Library) -> dict[str, float]:
    """Returns the share of right fields of receipts and invoices, and micro F1 of those of contracts."""
    return {**_receipts(library), **_contracts(library), **_invoices(library)}


def _receipts(library: Library) -> dict[str, float]:
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for path in library.files("receipts/img"):
        truth = library.root / "receipts" / "key" / f"{path.stem}.json"
        if not truth.is_file():
            continue
        key: Mapping[str, str] = json.loads(truth.read_text("utf-8"))
        found = shown(library.of(path))
        for name in _RECEIPTS:
            wanted[name] += 1
            right[name] += _same(name, next(iter(found.get(name, ())), ""), key[name])
    if not wanted:
        return {}
    each = {f"receipts_fields_{name}": right[name] / max(1, wanted[name]) for name in _RECEIPTS}
    return {"receipts_fields": right.total() / wanted.total(), **each}


def shown(reading: Reading) -> Mapping[str, Sequence[str]]:
    """Key fields of a document as its entry in the index has them: those of the type that was decided."""
    fields: Mapping[str, Sequence[str]] = reading.entry.get("key_fields") or {}
    return fields


def _contracts(library: Library) -> dict[str, float]:
    listed = library.root / "contracts" / "expected.tsv"
    if not listed.is_file():
        return {}
    tallies = {name: Tally() for name in _CONTRACTS}
    for line in listed.read_text("utf-8").splitlines():
        name, _, rest = line.partition("\t")
        if not library.has(listed.with_name(name)):
            continue
        wanted = {
            (key, _plain(value.replace("_", " "))) for key, _, value in (one.partition("=") for one in rest.split())
        }
        fields = shown(library.of(listed.with_name(name)))
        found = {(key, _plain(value)) for key, values in fields.items() for value in values}
        for key, tally in tallies.items():
            ours, theirs = ({value for one, value in both if one == key} for both in (found, wanted))
            tally.add(Tally(len(ours & theirs), len(ours - theirs), len(theirs - ours)))
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    if not total.right + total.missed:
        return {}
    return {"contracts_fields": total.f1, **{f"contracts_fields_{name}": tally.f1 for name, tally in tallies.items()}}


def _invoices(library: Library) -> dict[str, float]:
    names: Mapping[str, str] = yaml.safe_load(MAP.read_text("utf-8"))
    right = wanted = 0
    for path in library.files("invoices"):
        truth = path.with_suffix(".json")
        if not truth.is_file():
            continue
        told: Any = json.loads(truth.read_text("utf-8"))
        (invoice,) = told if isinstance(told, list) else [told]
        found = shown(library.of(path))
        for theirs, ours in names.items():
            if theirs in invoice:
                wanted += 1
                right += _same(ours, next(iter(found.get(ours, ())), ""), str(invoice[theirs]))
    return {"invoices_fields": right / wanted} if wanted else {}


def _same(name: str, found: str, wanted: str) -> bool:
    """Compares dates as dates, totals as numbers, and all else by letters and digits."""
    if name == "date":
        return found == next((one.iso for one in dates.find(wanted.lower())), wanted)
    if name in ("total", "net"):
        number = re.search(r"[0-9][0-9.,]*", wanted)
        return bool(found and number) and _cents(found) == _cents(number[0] if number else "")
    return bool(found) and _plain(found) == _plain(wanted)


def _cents(number: str) -> int:
    whole, _, part = amounts.decimal(number).partition(".")
    return int(whole or "0") * 100 + int((part or "0").ljust(2, "0")[:2])


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
