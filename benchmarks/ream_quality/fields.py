# SPDX-License-Identifier: Apache-2.0
"""Scores key fields: of photographed receipts, read by the engine of ocr, of contracts and of invoices."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ream_classify import amounts, dates
from ream_classify.fields import contracts, sales
from ream_classify.rules import Rules
from ream_contracts.artifacts import KeyField
from ream_ocr.cell import read
from ream_ocr.languages import tessdata
from ream_quality.corpus import documents, pages, segments, unit
from ream_quality.spans import Tally

MAP = Path(__file__).parent / "maps" / "invoices.yaml"
_RECEIPTS = ("company", "date", "address", "total")
_CONTRACTS = ("party", "effective_date", "jurisdiction", "term")


def measure(corpus: Path, rules: Rules) -> dict[str, float]:
    """Returns the share of right fields of receipts and invoices, and micro F1 of those of contracts."""
    del rules  # fields are asked for as if the type were known: whether it is, types are scored for
    figures: dict[str, float] = {}
    if (corpus / "receipts" / "key").is_dir():
        figures |= _receipts(corpus / "receipts")
    if (corpus / "contracts" / "expected.tsv").is_file():
        figures |= _contracts(corpus / "contracts")
    if (corpus / "invoices").is_dir():
        figures |= _invoices(corpus / "invoices")
    return figures


def _receipts(folder: Path) -> dict[str, float]:
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for file in documents(folder / "key", ".json"):
        key: Mapping[str, str] = json.loads(file.read_text("utf-8"))
        text = _photographed(folder / "img" / f"{file.stem}.jpg")
        found = {field.name: field.normal for field in sales.find(unit(1, text), "receipt")}
        for name in _RECEIPTS:
            wanted[name] += 1
            right[name] += _same(name, found.get(name, ""), key[name])
    each = {f"receipts_fields_{name}": right[name] / max(1, wanted[name]) for name in _RECEIPTS}
    return {"receipts_fields": right.total() / max(1, wanted.total()), **each}


def _photographed(picture: Path) -> str:
    """Reads a picture as ocr does in its cell, with the languages that it looks for first."""
    request = {
        "path": str(picture),
        "media_type": "image/jpeg",
        "units": [1],
        "engine": "tesserocr",
        "tessdata": str(tessdata(None)),
        "languages": ["eng"],
        "budget": {},
    }
    (answer,) = read(request, picture.parent)
    return str(answer.get("text", ""))


def _contracts(folder: Path) -> dict[str, float]:
    tallies = {name: Tally() for name in _CONTRACTS}
    for line in (folder / "expected.tsv").read_text("utf-8").splitlines():
        name, _, rest = line.partition("\t")
        wanted = {
            (key, _plain(value.replace("_", " "))) for key, _, value in (one.partition("=") for one in rest.split())
        }
        found = {(one.name, _plain(one.normal)) for one in best(_fields_of(folder / name))}
        for key, tally in tallies.items():
            ours, theirs = ({value for one, value in both if one == key} for both in (found, wanted))
            tally.add(Tally(len(ours & theirs), len(ours - theirs), len(theirs - ours)))
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    return {"contracts_fields": total.f1, **{f"contracts_fields_{name}": tally.f1 for name, tally in tallies.items()}}


def _fields_of(file: Path) -> Iterator[KeyField]:
    for segment in segments(pages(file)):
        for one in segment.units:
            yield from contracts.find(one)


def best(found: Iterable[KeyField]) -> Iterator[KeyField]:
    """Takes of each field the surest, of parties all: as index does for a document."""
    surest: dict[str, KeyField] = {}
    for field in found:
        if field.name == "party":
            yield field
        elif field.name not in surest or field.confidence > surest[field.name].confidence:
            surest[field.name] = field
    yield from surest.values()


def _invoices(folder: Path) -> dict[str, float]:
    names: Mapping[str, str] = yaml.safe_load(MAP.read_text("utf-8"))
    right = wanted = 0
    for file in documents(folder, ".json"):
        told: Any = json.loads(file.read_text("utf-8"))
        (invoice,) = told if isinstance(told, list) else [told]
        found: dict[str, str] = {}
        for number, text in enumerate(pages(file.with_suffix(".pdf")), 1):
            for field in sales.find(unit(number, text), "invoice"):
                found.setdefault(field.name, field.normal)
        for theirs, ours in names.items():
            if theirs in invoice:
                wanted += 1
                right += _same(ours, found.get(ours, ""), str(invoice[theirs]))
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
