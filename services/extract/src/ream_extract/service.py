# SPDX-License-Identifier: Apache-2.0
"""Wires extract: a document is planned and read, scanned pages go to ocr, documents inside are submitted."""

from collections.abc import Iterator

from ream_contracts import topics
from ream_contracts.messages import DocumentIngested, PartFailed, PartManifest
from ream_extract import answers
from ream_extract.duplicates import adopt
from ream_extract.manifests import manifest_of
from ream_extract.opening import open_reader
from ream_extract.parameters import STAGE
from ream_extract.reader import Reader
from ream_extract.thumbnails import keep_preview, keep_thumbnail
from ream_extract.unlocking import copy_of
from ream_extract.work import VERSION, Answer, Work
from ream_kit import Reject, Store, stage


def failed_part(ingested: DocumentIngested, cause: str, attempts: int) -> Iterator[PartFailed]:
    """Says that a document is given up, with all its units that have no answer."""
    yield answers.failed(ingested, cause, (), attempts)


@stage(
    STAGE,
    version=VERSION,
    reads=topics.DOCUMENTS_INGESTED,
    writes=(
        topics.SEGMENTS_READ,
        topics.SEGMENTS_SCANNED,
        topics.SEGMENTS_SCANNED_BULK,
        topics.DOCUMENTS_PARTS,
        topics.DOCUMENTS_SUBMITTED,
    ),
    needs={"reader": open_reader},
    give_up=failed_part,
)
def extract(ingested: DocumentIngested, store: Store, reader: Reader) -> Iterator[PartManifest | Answer]:
    """Plans a document and answers its units; what was planned or read before is found and only said again."""
    try:
        parameters = reader.defaults.changed(ingested.redo, ingested.password_ref)
    except ValueError as error:
        raise Reject("wrong-parameters", str(error)) from error
    adopt(ingested, store)
    manifest, name = manifest_of(ingested, store, reader, parameters, VERSION)
    yield answers.planned(ingested, manifest, name)
    if manifest.verdict is None:
        ingested = copy_of(ingested, manifest, store, reader, parameters)
        yield from Work(ingested, store, reader, parameters, manifest).answers()
        # Last: everything that was read is with the others by now, and nothing waits for a picture.
        keep_thumbnail(ingested, store, reader)
        keep_preview(ingested, store, reader)
