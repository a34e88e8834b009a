# SPDX-License-Identifier: Apache-2.0
"""Pages of a document as files: `ream show DOC --page 2 --image out.png`."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest
from PIL import Image

from ream_cli import documents, page_images, show
from ream_cli.failures import CommandError
from ream_contracts import identity, layout
from ream_contracts.messages import Allowance, DocumentIngested
from ream_kit import Store
from ream_kit.testing import memory_store

ID = identity.document_id("test", "picture")


@pytest.fixture
def store() -> Store:
    made = memory_store()
    held = io.BytesIO()
    Image.new("RGB", (1200, 600), "white").save(held, "PNG")
    name = layout.original(ID, 1)
    made.put(name, held.getvalue())
    made.put_artifact(
        layout.ingested(ID, 1),
        DocumentIngested(
            ID, 1, 1, ID, None, 0, name, len(held.getvalue()), "0" * 64, "image/png", None, None, Allowance(1, 1), ()
        ),
    )
    return made


def run(store: Store, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    show.arguments(parser)
    options = parser.parse_args([ID, *arguments])
    assert page_images.wanted(options)
    return page_images.run(options, documents.known(store, ID), store, {})


@pytest.mark.slow
def test_pictures_of_pages_are_written(store: Store, tmp_path: Path) -> None:
    assert run(store, "--page", "1", "--image", str(tmp_path / "a.png"), "--thumbnail", str(tmp_path / "a.jpg")) == 0
    with Image.open(tmp_path / "a.png") as page, Image.open(tmp_path / "a.jpg") as small:
        assert (page.format, page.size) == ("PNG", (1200, 600))
        assert (small.format, small.size) == ("JPEG", (256, 128))
    assert store.get(layout.thumbnail(ID, 1)) == (tmp_path / "a.jpg").read_bytes()


@pytest.mark.slow
def test_what_cannot_be_shown_is_said_in_a_sentence(store: Store, tmp_path: Path) -> None:
    for arguments, said in (
        (("--page", "2", "--image", str(tmp_path / "a.png")), "There is no page 2: the document has 1"),
        (("--page", "1", "--image", str(tmp_path / "a.png"), "--dpi", "99"), "75, 150, 300"),
        (("--page", "1", "--image", str(tmp_path / "none" / "a.png")), "cannot be written"),
        (("--image", str(tmp_path / "a.png")), "Which page"),
    ):
        with pytest.raises(CommandError, match=said):
            run(store, *arguments)
    assert not (tmp_path / "a.png").exists()


def test_the_text_of_a_page_is_printed(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(store, "--page", "1") == 0  # of a picture that nobody read yet
    assert capsys.readouterr().out == "\n"
    parser = argparse.ArgumentParser()
    show.arguments(parser)
    assert not page_images.wanted(parser.parse_args([ID]))


def test_a_preview_is_written_where_one_is_kept(store: Store, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="REAM_EXTRACT_PREVIEW_SECONDS"):
        run(store, "--preview", str(tmp_path / "a.mp4"))
    store.put(layout.preview(ID, 1), b"film")
    assert run(store, "--preview", str(tmp_path / "a.mp4")) == 0
    assert (tmp_path / "a.mp4").read_bytes() == b"film"
