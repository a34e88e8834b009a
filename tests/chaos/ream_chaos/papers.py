# SPDX-License-Identifier: Apache-2.0
"""Makes the documents of a run: five kinds in turn, no two alike, the same bytes for the same name.

They are small: vectors, which a run waits for at its end, take longer for a page of print than all else together.
"""

from __future__ import annotations

import base64
import hashlib
import io
import random
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from aiokafka.partitioner import murmur2  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

from ream_bench import papers
from ream_contracts import identity, layout, topics
from ream_contracts.messages import DocumentSubmitted
from ream_kit import Store

KINDS = ("text", "pdf", "scan", "docx", "zip")
NAMESPACE = "default"
_INLINE = 200_000
_LONG_AGO = (2020, 1, 1, 0, 0, 0)
_SCAN = (900, 420)
_WORDS = ("river", "bridge", "harvest", "letter", "window", "copper", "garden", "winter", "market", "silver", "engine")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to submit; its key names it for ever."""

    key: str
    name: str
    data: bytes

    @property
    def document_id(self) -> str:
        """The id it gets."""
        return identity.document_id(NAMESPACE, self.key)

    @property
    def partition(self) -> int:
        """Where all its records lie, on every topic."""
        return (int(murmur2(self.document_id.encode())) & 0x7FFFFFFF) % topics.DOCUMENTS_PARTS.partitions

    @property
    def outcome(self) -> str:
        """How it ends: an archive has nothing to read itself, its members are documents of their own."""
        return "empty" if self.name.endswith(".zip") else "complete"

    def message(self, store: Store) -> DocumentSubmitted:
        """The submission: its bytes inline where they are few, else by way of the store, where they are put."""
        if len(self.data) <= _INLINE:
            return DocumentSubmitted(body=base64.b64encode(self.data).decode(), key=self.key, name=self.name)
        place = f"{layout.INCOMING}{hashlib.sha256(self.data).hexdigest()}"
        store.put(place, self.data)
        return DocumentSubmitted(source=f"store:{place}", key=self.key, name=self.name)


def make(series: str, number: int, kind: str | None = None) -> Paper:
    """Makes document `number` of a series: a text, a small PDF, a scanned page, a DOCX or a ZIP with three members."""
    kind = kind or KINDS[number % len(KINDS)]
    name = f"{series} {number}"
    with tempfile.TemporaryDirectory(prefix="ream-chaos-") as folder:
        path = Path(folder) / "document"
        {"text": _text, "pdf": _pdf, "scan": _scan, "docx": _docx, "zip": _zip}[kind](path, name)
        ending = {"text": "txt", "scan": "png"}.get(kind, kind)
        return Paper(f"{series}/{number}", f"{series}-{number}.{ending}", path.read_bytes())


def scanned_giant(pages: int) -> Paper:
    """Makes a TIFF of so many scanned pages, none like another."""
    with tempfile.TemporaryDirectory(prefix="ream-chaos-") as folder:
        path = Path(folder) / "giant.tif"
        first, *more = (_page(f"giant {number}") for number in range(1, pages + 1))
        first.convert("1").save(path, "TIFF", save_all=True, append_images=[one.convert("1") for one in more],
                                compression="group4")  # fmt: skip
        return Paper("giant", "giant.tif", path.read_bytes())


def _text(path: Path, name: str) -> None:
    papers.plain_text(path, name, 600)


def _pdf(path: Path, name: str) -> None:
    papers.text_pdf(path, name, 2, lines=12)


def _docx(path: Path, name: str) -> None:
    papers.docx(path, name, 3)


def _scan(path: Path, name: str) -> None:
    _page(name).save(path, "PNG")


def _page(name: str) -> Image.Image:
    """A picture of a few lines of print, small so that reading it takes no while."""
    chance = random.Random(name)
    page = Image.new("L", _SCAN, 250)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(32)
    pen.text((40, 30), name, fill=10, font=font)
    for line in range(6):
        pen.text((40, 90 + 50 * line), " ".join(chance.choices(_WORDS, k=6)), fill=10, font=font)
    return page


def _zip(path: Path, name: str) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in range(1, 4):
            made = make(f"{name} member", member, ("text", "docx", "pdf")[member - 1])
            archive.writestr(zipfile.ZipInfo(made.name, _LONG_AGO), made.data)
    path.write_bytes(held.getvalue())
