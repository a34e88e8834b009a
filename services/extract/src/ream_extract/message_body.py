# SPDX-License-Identifier: Apache-2.0
"""Decides which form of a message's body is read, and counts its letters by another way than it is read."""

import re
from collections.abc import Generator, Iterator, Sequence

from ream_contracts.whole import letters
from ream_extract.flow import Block, apportion, share, unit
from ream_extract.html_letters import shown_letters
from ream_extract.html_text import page_text
from ream_extract.reading import UnitRead
from ream_extract.text_clean import tidy

WHOLE = 0.95
"""Share of the letters of the plain form that the page must have to be read in its place."""
_TARGET = re.compile(r"<(?:https?|mailto|file|tel):[^<>]*>")
"""Where a link leads to: Outlook writes it into the plain form, and it is no text of the other."""
_TITLE = re.compile(r"<title\b[^>]*(?:>(?:.*?</title\s*>|.*)|\Z)", re.IGNORECASE | re.DOTALL)
"""Programs that show a message show its subject, and no title of its page."""


def body_of(html: str, plain: str) -> Generator[None, None, tuple[list[Block], int]]:
    """Returns the blocks of the form that says most, and how many letters it has; yields now and then."""
    if html:
        page = yield from page_text(html)
        if letters("".join(block.text for block in page.blocks)) >= WHOLE * letters(_TARGET.sub("", plain)):
            return list(page.blocks), letters_of_page(html)
    return list(plain_blocks(tidy(plain))), letters(plain)


def plain_blocks(text: str) -> Iterator[Block]:
    """Yields the paragraphs of a plain text."""
    return (Block(part.strip("\n")) for part in text.split("\n\n") if part.strip())


def letters_of_page(html: str) -> int:
    """Counts the letters that a page shows in a message."""
    return shown_letters(_TITLE.sub(" ", html))


def letters_of(blocks: Sequence[Block]) -> int:
    """Counts the letters of headers: they are shown as they were counted."""
    return sum(letters(block.text) for block in blocks)


def body_units(
    blocks: Sequence[Block], counted: int, planned: int, wanted: range, confidence: int = 100
) -> Iterator[UnitRead]:
    """Yields those units that are wanted, each with its share of the letters that were counted in all of them."""
    divided = share(blocks, planned)
    shares = apportion(counted, divided)
    for number in wanted:
        yield unit(number, divided[number - 1], "markup", confidence, shares[number - 1])
