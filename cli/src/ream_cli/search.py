# SPDX-License-Identifier: Apache-2.0
"""The command `ream search`: documents that hold some words, with the page and the words on it."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, get_args

from rich.console import Console
from rich.text import Text

from ream_cli import documents, naming, screen
from ream_cli.failures import INCOMPLETE, OK, UNAVAILABLE, USAGE, CommandError
from ream_cli.patience import Asked, NoAnswer
from ream_cli.surroundings import Surroundings, find
from ream_cli.versions import versions_of
from ream_index.search import MARK, DocumentHit, Found, PassageHit, QueryError, Way, similar
from ream_index.search import find as find_documents
from ream_kit import Reject, Retry

_MARKS = re.compile(f"{MARK[0]}(.*?){MARK[1]}", re.DOTALL)
_FOUND = "bold yellow"
_FRESH_SECONDS = 5.0
_LABELS = {"date": "submitted"}
"""What a facet is called for people, where the name of the field says too little."""
_OTHER_WAYS = "--by both looks for what the question means as well, --fuzzy for words that are nearly the same."

WORDS_MAY_BEGIN_WITH_DASH = True
"""`-without` is a word of the query and no option."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="all of these; also '\"a phrase\"', 'a | b', -without, 'start*', nearly~1, and fields: type:invoice, "
        "language:de, source:mail, sensitivity:internal, topic:law, sentiment:negative, outcome:partial, name:lease, "
        "page:3; date:2024, after:2024-05 and before:2024-05-31 mean the day on which the document was submitted, "
        "of mails too",
    )
    parser.add_argument(
        "--like",
        metavar="DOCUMENT[/PAGE]",
        help=f"instead of words: what is like this document, or page of it; {naming.HELP}",
    )
    parser.add_argument(
        "--by",
        choices=get_args(Way),
        default="words",
        help="what is looked for: the words, what the question means, or both together (default: words)",
    )
    parser.add_argument("--fuzzy", action="store_true", help="nearly the same words too, not only where OCR has read")
    parser.add_argument(
        "--versions", action="store_true", help="show each version of a document by itself, not the best of them alone"
    )
    parser.add_argument("--facets", action="store_true", help="count what was found by type, language, source, month …")
    parser.add_argument("--size", type=int, default=10, metavar="N", help="documents to show (default: 10)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Searches and shows; 1 when nothing was found."""
    words = " ".join(options.words).strip()
    if bool(words) == bool(options.like):
        raise CommandError("Give some words to search for, or --like and a document; one of the two.", USAGE)
    try:
        if options.like:
            found = alike(find(), options.like, options.size, facets=options.facets, versions=options.versions)
        else:
            found = search(
                find(),
                words,
                options.size,
                way=options.by,
                fuzzy=options.fuzzy,
                facets=options.facets,
                versions=options.versions,
            )
    except QueryError as error:
        raise CommandError(str(error), USAGE) from None
    if options.json:
        screen.print_json(to_json(found))
    else:
        show(found, screen.console(), _OTHER_WAYS if options.by == "words" and not options.like else "")
    return OK if found.documents else INCOMPLETE


def search(
    surroundings: Surroundings,
    words: str,
    size: int = 10,
    *,
    way: Way = "words",
    fuzzy: bool = False,
    facets: bool = False,
    versions: bool = False,
) -> Found:
    """Asks OpenSearch.

    Raises:
        QueryError: the query cannot be read, or asked in this way.
        CommandError: the model that knows meanings is not installed as it should be.
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """
    meaning = None if way == "words" else _meaning()
    with surroundings.opensearch() as client:
        return find_documents(
            client,
            surroundings.index_prefix,
            words,
            way=way,
            meaning=meaning,
            size=_within(size),
            fuzzy=fuzzy,
            facets=facets,
            versions=versions,
        )


def _meaning() -> Callable[[str], list[float] | None]:
    from ream_meaning.model import Model  # only needed here
    from ream_meaning.network import Damaged

    try:
        return Model.load().of
    except Damaged as error:
        raise CommandError(f"Nothing can be found by meaning: {error}.", UNAVAILABLE) from error


def alike(
    surroundings: Surroundings, place: str, size: int = 10, *, facets: bool = False, versions: bool = False
) -> Found:
    """Asks for what is like a document (its id, or its name), or like a unit of it (`ID/7`, `NAME.pdf/7`).

    Raises:
        QueryError: there is no text of it.
        CommandError: there is no such document, or there are several.
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """
    name, slash, unit = place.rpartition("/") if "/" in place else (place, "", "")
    if slash and not (unit.isascii() and unit.isdigit()):
        raise QueryError(f"{unit!r} is no page: write {name}/7.")
    known = documents.ID.fullmatch(name)  # the store need not be asked for these
    document_id = name if known else naming.meant(surroundings, surroundings.store(), name)
    with surroundings.opensearch() as client:
        return similar(
            client,
            surroundings.index_prefix,
            document_id,
            int(unit) if unit else None,
            _within(size),
            facets=facets,
            versions=versions,
        )


def _within(size: int) -> int:
    return max(1, min(size, 1000))


def freshen(surroundings: Surroundings) -> None:
    """Lets the next search see all that was indexed so far; where OpenSearch cannot be asked, that takes a second.

    Whoever has ingested has his report all the same, and at once: what is in the index stays there.
    """

    def refresh() -> None:
        from ream_index.opensearch import Indices  # slow to load, and only needed here

        with surroundings.opensearch() as client:
            Indices(client, surroundings.index_prefix).refresh()

    with contextlib.suppress(Retry, Reject, NoAnswer):
        Asked(refresh).within(_FRESH_SECONDS)


def show(found: Found, console: Console, hint: str = "") -> None:
    """Prints documents, best first, with their places; where there are none, why, or else the hint."""
    if not found.documents:
        console.print("Nothing was found." + (f" {hint}" if hint and not found.notes else ""))
    _show_notes(found, console)
    if not found.documents:
        return
    if found.loosened:
        console.print("Nothing holds all of these words; this holds some of them.\n", style="dim")
    for hit in found.documents:
        console.print(_title(hit))
        for passage in hit.passages:
            for text in passage.highlights or ("",):
                words = highlighted(text, colours=console.is_terminal)
                console.print(Text.assemble("  ", (place(passage), "cyan"), "  ", words))
        if hit.other_versions:
            console.print(Text.assemble("  ", (versions_of(hit), "dim")))
    console.print(f"\n{counted(found)}", style="dim")
    for name, counts in found.facets:
        if counts:
            values = ", ".join(f"{one.value} {screen.number(one.documents)}" for one in counts)
            console.print(Text.assemble((f"{_LABELS.get(name, name)}: ", "dim"), screen.safe(values)))


def _show_notes(found: Found, console: Console) -> None:
    for note in found.notes:
        console.print(screen.safe(note), style="dim")
    if found.without_vectors:
        are = "document is" if found.without_vectors == 1 else "documents are"
        console.print(f"{screen.number(found.without_vectors)} {are} not yet found by meaning.", style="dim")


def counted(found: Found) -> str:
    """How many places there are, where words were found, and how many documents: those shown, and all."""
    shown = len(found.documents)
    more = f" of {screen.number(found.total)}" if found.total is not None and found.total > shown else ""
    places = f"places: {screen.number(found.passages)}; " if found.passages else ""
    behind = f" ({screen.number(found.behind)} more are versions of these)" if found.behind else ""
    return f"{places}documents: {screen.number(shown)}{more}{behind}"


def _title(hit: DocumentHit) -> Text:
    facts = [hit.type or "", hit.media_type, hit.outcome if hit.outcome != "complete" else "", hit.document_id]
    name = screen.cell(hit.name or hit.document_id, "bold")
    return Text.assemble(name, "  ", (screen.safe(", ".join(fact for fact in facts if fact)), "dim"))


def place(passage: PassageHit) -> str:
    """Where in a document: the page, its label where that is another, and the heading above."""
    label = f" ({passage.label})" if passage.label and passage.label != str(passage.unit) else ""
    heading = f", {passage.heading}" if passage.heading else ""
    return screen.safe(f"{passage.unit_kind} {passage.unit}{label}{heading}")


def highlighted(text: str, *, colours: bool) -> Text:
    """A piece of text on one line, its found words in colour; where there is none, in [brackets]."""
    made = Text()
    for part, is_found in pieces(text):
        shown = screen.safe(part)
        made.append(shown if colours or not is_found else f"[{shown}]", style=_FOUND if is_found else "")
    return made


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Splits a highlight into what was found and what stands around it; all white space becomes one blank."""
    end = 0
    for match in _MARKS.finditer(text):
        yield re.sub(r"\s+", " ", text[end : match.start()]), False
        yield re.sub(r"\s+", " ", match[1]), True
        end = match.end()
    yield re.sub(r"\s+", " ", text[end:]), False


def to_json(found: Found) -> dict[str, Any]:
    """The object that `--json` prints; `found` in a highlight holds [start, end] of each found word in its text."""
    answer = asdict(found)
    for document in answer["documents"]:
        for passage in document["passages"]:
            passage["highlights"] = [_highlight(text) for text in passage["highlights"]]
    return answer


def _highlight(text: str) -> dict[str, Any]:
    plain, places = "", []
    for part, is_found in pieces(text):
        if is_found:
            places.append([len(plain), len(plain) + len(part)])
        plain += part
    return {"text": plain, "found": places}
