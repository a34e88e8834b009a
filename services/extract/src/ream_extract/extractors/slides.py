# SPDX-License-Identifier: Apache-2.0
"""Decides how a presentation is read: each slide is a unit, with its notes and comments; hidden ones are marked."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ream_contracts.artifacts import Annotation
from ream_extract.children import Inside, children
from ream_extract.extractors.docx import shown_letters
from ream_extract.flow import Block, unit
from ream_extract.opc import Package
from ream_extract.pictures import Keeper
from ream_extract.reading import REST, Item, Plan, Source, UnitFailed, UnitRead, UnitRun, Unreadable
from ream_extract.side_parts import ON_SLIDES, lost
from ream_extract.slide_text import slide_text
from ream_extract.text_clean import tidy
from ream_extract.zip_check import opened

_PRESENTATION = "application/vnd.openxmlformats-officedocument.presentationml."
_SLIDE = re.compile(rb"<(?:\w{1,20}:)?sldId\s")
_INSIDE = "ppt/embeddings/"


class SlideExtractor:
    """Reads PPTX, PPSX, POTX and PPTM; macros are never run."""

    name = "slides"
    version = "5"
    media_types = (
        *(f"{_PRESENTATION}{kind}" for kind in ("presentation", "slideshow", "template")),
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
    )
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts slides by the presentation's own list, found without a parser, and embedded files by the directory.

        Where notes, comments or charts of a slide cannot be opened, a unit for each of these fails.
        """
        with opened(source.path, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            main = _main(package)
            count = len(_SLIDE.findall(package.data(main) or b""))
            inside = _embedded(package)
            units = [UnitRun("slide", count)] if count else []
            if inside:
                units.append(UnitRun("attachment", len(inside)))
            broken = lost(package, _slides(package, main), ON_SLIDES)
            if broken:
                units.append(UnitRun(REST, len(broken)))
            size = sum(package.parts[name].file_size for name in inside)
            return Plan(tuple(units), package.metadata() | {"slides": str(count)}, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields slides, then embedded files, then what is missing."""
        with opened(source.path, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            main = _main(package)
            count = len(_SLIDE.findall(package.data(main) or b""))
            slides = dict(enumerate(_slides(package, main), 1))
            for number in range(first, min(last, count) + 1):
                yield _slide(package, slides.get(number, ""), number, source, scratch)
            names = _embedded(package)
            inside = (
                Inside(tidy(name)[:500], package.parts[name].file_size, partial(_part, package, name)) for name in names
            )
            whole = count + len(names)
            yield from children(inside, source, max(first, count + 1), min(last, whole), count, scratch)
            broken = lost(package, slides.values(), ON_SLIDES) if last > whole else []
            yield from (UnitFailed(n, cause) for n, cause in enumerate(broken, whole + 1) if first <= n <= last)


def _main(package: Package) -> str:
    for name in (*package.of_kind("", "officeDocument"), "ppt/presentation.xml"):
        if package.known(name):
            return name
    raise Unreadable("damaged", "The file has no presentation part: it is cut off or not a presentation.")


def _slides(package: Package, main: str) -> Iterator[str]:
    links = package.links(main)
    for element in package.xml(main).iter("{*}sldId"):
        number = next((str(value) for name, value in element.attrib.items() if "relationships}id" in str(name)), "")
        yield links[number].target if number in links else ""


def _slide(package: Package, part: str, number: int, source: Source, scratch: Path) -> Item:
    kept = Keeper(scratch, source.limits)
    try:
        found = slide_text(package, part, kept if source.pictures else None)
    except Unreadable as failure:
        return UnitFailed(number, failure.cause)
    read = unit(number, [*found.blocks, Block("", pictures=tuple(found.pictures))], "markup")
    hidden = (Annotation("hidden", "This slide is hidden.", None),) if found.hidden else ()
    return UnitRead(
        number,
        "slide",
        read.text,
        read.method,
        label=f"{number} (hidden)" if found.hidden else None,
        headings=read.headings,
        pictures=read.pictures,
        tables=read.tables,
        annotations=(*hidden, *found.notes, *kept.notes()),
        counted=shown_letters(package.data(part) or b""),
        blocks=read.blocks,
    )


def _embedded(package: Package) -> list[str]:
    return sorted(name for name in package.parts if name.lower().startswith(_INSIDE) and package.parts[name].file_size)


def _part(package: Package, name: str) -> tuple[str, bytes] | None:
    try:
        return tidy(name)[:500].rsplit("/", 1)[-1], package.data(name) or b""
    except Unreadable:
        return None


EXTRACTOR = SlideExtractor()
