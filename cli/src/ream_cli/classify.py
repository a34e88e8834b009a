# SPDX-License-Identifier: Apache-2.0
"""The command `ream classify`: teaches by examples, takes a person's word for a document, checks files of rules."""

from __future__ import annotations

import argparse
from pathlib import Path

from ream_classify import corrections, model_store
from ream_classify.labelling import Labels, check, labels_of
from ream_classify.learnt import Kind, Model
from ream_classify.learnt_file import ModelError
from ream_classify.model_store import KINDS
from ream_classify.settings import ClassifySettings
from ream_classify.yaml_lines import RuleError
from ream_cli import documents, naming, rule_check, screen, teaching
from ream_cli.failures import OK, CommandError
from ream_cli.surroundings import Surroundings, find
from ream_contracts import topics
from ream_contracts.messages import Redo
from ream_kit import Store
from ream_kit.observe import Announcer
from ream_kit.rerun import next_run
from ream_kit.settings import load
from ream_kit.store import NotFound

DESCRIPTIONS = "descriptions"
AGAIN = "'ream replay --stage classify --all' classifies the documents of before anew."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    training = actions.add_parser("train", help="learn from labelled documents and from corrections")
    training.add_argument(
        "examples",
        nargs="?",
        type=Path,
        metavar="EXAMPLES",
        help="file of lines with a document (id, or path of its file), a tab, and its label; or a folder with a folder "
        "of files for each label; without one, corrections alone",
    )
    training.add_argument("--kind", choices=KINDS, default="type", help="what is learnt (default: type)")
    training.add_argument("--dry-run", action="store_true", help="only compare on held-back documents")
    correcting = actions.add_parser("correct", help="say what a document is: it holds, and is learnt from later")
    correcting.add_argument("document", metavar="DOCUMENT", help=f"which: {naming.HELP}")
    correcting.add_argument("--type", metavar="LABEL", help="what kind of paper it is, or unknown")
    correcting.add_argument("--topic", metavar="LABEL", action="append", help="what it is about; may be repeated")
    correcting.add_argument("--withdraw", action="store_true", help="take back what was said before")
    using = actions.add_parser("use", help="make another model live, or descriptions alone")
    using.add_argument("version", metavar="VERSION", help=f"as models lists it, or {DESCRIPTIONS}")
    using.add_argument("--kind", choices=KINDS, default="type", help="of what (default: type)")
    listing = actions.add_parser("models", help="what was learnt, and what is live")
    checking = actions.add_parser("check", help="whether files of rules can be used: with line and reason where not")
    rule_check.arguments(checking)
    for each in (training, correcting, using, listing, checking):
        each.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Does one of the actions."""
    surroundings = find()
    if options.action == "check":  # needs no store
        return rule_check.check(surroundings, options)
    store = surroundings.store()
    try:
        match options.action:
            case "train":
                labels = _labels(surroundings, options.kind)
                return teaching.train(surroundings, store, labels, options)
            case "correct":
                return _correct(surroundings, store, options)
            case "use":
                return _use(store, options)
        return _models(store, options)
    except RuleError as error:
        raise CommandError(f"Nothing was changed: {error}.") from error


def _labels(surroundings: Surroundings, kind: Kind) -> Labels:
    own = load(ClassifySettings, surroundings.environ, "REAM_CLASSIFY_")
    file = own.taxonomy if kind == "type" else own.topics
    return labels_of(kind, Path(file) if file else None)


def _correct(surroundings: Surroundings, store: Store, options: argparse.Namespace) -> int:
    asked: dict[Kind, tuple[str, ...]] = {}
    if options.type:
        asked["type"] = (options.type,)
    if options.topic:
        asked["topic"] = tuple(dict.fromkeys(options.topic))
    if bool(asked) == options.withdraw:
        raise CommandError("Say what the document is with --type or --topic; or --withdraw what was said before.", 2)
    for kind, given in asked.items():
        labels = _labels(surroundings, kind)
        for label in given:
            check(label, labels, f"--{kind}", 1)
    document_id = naming.meant(surroundings, store, options.document)
    known = documents.known(store, document_id)
    if known.ingested is None or known.record is None:
        raise CommandError(f"Document {document_id} is still being taken in: correct it when it is complete.")
    if not documents.segment_records(store, document_id, known.record.generation, known.record.run):
        raise CommandError(f"Nothing of document {document_id} was read: there is nothing to classify.")
    said = {} if options.withdraw else {**corrections.stated(store, document_id), **asked}
    corrections.state(store, document_id, said)
    message = next_run(store, document_id, known.generations[-1], (Redo("classify", {}),))
    announcer = Announcer(surroundings.kafka(), "commands")
    announcer.send(topics.DOCUMENTS_INGESTED, message)
    announcer.flush()
    if options.json:
        stated = {kind: list(labels) for kind, labels in said.items()}
        screen.print_json({"document_id": document_id, "run": message.run, "stated": stated})
    else:
        print(f"{document_id}: run {message.run} started; 'ream status {document_id}' shows how it fares.")
    return OK


def _use(store: Store, options: argparse.Namespace) -> int:
    model: Model | None = None
    if options.version != DESCRIPTIONS:
        try:
            model = model_store.load(store, options.kind, options.version)
        except (NotFound, ModelError, ValueError) as error:
            raise CommandError(
                f"There is no model {options.version!r} of the kind {options.kind} that could be used: "
                f"'ream classify models' lists them."
            ) from error
    was = model_store.told(store, options.kind, model.version) if model else None
    examples, figures = (was.examples, was.figures) if was else ({}, {})
    live = model_store.publish(store, options.kind, model, examples, figures)
    if options.json:
        screen.print_json({"kind": options.kind, "live": live.version})
    else:
        print(f"{options.kind}: {live.version or 'descriptions alone'} is live. {AGAIN}")
    return OK


def _models(store: Store, options: argparse.Namespace) -> int:
    rows = []
    for kind in KINDS:
        every = list(model_store.history(store, kind))
        for one in every:
            rows.append(
                {
                    "kind": kind,
                    "number": one.number,
                    "version": one.version or DESCRIPTIONS,
                    "live": one is every[-1],
                    "examples": len(one.examples),
                    "held_back": dict(one.figures),
                }
            )
    if options.json:
        screen.print_json({"models": rows})
        return OK
    if not rows:
        print("Nothing was learnt yet: descriptions alone are live. 'ream classify train' learns from examples.")
        return OK
    shown = screen.table("kind", "model", "documents", "F1, held back", "by descriptions", "", right=("documents",))
    for row in rows:
        f1 = row["held_back"]
        assert isinstance(f1, dict)  # noqa: S101 - made above
        shown.add_row(
            screen.cell(str(row["kind"])),
            screen.cell(str(row["version"])),
            str(row["examples"]),
            f"{f1['learnt']:.3f}" if "learnt" in f1 else "",
            f"{f1['described']:.3f}" if "described" in f1 else "",
            "live" if row["live"] else "",
        )
    screen.console().print(shown)
    return OK
