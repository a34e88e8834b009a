# SPDX-License-Identifier: Apache-2.0
"""Gathers the examples that `ream classify train` learns from, and puts what was learnt live when it is not worse."""

from __future__ import annotations

import argparse
import os
import re
import socket
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ream_classify import corrections, model_store
from ream_classify.comparing import LEAST_EXAMPLES, Comparison, compare, teachable
from ream_classify.labelling import Labels, check, parse
from ream_classify.learnt import Model
from ream_classify.training import Example, learn
from ream_classify.yaml_lines import RuleError
from ream_cli import documents, ingest, screen
from ream_cli.failures import INCOMPLETE, OK, CommandError
from ream_cli.feeding import document_id
from ream_cli.finding import File, files
from ream_cli.surroundings import Surroundings
from ream_contracts import layout
from ream_kit import Erased, Store
from ream_kit.store_walk import documents as every_document

TAG = "example"
"""Tag of documents that were brought because they are examples."""
_CORRECTION = re.compile(r"documents/[^/]+/corrections/[0-9]+\.json")
_MOST_SAID = 10


@dataclass(slots=True)
class Gathered:
    """Examples by content, and what is said of those that were left out.

    Attributes:
        examples: by the hash of their bytes.
        ids: of each of them, by the same.
        left_out: sentences.
    """

    examples: dict[str, Example] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Given:
    """A document with its labels, and where that stands."""

    document_id: str
    labels: tuple[str, ...]
    file: str
    line: int


def train(surroundings: Surroundings, store: Store, labels: Labels, options: argparse.Namespace) -> int:
    """Learns, compares on held-back documents, and makes live what is not worse.

    Raises:
        RuleError: the examples cannot be used; nothing is changed.
        CommandError: there are too few of them.
    """
    given = list(_given(surroundings, store, labels, options.examples)) if options.examples else []
    given += _corrected(store, labels, {one.document_id for one in given})
    gathered = _gathered(store, labels, given)
    _leave_out_few(gathered)
    examples = list(gathered.examples.values())
    if not teachable(examples):
        _complain(gathered)
        raise CommandError(
            f"Nothing was changed: two labels at least need {LEAST_EXAMPLES} documents each to be told apart."
        )
    before = model_store.live(store, labels.kind)
    of_live = _by_content(gathered, before.examples if before and before.version else {})
    comparison = compare(labels.kind, examples, labels.weighing, of_live)
    model = learn(labels.kind, examples)
    goes_live = comparison.better and not options.dry_run
    if goes_live:
        kept = {gathered.ids[one.name]: one.labels for one in examples}
        model_store.publish(store, labels.kind, model, dict(sorted(kept.items())), _figures(comparison))
    _tell(labels, gathered, comparison, model, options, live=goes_live)
    return OK if comparison.better else INCOMPLETE


def _given(surroundings: Surroundings, store: Store, labels: Labels, source: Path) -> Iterator[Given]:
    """Yields the examples of a file or folder; files that are not in the store yet go through the flow first."""
    if source.is_dir():
        named = [(path, path.relative_to(source).parts[0], 0) for path in _files_below(source)]
        for folder in sorted(one.name for one in source.iterdir() if one.is_dir()):
            check(folder, labels, f"folder {source / folder}", 1)
        if not named:
            raise RuleError(str(source), 1, "there is no folder with files in it for any label")
    else:
        named = []
        for one in parse(_text(source), str(source), labels):
            if documents.ID.fullmatch(one.document):
                if not store.exists(layout.ingested(one.document, 1)) and not store.exists(layout.erased(one.document)):
                    raise RuleError(str(source), one.line, f"the store has no document {one.document}")
                yield Given(one.document, (one.label,), str(source), one.line)
                continue
            path = Path(os.path.abspath(source.parent / one.document))  # noqa: PTH100 - a link keeps its own name
            if not path.is_file():
                raise RuleError(str(source), one.line, f"there is no document and no file {one.document}")
            named.append((path, one.label, one.line))
    _bring(surroundings, store, [path for path, _, _ in named])
    host = socket.gethostname()
    for path, label, line in named:
        yield Given(document_id(path, host), (label,), str(source if line else path), line or 1)


def _files_below(folder: Path) -> list[Path]:
    found = (one.path for one in files([folder]) if isinstance(one, File))
    root = Path(os.path.abspath(folder))  # noqa: PTH100 - as `files` names them
    return [folder / path.relative_to(root) for path in found if path.parent != root]


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(str(file), 1, f"the file cannot be read as text in UTF-8: {error}") from None


def _bring(surroundings: Surroundings, store: Store, paths: list[Path]) -> None:
    """Takes in what is not there yet, as any document: by the same readers, and found by search as they are."""
    host = socket.gethostname()
    missing = [path for path in paths if documents.newest_record(store, document_id(_absolute(path), host)) is None]
    if missing:
        ingest.bring(surroundings, missing, tags=(TAG,))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its own name


def _corrected(store: Store, labels: Labels, but: set[str]) -> list[Given]:
    """What people said of documents, where the examples do not say something else."""
    found = []
    for one, names in every_document(store):
        if one in but or not any(map(_CORRECTION.fullmatch, names)) or store.exists(layout.erased(one)):
            continue
        said = corrections.stated(store, one).get(labels.kind, ())
        known = tuple(label for label in said if label in labels.names)
        if known:
            found.append(Given(one, known, "corrections", 1))
    return found


def _gathered(store: Store, labels: Labels, given: Iterable[Given]) -> Gathered:
    """Reads the words of each document from what the flow made of it; the same bytes count once."""
    gathered = Gathered()
    of_document: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        of_document[one.document_id].append(one)
    for document, every in of_document.items():
        first = every[0]
        said = tuple(sorted({label for one in every for label in one.labels}))
        try:
            record = documents.newest_record(store, document)
            known = documents.known(store, document).ingested if record else None
            units = labels.units(documents.said(store, record)) if record else ()
        except Erased:
            gathered.left_out.append(f"{document}: it was erased")
            continue
        if not units or known is None or known.sha256 is None:
            gathered.left_out.append(f"{document}: it has no text, or is not complete yet")
            continue
        same = gathered.examples.get(known.sha256)
        if same is None:
            gathered.examples[known.sha256] = Example(known.sha256, said, units)
            gathered.ids[known.sha256] = document
        elif same.labels != said and not labels.several:
            other = gathered.ids[known.sha256]
            reason = f"{document} has the same bytes as {other}, which is {same.labels[0]!r}"
            raise RuleError(first.file, first.line, reason)
    return gathered


def _leave_out_few(gathered: Gathered) -> None:
    counts: dict[str, int] = defaultdict(int)
    for one in gathered.examples.values():
        for label in one.labels:
            counts[label] += 1
    few = {label: count for label, count in sorted(counts.items()) if count < LEAST_EXAMPLES}
    for label, count in few.items():
        gathered.left_out.append(f"{label}: {count} documents, and {LEAST_EXAMPLES} are needed")
    for name, one in list(gathered.examples.items()):
        kept = tuple(label for label in one.labels if label not in few)
        if not kept:
            del gathered.examples[name]
        elif kept != one.labels:
            gathered.examples[name] = Example(one.name, kept, one.units)


def _by_content(gathered: Gathered, labelled: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: labelled[document] for name, document in gathered.ids.items() if document in labelled}


def _figures(comparison: Comparison) -> dict[str, float]:
    figures = {"documents": float(comparison.learnt.documents), "described": comparison.described.f1}
    if comparison.live is not None:
        figures["live"] = comparison.live.f1
    return {**figures, "learnt": comparison.learnt.f1}


def _complain(gathered: Gathered) -> None:
    for sentence in gathered.left_out[:_MOST_SAID]:
        print(f"left out: {screen.safe(sentence)}", file=sys.stderr)
    if len(gathered.left_out) > _MOST_SAID:
        print(f"... and {len(gathered.left_out) - _MOST_SAID} more are left out", file=sys.stderr)


def _tell(
    labels: Labels,
    gathered: Gathered,
    comparison: Comparison,
    model: Model,
    options: argparse.Namespace,
    *,
    live: bool,
) -> None:
    _complain(gathered)
    figures = _figures(comparison)
    if options.json:
        screen.print_json(
            {
                "kind": labels.kind,
                "version": model.version,
                "live": live,
                "examples": dict(model.examples),
                "left_out": gathered.left_out,
                "held_back": figures,
            }
        )
        return
    print(f"{comparison.learnt.documents} documents, each judged by what was learnt from others (mean F1 of labels):")
    print(f"  by descriptions alone  {comparison.described.f1:.3f}")
    if comparison.live is not None:
        print(f"  with what is live      {comparison.live.f1:.3f}")
    print(f"  with these examples    {comparison.learnt.f1:.3f}")
    if live:
        print(f"Live: {labels.kind} {model.version}; classify takes it up within half a minute.")
        print("'ream replay --stage classify --all' classifies the documents of before anew.")
    elif comparison.better:
        print("Nothing was changed: it would go live without --dry-run.")
    else:
        print("Nothing was changed: it is worse, and what was live stays.")
