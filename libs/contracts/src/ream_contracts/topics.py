# SPDX-License-Identifier: Apache-2.0
"""The topics, one constant each.

Made by scripts/gen_contracts.py from schemas/; do not edit.
"""

from ream_contracts.messages import (
    DocumentCompleted,
    DocumentEmbedded,
    DocumentIndexed,
    DocumentIngested,
    DocumentPart,
    DocumentSubmitted,
    PartExpired,
    PartFailed,
    PartForget,
    PartManifest,
    PartOpened,
    PartSegment,
    SegmentRead,
    SegmentScanned,
)
from ream_contracts.topic import AnyTopic, Topic

DOCUMENTS_COMPLETED: Topic[DocumentCompleted] = Topic(
    name='documents.completed',
    description='All required answers are in: decisions, revision, receipt.',
    messages=(DocumentCompleted,),
    schema='document-completed',
    key='document',
    order='key',
    partitions=12,
    retention_days=None,
    dead_letter_retention_days=14,
    cleanup='compact',
    spread=False,
    written_by=('aggregate',),
    read_by=('index', 'sweep', 'vectors'),
    closes_loop=(),
)

DOCUMENTS_EMBEDDED: Topic[DocumentEmbedded] = Topic(
    name='documents.embedded',
    description="The vectors of a document's text are in the store: it can be found by what it means.",
    messages=(DocumentEmbedded,),
    schema='document-embedded',
    key='document',
    order='key',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=False,
    written_by=('vectors',),
    read_by=('index', 'sweep'),
    closes_loop=(),
)

DOCUMENTS_INDEXED: Topic[DocumentIndexed] = Topic(
    name='documents.indexed',
    description='Searchable now.',
    messages=(DocumentIndexed,),
    schema='document-indexed',
    key='document',
    order='key',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=False,
    written_by=('index',),
    read_by=('sweep',),
    closes_loop=(),
)

DOCUMENTS_INGESTED: Topic[DocumentIngested] = Topic(
    name='documents.ingested',
    description='It is in the store and may be read.',
    messages=(DocumentIngested,),
    schema='document-ingested',
    key='document',
    order='key',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=False,
    written_by=('ingest', 'sweep', 'commands'),
    read_by=('extract', 'index', 'sweep'),
    closes_loop=('sweep', 'commands'),
)

DOCUMENTS_PARTS: Topic[DocumentPart] = Topic(
    name='documents.parts',
    description='Every input of the fan-in.',
    messages=(PartOpened, PartManifest, PartSegment, PartFailed, PartExpired, PartForget),
    schema='document-part',
    key='document',
    order='key',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=False,
    written_by=('ingest', 'extract', 'ocr', 'classify', 'sweep'),
    read_by=('aggregate', 'index'),
    closes_loop=('sweep',),
)

DOCUMENTS_SUBMITTED: Topic[DocumentSubmitted] = Topic(
    name='documents.submitted',
    description='The ingest topic: a file is to be processed.',
    messages=(DocumentSubmitted,),
    schema='document-submitted',
    key='any',
    order='none',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=False,
    written_by=('anyone', 'extract', 'redrive'),
    read_by=('ingest',),
    closes_loop=('extract', 'redrive'),
)

SEGMENTS_READ: Topic[SegmentRead] = Topic(
    name='segments.read',
    description='The text of this segment is in the store.',
    messages=(SegmentRead,),
    schema='segment-read',
    key='document',
    order='none',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=False,
    written_by=('extract', 'ocr'),
    read_by=('classify',),
    closes_loop=(),
)

SEGMENTS_SCANNED_BULK: Topic[SegmentScanned] = Topic(
    name='segments.scanned.bulk',
    description='The same for documents with many scanned pages, spread over all partitions.',
    messages=(SegmentScanned,),
    schema='segment-scanned',
    key='document',
    order='none',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=True,
    written_by=('extract',),
    read_by=('ocr',),
    closes_loop=(),
)

SEGMENTS_SCANNED: Topic[SegmentScanned] = Topic(
    name='segments.scanned',
    description='These units have no usable text: ocr renders and reads them.',
    messages=(SegmentScanned,),
    schema='segment-scanned',
    key='document',
    order='none',
    partitions=12,
    retention_days=7,
    dead_letter_retention_days=14,
    cleanup='delete',
    spread=False,
    written_by=('extract',),
    read_by=('ocr',),
    closes_loop=(),
)

ALL: tuple[AnyTopic, ...] = (DOCUMENTS_COMPLETED, DOCUMENTS_EMBEDDED, DOCUMENTS_INDEXED, DOCUMENTS_INGESTED, DOCUMENTS_PARTS, DOCUMENTS_SUBMITTED, SEGMENTS_READ, SEGMENTS_SCANNED_BULK, SEGMENTS_SCANNED)
