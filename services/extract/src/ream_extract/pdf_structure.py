# SPDX-License-Identifier: Apache-2.0
"""Decides what a PDF holds by pypdf's reading of its objects, which shares nothing with the reading of its text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

from pypdf import PdfReader
from pypdf.generic import EmbeddedFile

from ream_extract.pdf_xfa import needs_program
from ream_extract.text_clean import tidy

LOOKED_AT = 50_000
"""Pages and annotations looked at for attached files before anything is read; a plan must not cost minutes."""
STEPS = 500
"""Pages and annotations after which who looks on says that it is still at work."""
TREE_PAGES = 20_000
"""Pages up to which the tree is walked; of more, nothing is said here: its root's own count may be any number."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF, by its place in the list of all."""

    name: str
    size: int | None
    """As declared, if it is."""
    file_name: str
    """What the file itself is called, whatever the document's list calls it."""
    described: str = ""
    """What the document says of it to people."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What pypdf counts; pages is None where it cannot or does not count them, and `problem` says why."""

    pages: int | None
    attachments: tuple[Attachment, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    locked: bool = False
    """Encrypted, and the empty password does not open it."""
    problem: str | None = None
    listed: int = 0
    """How many of the attachments stand in the document's list; the others are pinned to pages."""
    objects: int | None = None
    """How many objects there are, where the tree was not walked: there cannot be more pages."""
    program: bool = False
    """Whether it is a form that a program of its own draws."""
    whole: bool = True
    """False where there are more pages and annotations than were looked at: files may be pinned to the others."""


def look(path: Path) -> Structure:
    """Reads the structure; a file that pypdf cannot read is no error here, for PDFium may read it all the same."""
    told = path.stat()
    return _look(path, told.st_ino, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=1)
def _look(path: Path, *identity: int) -> Structure:
    # Kept for the runs of one file that follow: all of it would be parsed anew for every sixteen pages.
    del identity
    try:
        reader = PdfReader(path, strict=False)
        if _locked(reader):
            return Structure(None, locked=True)
        listed = tuple(map(_attachment, reader.attachment_list))
        whole = _Whole()
        attachments = tuple(map(_attachment, _looked_at(reader, whole)))
        pages = _pages(reader)
        problem = None if pages is not None else f"more than {TREE_PAGES} declared"
        objects = _objects(reader) if pages is None else None
        return Structure(
            pages, attachments, tuple(_metadata(reader)), problem=problem, listed=len(listed), objects=objects,
            program=needs_program(reader), whole=whole.whole,
        )  # fmt: skip
    except Exception as failure:
        return Structure(None, problem=type(failure).__name__)


def attached(path: Path) -> Iterator[tuple[Attachment, Callable[[], bytes | None]]]:
    """Yields each attachment in the order of `look`, and what decodes it, or gives None where that cannot be done."""
    reader = PdfReader(path, strict=False)
    for one in _looked_at(reader, _Whole()):
        yield _attachment(one), partial(_content, one)


def more_pinned(path: Path) -> Iterator[bool]:
    """Looks for files beyond those of `look`, pinned to what was not looked at there.

    Yields:
        False now and then, while none was found; True as the last where there is one, or where that cannot be told.
    """
    left = len(look(path).attachments)
    try:
        for steps, one in enumerate(_attached(PdfReader(path, strict=False))):
            left -= one is not None
            if left < 0:
                yield True
                return
            if steps % STEPS == 0:
                yield False
    except Exception:
        yield True


def _attachment(one: EmbeddedFile) -> Attachment:
    name = tidy(one.name)[:500]
    try:
        file_name = tidy(one.alternative_name or name)[:500]
    except Exception:
        file_name = name
    return Attachment(name, _size(one), file_name, _said(one.pdf_object))


def _said(specification: Any) -> str:
    """Returns what a file is described by: its description, and the columns that a portfolio shows of it."""
    try:
        columns = specification.get("/CI", {})
        shown = [columns[name] for name in columns if name != "/Type"]
        values = [specification.get("/Desc"), *(one.get("/D") if hasattr(one, "get") else one for one in shown)]
        return "; ".join(tidy(str(value)).strip() for value in values if value is not None)[:500]
    except Exception:
        return ""


def described(structure: Structure) -> str:
    """Puts the descriptions of all files into words; empty where there are none."""
    said = (f"{one.file_name}: {one.described}" for one in structure.attachments if one.described)
    return "\n".join(said)[:4_000]


def _content(one: EmbeddedFile) -> bytes | None:
    try:
        return one.content
    except Exception:
        return None


def _locked(reader: PdfReader) -> bool:
    return reader.is_encrypted and not reader.decrypt("")


def _objects(reader: PdfReader) -> int:
    return sum(len(places) for places in reader.xref.values()) + len(reader.xref_objStm)


def _pages(reader: PdfReader) -> int | None:
    declared = cast(Any, reader.root_object)["/Pages"].get_object().get("/Count", 0)
    if isinstance(declared, int) and declared > TREE_PAGES:
        return None
    return len(reader.pages)


def _size(one: EmbeddedFile) -> int | None:
    try:
        return None if one.size is None else int(one.size)
    except Exception:
        return None


@dataclass(slots=True)
class _Whole:
    """Whether everything was looked at."""

    whole: bool = True


def _looked_at(reader: PdfReader, told: _Whole) -> Iterator[EmbeddedFile]:
    """Yields the files that are found in bounded time, and tells whether there may be more."""
    steps = 0
    for one in _attached(reader):
        steps += one is None
        if steps > LOOKED_AT:
            told.whole = False
            return
        if one is not None:
            yield one


def _attached(reader: PdfReader) -> Iterator[EmbeddedFile | None]:
    """Yields the files of the document's list, then those pinned to pages that are not in it; None while it looks."""
    seen: set[object] = set()
    for one in reader.attachment_list:
        seen.add(_identity(one.pdf_object))
        yield one
    for specification in _pinned(reader):
        if specification is None:
            yield None
        elif _identity(specification) not in seen:
            seen.add(_identity(specification))
            name = specification.get("/UF") or specification.get("/F") or "attachment"
            yield EmbeddedFile(str(name), specification)


def _identity(specification: Any) -> object:
    stream = specification.get("/EF", {}).get("/F") if "/EF" in specification else None
    raw = specification["/EF"].raw_get("/F") if stream is not None else specification
    return getattr(raw, "idnum", None) or id(raw)


def _pinned(reader: PdfReader) -> Iterator[Any]:
    """Yields the files that belong to the document or a page (PDF 2), and those that are pinned to a page.

    Each page and annotation is looked at once, however often it is named; before each, None is yielded.
    """
    yield from _associated(reader.root_object)
    seen: set[object] = set()
    for page in _each_page(reader):
        yield None
        yield from _associated(page)
        for reference in page.get("/Annots") or ():
            if _number(reference) in seen:
                continue
            seen.add(_number(reference))
            yield None
            annotation = reference.get_object()
            if annotation.get("/Subtype") == "/FileAttachment" and "/EF" in annotation.get("/FS", {}):
                yield annotation["/FS"]


def _each_page(reader: PdfReader) -> Iterator[Any]:
    """Walks the page tree whatever its root says of its size."""
    seen: set[object] = set()
    waiting: list[Any] = [cast(Any, reader.root_object).raw_get("/Pages")]
    while waiting:
        reference = waiting.pop()
        if _number(reference) in seen:
            continue
        seen.add(_number(reference))
        node = reference.get_object()
        if "/Kids" in node:
            waiting.extend(reversed(node["/Kids"]))
        else:
            yield node


def _associated(holder: Any) -> Iterator[Any]:
    references: Any = holder.get("/AF") or ()
    for reference in [references] if hasattr(references, "get") else references:
        specification = reference.get_object()
        if hasattr(specification, "get") and "/EF" in specification:
            yield specification


def _layers(reader: PdfReader) -> str:
    """Names the layers of a document that can be switched, and says of those that are off that they are hidden."""
    content = cast(Any, reader.root_object).get("/OCProperties")
    try:
        return _named_layers(content) if content is not None else ""
    except Exception:
        return "unreadable"


def _named_layers(content: Any) -> str:
    settings = content["/D"]
    off = {_number(one) for one in settings.get("/OFF", ())}
    on = {_number(one) for one in settings.get("/ON", ())}
    all_off = settings.get("/BaseState") == "/OFF"
    named = []
    for group in content["/OCGs"][:200]:
        hidden = _number(group) in off or (all_off and _number(group) not in on)
        named.append(tidy(str(group.get_object().get("/Name", "")))[:100] + (" (hidden)" if hidden else ""))
    return "; ".join(named)[:2_000]


def _number(reference: Any) -> object:
    return getattr(reference, "idnum", None) or id(reference)


def _metadata(reader: PdfReader) -> Iterator[tuple[str, str]]:
    if layers := _layers(reader):
        yield "layers", layers
    if "/Collection" in reader.root_object:
        yield "portfolio", "yes"
    for key, value in (reader.metadata or {}).items():
        text = tidy(str(value)).strip()[:2_000]
        name = key.lstrip("/").lower()
        if text and name.isidentifier():
            yield name[:60], text
    if reader.is_encrypted:
        yield "encrypted", "opens without a password"
        permissions = reader.user_access_permissions
        if permissions is not None:
            yield "permissions", " ".join(sorted(flag.lower() for flag, on in permissions.to_dict().items() if on))
