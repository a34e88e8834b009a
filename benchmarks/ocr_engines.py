# SPDX-License-Identifier: Apache-2.0
"""Measures OCR engines and ways of using them: CPU seconds and character error rate, for ADR 0003.

Run `python benchmarks/ocr_engines.py`, with REAM_CORPUS set to have the scanned pages of `ocr-pages` measured too.
"""

from __future__ import annotations

import os
import platform
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ream_bench.processes import used_here
from ream_bench.reading.scans import in_the_cell
from ream_ocr.engine import OcrEngine, PageRead
from ream_ocr.engines import ENGINES, open_engine
from ream_ocr.languages import tessdata
from ream_ocr.second_cell import read as read_by_second
from ream_ocr.skew import skew
from ream_ocr.testing import TEXTS, character_error_rate, draw
from ream_quality.receipts import runs

ALL = tuple(TEXTS)
DRAWN: dict[str, dict[str, float]] = {
    "clean": {},
    "noisy, 0.7° askew": {"noise": 50, "blur": 1.0, "skew": 0.7},
    "8 points, blurred": {"letters": 22, "noise": 50, "blur": 1.5},
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page with known text."""

    language: str
    picture: Image.Image
    truth: str


def pages() -> Iterator[tuple[str, list[Page]]]:
    """Yields sets of drawn pages of A4, one in each language."""
    for name, how in DRAWN.items():
        drawn = [(language, *draw(text, times=4, **how)) for language, text in TEXTS.items()]  # type: ignore[arg-type]
        yield name, [Page(*one) for one in drawn]


def measured(reads: Callable[[Page], PageRead], sample: list[Page]) -> str:
    """Reads pages; gives CPU seconds and errors a page as cells of a table."""
    seconds, errors = 0.0, 0.0
    for page in sample:
        before = used_here()
        found = reads(page)
        seconds += used_here() - before
        errors += character_error_rate(found.text, page.truth)
    return f"{seconds / len(sample):.2f} | {errors / len(sample):.4f}"


def compare_engines(engines: dict[str, OcrEngine]) -> None:
    """Prints the engines side by side."""
    print("\n| drawn pages, all four languages at once | engine | CPU s a page | CER |\n|---|---|---|---|")
    for name, sample in pages():
        for engine in engines.values():
            engine.read(sample[0].picture.crop((0, 0, 900, 300)), ALL, 200)  # loads the packs
            row = measured(lambda page, engine=engine: engine.read(page.picture, ALL, 200), sample)  # type: ignore[misc]
            print(f"| {name} | {engine.name} | {row} |")


def compare_languages(engine: OcrEngine) -> None:
    """Prints what it costs not to know the language."""
    ways: dict[str, Callable[[str], tuple[str, ...]]] = {
        "its own pack alone (as if known)": lambda language: (language,),
        "eng alone": lambda _: ("eng",),
        "all four, eng first": lambda _: ALL,
        "all four, its own first (as if known)": lambda own: (own, *(one for one in ALL if one != own)),
    }
    print("\n| drawn pages | packs | CPU s a page | CER |\n|---|---|---|---|")
    for name, sample in pages():
        for way, packs in ways.items():
            for page in sample:
                page_packs = packs(page.language)
                engine.read(page.picture.crop((0, 0, 900, 300)), page_packs, 200)
            per_page = [
                measured(lambda page, packs=packs: _warm(engine, page, packs(page.language)), [page])  # type: ignore[misc]
                for page in sample
            ]
            columns = [[float(cell) for cell in row.split(" | ")] for row in per_page]
            seconds, errors = (sum(column) / len(columns) for column in zip(*columns, strict=True))
            print(f"| {name} | {way} | {seconds:.2f} | {errors:.4f} |")


def _warm(engine: OcrEngine, page: Page, packs: tuple[str, ...]) -> PageRead:
    return engine.read(page.picture, packs, 200)


def compare_resolutions(engine: OcrEngine, folder: Path) -> None:
    """Prints how resolution changes the reading of two scans of 300 dpi; words, for their blocks have no one order."""
    print("\n| scan | dpi | CPU s | words missed | confidence |\n|---|---|---|---|---|")
    for path in sorted(folder.glob("80*.tif")):
        truth = path.with_suffix(".txt").read_text()
        with Image.open(path) as scan:
            grey = scan.convert("L")
        for dpi in (75, 100, 150, 200, 300, 400):
            size = (grey.width * dpi // 300, grey.height * dpi // 300)
            picture = grey.resize(size, Image.Resampling.BOX if dpi < 300 else Image.Resampling.BICUBIC)
            before = used_here()
            found = engine.read(picture, ALL, dpi)
            print(
                f"| {path.stem} | {dpi} | {used_here() - before:.2f} | {missed(found.text, truth):.3f} "
                f"| {found.confidence} |"
            )


def compare_heights(engine: OcrEngine, folder: Path) -> None:
    """Prints what it helps to enlarge small letters, though nothing is added that was not there."""
    print("\n| scan at 75 dpi | enlarged | height of words | CPU s | words missed |\n|---|---|---|---|---|")
    for path in sorted(folder.glob("80*.tif")):
        truth = path.with_suffix(".txt").read_text()
        with Image.open(path) as scan:
            small = scan.convert("L").resize((scan.width // 4, scan.height // 4), Image.Resampling.BOX)
        for factor in (1.0, 1.5, 2.0):
            size = (round(small.width * factor), round(small.height * factor))
            before = used_here()
            found = engine.read(small.resize(size, Image.Resampling.BICUBIC), ALL, round(75 * factor))
            height, share = found.letter_height, missed(found.text, truth)
            print(f"| {path.stem} | {factor} | {height:.0f} | {used_here() - before:.2f} | {share:.3f} |")


def missed(found: str, truth: str) -> float:
    """Share of the different words of the truth that were not found."""
    words, wanted = (set(re.findall(r"\w+", text)) for text in (found, truth))
    return 1 - len(wanted & words) / len(wanted)


def cost_of_lying(engine: OcrEngine) -> None:
    """Prints what pages that do not lie upright cost, and what asking every page would."""
    picture, _ = draw(TEXTS["eng"], times=4)
    print("\n| a clean page | CPU s |\n|---|---|")
    steps: dict[str, Callable[[], object]] = {
        "read upright": lambda: engine.read(picture, ALL, 200),
        "read on its head": lambda: engine.read(picture.rotate(180), ALL, 200),
        "asked which way it lies (OSD)": lambda: engine.turn(picture),
        "its skew measured": lambda: skew(picture),
    }
    for name, step in steps.items():
        before = used_here()
        step()
        print(f"| {name} | {used_here() - before:.2f} |")


def as_served(engine: str, path: Path, media_type: str, scratch: Path) -> dict[str, Any]:
    """Reads a picture the way the service reads it, with all languages."""
    return in_the_cell(engine, path, media_type, ALL, scratch)


def degraded(engine: str, scratch: Path) -> None:
    """Prints drawn pages in bad states, read the way the service reads."""
    states: dict[str, dict[str, float]] = {
        "clean": {},
        "noise of 27 grey levels": {"blur": 1.0, "noise": 110},
        "5° askew": {"skew": 5},
        "15° askew": {"skew": -15},
        "5 points": {"letters": 14},
        "4 points, blurred": {"letters": 11, "blur": 0.5},
    }
    print("\n| drawn page, as the service reads it | engine | CPU s | CER | looks |\n|---|---|---|---|---|")
    for name, how in states.items():
        picture, truth = draw(TEXTS["eng"], times=4, **how)  # type: ignore[arg-type]
        for turn in (0, 180) if name == "clean" else (0,):
            picture.rotate(turn).save(scratch / "page.png")
            before = used_here()
            answer = as_served(engine, scratch / "page.png", "image/png", scratch)
            seconds, errors = used_here() - before, character_error_rate(answer["text"], truth)
            lying = ", on its head" if turn else ""
            print(f"| {name}{lying} | {engine} | {seconds:.2f} | {errors:.4f} | {answer['looks']} |")


def corpus(engine: str, folder: Path, scratch: Path) -> None:
    """Prints every page of the corpus that has its truth beside it, read the way the service reads."""
    for path in sorted(folder.iterdir()):
        name = "phototest" if path.name.startswith("phototest") else path.name.removesuffix(path.suffix)
        truth = folder / f"{name}.txt"
        if path.suffix not in (".tif", ".png") or not truth.exists():
            continue
        before = used_here()
        answer = as_served(engine, path, "image/tiff" if path.suffix == ".tif" else "image/png", scratch)
        seconds, wanted = used_here() - before, truth.read_text()
        errors = character_error_rate(answer["text"], wanted)
        row = (f"{seconds:.2f}", f"{errors:.4f}", f"{missed(answer['text'], wanted):.3f}", answer["looks"])
        print(f"| {path.name} | {engine} |", " | ".join(map(str, row)), "|")


def photographs(folder: Path, scratch: Path) -> None:
    """Prints what each of the two engines reads of photographed receipts: words as `make quality` counts them."""
    print("\n| receipts | engine | recall | precision | CPU s an image |\n|---|---|---|---|---|")
    seen: dict[str, Photographs] = {"tesserocr": Photographs(), "rapidocr": Photographs()}
    for path in sorted(folder.glob("img/*.jpg")):
        lines = (folder / "box" / f"{path.stem}.csv").read_text("utf-8", "replace").splitlines()
        truth = runs("\n".join(line.split(",", 8)[-1] for line in lines))
        before = used_here()
        first = as_served("tesserocr", path, "image/jpeg", scratch)
        between = used_here()
        request = {"path": str(path), "media_type": "image/jpeg", "units": [1], "engine": "rapidocr", "budget": {}}
        (second,) = read_by_second({**request, "look": first["look"]}, scratch)
        seen["tesserocr"].add(runs(first.get("text", "")), truth, between - before)
        seen["rapidocr"].add(runs(second.get("text", "")), truth, used_here() - between)
    for name, one in seen.items():
        print(f"| {one.images} | {name} | {one.recall:.3f} | {one.precision:.3f} | {one.seconds / one.images:.1f} |")


@dataclass(slots=True)
class Photographs:
    """Words of photographs that were read, were there, and were both."""

    images: int = 0
    right: int = 0
    found: int = 0
    wanted: int = 0
    seconds: float = 0.0

    def add(self, found: Counter[str], wanted: Counter[str], seconds: float) -> None:
        """Counts one image."""
        self.images += 1
        self.right += (found & wanted).total()
        self.found += found.total()
        self.wanted += wanted.total()
        self.seconds += seconds

    @property
    def recall(self) -> float:
        """Share of the words that were read."""
        return self.right / max(1, self.wanted)

    @property
    def precision(self) -> float:
        """Share of what was read that is right."""
        return self.right / max(1, self.found)


def main() -> None:
    """Prints all tables."""
    folder = tessdata(None)
    engines = {name: open_engine(name, folder) for name in ENGINES}
    versions = ", ".join(f"{name}: Tesseract {engine.version}" for name, engine in engines.items())
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {versions}")
    compare_engines(engines)
    compare_languages(engines["tesserocr"])
    cost_of_lying(engines["tesserocr"])
    with tempfile.TemporaryDirectory() as scratch:
        degraded("tesserocr", Path(scratch))
    scans = Path(os.environ.get("REAM_CORPUS", ""), "ocr-pages")
    if not os.environ.get("REAM_CORPUS") or not scans.is_dir():
        print("\nREAM_CORPUS names no folder with ocr-pages: real scans are left out")
        return
    compare_resolutions(engines["tesserocr"], scans)
    compare_heights(engines["tesserocr"], scans)
    print("\n| real page, as the service reads it | engine | CPU s | CER | words missed | looks |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for name in engines:
            corpus(name, scans, Path(scratch))
        if (receipts := scans.with_name("receipts")).is_dir():
            photographs(receipts, Path(scratch))


if __name__ == "__main__":
    main()
