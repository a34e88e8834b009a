# SPDX-License-Identifier: Apache-2.0
"""Shows pages of one document: `ream show DOC --page 3 [--image out.png]`, `ream show DOC --thumbnail out.jpg`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ream_cli import screen
from ream_cli.documents import Known
from ream_cli.failures import CommandError
from ream_contracts import layout
from ream_kit import Store

if TYPE_CHECKING:
    from ream_pages.images import PageImages


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("--page", type=int, metavar="N", help="print the text of one page; with --image its picture")
    parser.add_argument("--image", type=Path, metavar="FILE", help="write the picture of the page (PNG)")
    parser.add_argument("--dpi", type=int, default=150, help="dots to the inch of that picture: 75, 150 or 300")
    parser.add_argument("--thumbnail", type=Path, metavar="FILE", help="write a small picture of page 1 (JPEG)")
    parser.add_argument(
        "--preview", type=Path, metavar="FILE", help="write the preview of a film (MP4), if one is kept"
    )


def wanted(options: argparse.Namespace) -> bool:
    """Says whether pages are asked for."""
    asked = (options.page, options.image, options.thumbnail, options.preview)
    return any(one is not None for one in asked)


def run(options: argparse.Namespace, found: Known, store: Store, environ: Mapping[str, str]) -> int:
    """Writes what is asked for; a picture that was drawn before comes from the store."""
    # Loading what draws takes longer than most commands do that need none.
    from ream_pages.images import open_images
    from ream_pages.views import NotDrawn

    if options.image is not None and options.page is None:
        raise CommandError("Which page? Name it with --page.")
    if found.ingested is None:
        raise CommandError(f"Document {found.document_id} is not taken in yet.")
    generation = found.ingested.generation
    if options.preview is not None:
        _preview(store, found, generation, options.preview)
    with open_images(store, environ) as images:
        try:
            if options.thumbnail is not None:
                _write(store, images.thumbnail(found.document_id, generation), options.thumbnail)
            if options.image is not None:
                name = images.page(found.document_id, generation, options.page, options.dpi)
                _write(store, name, options.image)
            elif options.page is not None:
                _print(images, found, generation, options.page)
        except NotDrawn as failure:
            raise CommandError(str(failure)) from failure
        except ValueError as error:
            raise CommandError(str(error)) from error
    return 0


def _preview(store: Store, found: Known, generation: int, target: Path) -> None:
    name = layout.preview(found.document_id, generation)
    if not store.exists(name):
        raise CommandError(
            f"No preview of document {found.document_id} is kept: of films extract makes one where "
            "REAM_EXTRACT_PREVIEW_SECONDS says of how many seconds; then replay extract."
        )
    _write(store, name, target)


def _print(images: PageImages, found: Known, generation: int, number: int) -> None:
    text = images.text(found.document_id, generation, number)
    if sys.stdout.isatty():
        text = "\n".join(screen.safe(line) for line in text.splitlines())
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")


def _write(store: Store, name: str, target: Path) -> None:
    try:
        with target.open("wb") as file:
            file.writelines(store.read(name))
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
