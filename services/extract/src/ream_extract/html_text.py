# SPDX-License-Identifier: Apache-2.0
"""Decides what a person reads in an HTML page: text in blocks, headings, tables, links and fields; no scripts."""

import re
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ream_contracts.artifacts import Annotation
from ream_extract.flow import Block
from ream_extract.table_grid import Slot, table_of
from ream_extract.text_clean import tidy

LINKS = 5_000
TABLE_DEPTH = 6
"""Tables in tables below which a table is no longer asked whether it holds data."""
FRAMES = 4
"""Pages inside of attributes of one another that are read."""
SIGN_OF_LIFE = 20_000
"""Nodes after which the reading of a page shows that it goes on."""
_FARTHEST = 65_534
"""Rows or columns over which a cell reaches at most, as in browsers."""
PIECE = 8 << 20
"""Letters of a large page that are parsed at once."""
_CUTS = re.compile(r"<(p|div|table|tr|h[1-6]|ul|ol|section|article)\b", re.IGNORECASE)
_SCRIPTS = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*", re.IGNORECASE)
UNREAD = frozenset({"script", "style", "template", "head", "metadata", "defs", "iframe", "-comment"})
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option "
        "p pre section select summary table tbody td text textarea tfoot th thead tr ul xmp",
    )
)
"""Elements that end a line, `text` of drawings among them; all others, unknown ones too, run on in it."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_PARTS = frozenset({"article", "aside", "main", "nav", "section"})
"""Elements whose headers and footers are their own, not the page's."""
_GROUP = dict.fromkeys(_LISTS, "list") | dict.fromkeys(_PARTS, "part")
_TELLING = frozenset({"figure", "header", "footer", "li", *_GROUP})
_SHOWN_INPUTS = {"", "text", "search", "email", "tel", "url", "number", "date", "time", "submit", "button", "reset"}


@dataclass(slots=True)
class _Grid:
    """A table being read; a layout table has no rows of its own and lets its text flow."""

    data: bool
    rows: list[list[Slot]] = field(default_factory=list)
    in_head: bool = False
    head_rows: int | None = None
    """Rows at the top that the page puts into a head; None where it has none."""


@dataclass(slots=True)
class _Reader:
    blocks: list[Block] = field(default_factory=list)
    buffers: list[list[str]] = field(default_factory=lambda: [[]])
    grids: list[_Grid] = field(default_factory=list)
    notes: list[Annotation] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """For each image the number of the block in which it stands."""
    preformatted: int = 0
    level: int = 0
    open: Counter[str] = field(default_factory=Counter)
    """Elements that say what is in them, by name, as often as they are open; `list` and `part` stand for several."""
    item: bool = False
    """A list item has begun, and nothing of it is written yet."""
    figure: int = 0
    """Blocks that there were when the outermost figure began."""
    frames: int = 0
    """Frames that are open, each with a page of its own."""
    left_out: int = 0
    """Pages in frames that lie too deep in others to be read."""

    def say(self, text: str) -> None:
        if not self.preformatted:
            stripped = " ".join(text.split())
            text = (" " if text[:1].isspace() else "") + stripped + (" " if stripped and text[-1:].isspace() else "")
        self.buffers[-1].append(text)

    def flush(self) -> None:
        """Ends a block; inside a cell it only ends a line."""
        if len(self.buffers) > 1:
            self.buffers[-1].append("\n")
            return
        text = _joined(self.buffers[-1])
        self.buffers[-1].clear()
        # An image that stands alone has a block of its own, so that it keeps its place.
        alone = self.places[-1:] == [len(self.blocks)] and not self.open["figure"]
        if text or self.notes or alone:
            kind = self._kind() if text else "paragraph"
            depth = self.open["list"] if kind == "list-item" else 0
            self.blocks.append(Block(text, self.level if text else 0, (), tuple(self.notes), (), kind, depth))
            self.notes.clear()
            self.item = self.item and not text

    def _kind(self) -> Literal["paragraph", "list-item", "figure", "header", "footer"]:
        if self.open["figure"]:
            return "figure"
        if self.open["header"]:
            return "header"
        if self.open["footer"]:
            return "footer"
        return "list-item" if self.item else "paragraph"

    def begin(self, tag: str) -> None:
        """Notes that an element begins that says what is in it."""
        if tag in ("header", "footer") and self.open["part"]:
            return
        if tag == "figure" and not self.open[tag]:
            self.figure = len(self.blocks)
        self.item = self.item or tag == "li"
        self.open[_GROUP.get(tag, tag)] += 1

    def end(self, tag: str) -> None:
        """Notes that it ends; a figure of which nothing was written is one all the same."""
        if tag in ("header", "footer") and self.open["part"]:
            return
        group = _GROUP.get(tag, tag)
        self.open[group] -= self.open[group] > 0
        if tag == "figure" and not self.open[tag] and len(self.buffers) == 1:
            if not any(block.text for block in self.blocks[self.figure :]):
                self.blocks.append(Block("", kind="figure"))
        elif tag == "li":
            self.item = False


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says."""

    title: str
    meta: dict[str, str]
    """What its meta tags say."""
    blocks: list[Block]
    images: list[str]
    """Addresses of the images that lie in the page itself."""
    places: list[int]
    """For each of them the number of the block in which it stands."""
    left_out: int = 0
    """Pages in frames that lie too deep in others to be read."""


def page_text(text: str) -> Generator[None, None, PageText]:
    """Reads a page and returns what it says; yields now and then, for a large page takes minutes."""
    reader = _Reader()
    title, meta = "", dict[str, str]()
    number = 0
    for piece in _pieces(text):
        tree = LexborHTMLParser(piece)
        for node, entering in _walk(tree.root) if tree.root is not None else ():
            (_enter if entering else _leave)(node, reader)
            number += 1
            if number % SIGN_OF_LIFE == 0:
                yield
        reader.flush()
        heading = tree.css_first("title")
        title = title or (tidy(" ".join(heading.text().split()))[:1_000] if heading is not None else "")
        meta = meta or _meta(tree)
    return PageText(title, meta, reader.blocks, reader.images, reader.places, reader.left_out)


def _pieces(text: str) -> Iterator[str]:
    """Cuts a large page before one of its blocks or rows: the tree of a whole one takes thirty times its size."""
    if len(text) <= 2 * PIECE:
        yield text
        return
    at, before = 0, ""
    text = _SCRIPTS.sub("", text)
    while at < len(text):
        cut = _CUTS.search(text, at + PIECE)
        end = cut.start() if cut is not None else len(text)
        yield before + text[at:end]
        before = "<table>" if cut is not None and cut.group(1).lower() == "tr" else ""
        at = end


def page_text_at_once(text: str) -> PageText:
    """Reads a page that is small."""
    reading = page_text(text)
    while True:
        try:
            next(reading)
        except StopIteration as read:
            result: PageText = read.value
            return result


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yields each node when it begins and when it ends, without recursion: pages nest as deep as they like."""
    waiting: list[tuple[LexborNode, bool]] = [(root, True)]
    while waiting:
        node, entering = waiting.pop()
        yield node, entering
        if entering and not node.is_text_node:
            waiting.append((node, False))
            if node.tag not in UNREAD:
                child = node.last_child
                while child is not None:
                    waiting.append((child, True))
                    child = child.prev


def _enter(node: LexborNode, reader: _Reader) -> None:
    tag = node.tag or ""
    if node.is_text_node:
        reader.say(node.text_content or "")
    elif tag == "br":
        reader.buffers[-1].append("\n")
    elif tag in ("a", "img", "input", "option", "textarea"):
        _element(node, tag, reader)
    elif tag in ("iframe", "frame"):
        _frame(node, reader)
    elif tag == "table":
        reader.flush()
        reader.grids.append(_Grid(len(reader.grids) < TABLE_DEPTH and not _is_layout(node)))
    elif tag == "tr" and reader.grids and reader.grids[-1].data:
        grid = reader.grids[-1]
        if grid.in_head and len(grid.rows) == (grid.head_rows or 0):
            grid.head_rows = len(grid.rows) + 1
        grid.rows.append([])
    elif tag in ("td", "th") and reader.grids and reader.grids[-1].data:
        reader.buffers.append([])
    elif tag in BLOCKS:
        if tag == "thead" and reader.grids:
            reader.grids[-1].in_head = True
        reader.flush()
        reader.preformatted += tag in ("pre", "listing", "xmp")
        reader.level = _HEADINGS.get(tag, reader.level)
        if tag in _TELLING:
            reader.begin(tag)


def _is_layout(table: LexborNode) -> bool:
    """Says whether a table only arranges a page: it holds headings or other tables."""
    return any(found.mem_id != table.mem_id for found in table.css("table, h1, h2, h3, h4, h5, h6"))


def _leave(node: LexborNode, reader: _Reader) -> None:
    tag = node.tag or ""
    grid = reader.grids[-1] if reader.grids else None
    if tag == "table" and grid is not None:
        _end_table(reader.grids.pop(), reader)
    elif tag in ("td", "th") and grid is not None and grid.data:
        cell = _joined(reader.buffers.pop())
        if not grid.rows:
            grid.rows.append([])
        grid.rows[-1].append(Slot(cell, _reach(node, "rowspan"), max(1, _reach(node, "colspan")), tag == "th"))
    elif tag in BLOCKS and tag != "tr":
        if tag == "thead" and grid is not None:
            grid.in_head = False
        reader.flush()
        reader.preformatted -= tag in ("pre", "listing", "xmp")
        reader.level = 0 if tag in _HEADINGS else reader.level
        if tag in _TELLING:
            reader.end(tag)
    elif tag == "tr":
        reader.flush()


def _reach(cell: LexborNode, name: str) -> int:
    """Says how far a cell reaches; over rows, 0 stands for all that follow."""
    value = (cell.attributes.get(name) or "").strip()
    return min(_FARTHEST, int(value)) if value.isdecimal() and len(value) < 10 else 1


def _end_table(grid: _Grid, reader: _Reader) -> None:
    rows = [[slot.text for slot in row] for row in grid.rows if any(slot.text for slot in row)]
    if not grid.data or not rows:
        reader.flush()
        return
    text = "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)
    if len(reader.buffers) > 1:
        reader.buffers[-1].append(f"\n{text}\n")
        return
    reader.flush()
    found = table_of(grid.rows, grid.head_rows)
    reader.blocks.append(Block(text, 0, (found,) if found is not None else (), tuple(reader.notes), (), "table"))
    reader.notes.clear()
    reader.item = False


def _element(node: LexborNode, tag: str, reader: _Reader) -> None:
    values = {key: tidy(value or "") for key, value in node.attributes.items()}
    if tag == "a" and values.get("href", "#")[0:1] not in ("#", "") and len(reader.notes) < LINKS:
        reader.notes.append(Annotation("link", values["href"][:2_000], None))
    elif tag == "img":
        if values.get("alt", "").strip():
            reader.notes.append(Annotation("alt", values["alt"][:2_000], None))
        if values.get("src", "").startswith("data:image/"):
            reader.images.append(values["src"])
            reader.places.append(len(reader.blocks))
    elif tag == "input" and values.get("type", "").lower() in _SHOWN_INPUTS:
        reader.say(f" {values.get('value') or values.get('placeholder', '')} ")
    elif tag == "option":
        reader.buffers[-1].append("\n")
    elif tag == "textarea":
        reader.flush()


def _frame(node: LexborNode, reader: _Reader) -> None:
    """Reads the page that a frame holds in itself; where it shows another, that one's address is noted."""
    within, address = node.attributes.get("srcdoc") or "", tidy(node.attributes.get("src") or "").strip()
    if address and not within and len(reader.notes) < LINKS:
        reader.notes.append(Annotation("link", address[:2_000], None))
    if not within:
        return
    if reader.frames >= FRAMES:
        reader.left_out += 1
        return
    reader.flush()
    reader.frames += 1
    tree = LexborHTMLParser(within)
    for inner, entering in _walk(tree.root) if tree.root is not None else ():
        (_enter if entering else _leave)(inner, reader)
    reader.frames -= 1
    reader.flush()


def _joined(pieces: list[str]) -> str:
    lines = tidy("".join(pieces)).split("\n")
    return "\n".join(line.strip() if "\t" not in line else line.rstrip() for line in lines if line.strip()).strip("\n")


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[name][content]")[:200]:
        name = (node.attributes.get("name") or "").strip().lower()
        content = tidy(node.attributes.get("content") or "").strip()[:2_000]
        if (
            name in ("author", "description", "keywords", "generator", "date", "language", "dc.title", "dc.creator")
            and content
        ):
            found[name] = content
    return found
