# SPDX-License-Identifier: Apache-2.0
"""Decides what a person sees in the flow of an OpenDocument text or slide: headings, lists, tables, notes, comments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ream_contracts.artifacts import Annotation
from ream_extract.flow import Block
from ream_extract.odf_numbering import ListNumbers
from ream_extract.open_document import annotations, attribute, local, paragraph_text
from ream_extract.reading import PictureFound
from ream_extract.table_grid import Slot, table_of
from ream_extract.text_clean import tidy

Picture = Callable[[str], PictureFound | None]
"""Keeps the picture of this name in the package."""
_UNREAD = frozenset(
    {"tracked-changes", "sequence-decls", "variable-decls", "forms", "annotation", "note", "settings", "animations"}
    | {
        "par",
        "user-field-decls",
        "event-listeners",
        "object",
        "notes",
        "index-title-template",
        "table-of-content-source",
    }
)
"""Elements that hold no text of the flow; notes and comments are read where their paragraph is."""
_DRAWN = frozenset({"frame", "custom-shape"})
_HANGING = _DRAWN | {"note", "annotation", "a", "change"}
ROWS = 1_000
"""Times that a repeated row or cell is taken at most."""


@dataclass(slots=True)
class Flow:
    """What paragraphs of a text refer to."""

    numbers: ListNumbers
    deleted: dict[str, Any]
    """What was deleted, by the number that marks its place."""


def flow_of(content: Any, styles: Any) -> Flow:
    """Reads what the paragraphs of a text refer to."""
    regions = content.iter("{*}changed-region") if content is not None else ()
    deleted = {attribute(one, "id"): found for one in regions if (found := one.find("{*}deletion")) is not None}
    return Flow(ListNumbers(content, styles), deleted)


def blocks_of(container: Any, keep: Picture | None, depth: int = 0, flow: Flow | None = None) -> Iterator[Block]:
    """Yields the blocks below an element in their order; `depth` says in how many lists it is.

    Where `flow` is given, items of lists and headings begin with their numbers, and what was deleted is in its place.
    """
    for child in container:
        name = local(child)
        if name in ("p", "h"):
            label = flow.numbers.heading(child) if flow is not None and name == "h" and not depth else ""
            yield from _labelled(_paragraph(child, name, keep, flow), label)
        elif name == "change":
            yield from _deleted(child, flow)
        elif name == "table":
            yield from _table(child, keep, flow)
        elif name in ("list-item", "list-header"):
            label = flow.numbers.item(child, depth) if flow is not None and name == "list-item" else ""
            yield from _item(blocks_of(child, keep, depth, flow), depth, label)
        elif name == "list" and flow is not None:
            flow.numbers.begin(child, depth + 1)
            yield from blocks_of(child, keep, depth + 1, flow)
        elif name and name not in _UNREAD:
            if name == "frame":
                yield from _pictures(child, keep)
            yield from blocks_of(child, keep, depth + (name == "list"), flow)


def _labelled(blocks: Iterator[Block], label: str) -> Iterator[Block]:
    """Yields blocks, the first of their words behind the number."""
    for block in blocks:
        if label and block.text.strip():
            block, label = replace(block, text=label + block.text), ""
        yield block


def _item(blocks: Iterator[Block], depth: int, label: str) -> Iterator[Block]:
    """Yields the blocks of a list item; the first of its words is the item, what follows belongs to it."""
    begun = False
    for block in _labelled(blocks, label):
        if not begun and block.text.strip():
            begun = True
            if block.kind == "paragraph" and not block.level:
                block = replace(block, kind="list-item", depth=depth)
        yield block


def _deleted(change: Any, flow: Flow | None) -> Iterator[Block]:
    """Yields what was deleted at a mark, while its writer shows changes."""
    found = flow.deleted.pop(attribute(change, "change-id"), None) if flow is not None else None
    if found is not None:
        text = "\n".join(paragraph_text(one) for one in found.iter("{*}p", "{*}h") if not _is_said(one)).strip()
        author = next((one.text for one in found.iter("{*}creator") if one.text), None)
        if text:
            yield Block(text, 0, (), (Annotation("deletion", text, tidy(author).strip() or None if author else None),))


def _is_said(paragraph: Any) -> bool:
    """Says whether a paragraph stands in the note of who made a change and why."""
    return any(local(one) == "change-info" for one in paragraph.iterancestors())


def _paragraph(element: Any, name: str, keep: Picture | None, flow: Flow | None) -> Iterator[Block]:
    level = attribute(element, "outline-level") or "1"
    text = paragraph_text(element)
    hanging = list(_hanging(element))
    notes = [
        block
        for one in hanging
        if local(one) == "note"
        for body in one.findall("{*}note-body")
        for block in blocks_of(body, keep)
    ]
    comments = [
        Annotation("comment", *said) for one in hanging if local(one) == "annotation" for said in annotations(one)
    ]
    links = [Annotation("link", attribute(one, "href")[:2_000], None) for one in hanging if local(one) == "a"]
    below = [note.text for note in notes] + [comment.text for comment in comments]
    beside = "\n".join(part for part in below if part.strip())
    heading = min(9, int(level)) if name == "h" and level.isdigit() and text.strip() else 0
    said = (*comments, *(link for link in links if link.text), *(one for note in notes for one in note.annotations))
    pictures = tuple(picture for note in notes for picture in note.pictures)
    tables = tuple(table for note in notes for table in note.tables)
    if text.strip():
        yield Block(text, heading, (), said, pictures)
        said, pictures = (), ()
    yield Block(beside, 0, tables, said, pictures)
    # What is anchored in a paragraph, and what was deleted from it, stands beside it.
    for drawn in hanging:
        if local(drawn) == "change":
            yield from _deleted(drawn, flow)
        elif local(drawn) in _DRAWN:
            yield from _pictures(drawn, keep)
            yield from blocks_of(drawn, keep, 0, flow)


def _hanging(element: Any) -> Iterator[Any]:
    """Yields what is anchored in a paragraph; what is anchored in that again is read with it, and only there."""
    for child in element:
        name = local(child)
        if name in _HANGING:
            yield child
        if name and name not in _HANGING - {"a"}:
            yield from _hanging(child)


def _pictures(frame: Any, keep: Picture | None) -> Iterator[Block]:
    described = "".join(one.text or "" for one in frame.findall("{*}desc")).strip()
    notes = (Annotation("alt", described[:2_000], None),) if described else ()
    found = [keep(attribute(image, "href")) for image in frame.findall("{*}image")] if keep is not None else []
    pictures = tuple(picture for picture in found[:1] if picture is not None)
    if pictures or notes:
        yield Block("", 0, (), notes, pictures)


def _table(table: Any, keep: Picture | None, flow: Flow | None) -> Iterator[Block]:
    rows: list[list[Slot]] = []
    written: list[str] = []
    inside: list[Block] = []
    for row in rows_of(table):
        line: list[Slot] = []
        for cell in row:
            kind = local(cell)
            if kind not in ("table-cell", "covered-table-cell"):
                continue
            blocks = list(blocks_of(cell, keep, 0, flow))
            inside += blocks
            text = "\n".join(block.text for block in blocks if block.text.strip())
            if kind == "covered-table-cell" and not text.strip():
                continue
            across, down = _times(cell, "number-columns-spanned"), _times(cell, "number-rows-spanned")
            line += [Slot(text, down, across)] * _times(cell, "number-columns-repeated")
        if any(slot.text.strip() for slot in line):
            written.append("\t".join(" ".join(slot.text.split()) for slot in line))
        rows.append(line)
    found = table_of(rows, sum(1 for _ in table.iterfind("{*}table-header-rows/{*}table-row")) or None)
    yield Block(
        "\n".join(written),
        0,
        (found,) if found is not None else (),
        tuple(note for block in inside for note in block.annotations),
        tuple(picture for block in inside for picture in block.pictures),
        "table",
    )


def rows_of(table: Any) -> Iterator[Any]:
    """Yields the rows of a table, those in groups too."""
    for child in table:
        name = local(child)
        if name == "table-row":
            yield child
        elif name in ("table-rows", "table-header-rows", "table-row-group"):
            yield from rows_of(child)


def _times(cell: Any, name: str) -> int:
    count = attribute(cell, name)
    return min(ROWS, max(1, int(count))) if count.isdigit() else 1
