# SPDX-License-Identifier: Apache-2.0
"""A real server of Apache Tika reads a table of dBASE of known contents, which nothing of ours reads."""

import struct
from pathlib import Path

import pytest

from ream_contracts import topics
from ream_contracts.artifacts import SegmentText
from ream_extract.reader import Reader
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_extract.testing import Cells, NoOffice, ingested, manifest, sent
from ream_extract.tika import Tika
from ream_ingest.media_type import detect
from ream_kit.testing import LocalBus, memory_store
from ream_pages.office import ConversionFailed

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

ROWS = (("Quince", "12"), ("Medlar", "7"), ("Müller's pear", "3"))


def table(path: Path) -> bytes:
    """Writes a table of dBASE III."""
    fields = ((b"FRUIT", b"C", 20), (b"AMOUNT", b"N", 5))
    size = 1 + sum(width for _, _, width in fields)
    data = struct.pack("<4BIHH20x", 3, 124, 5, 6, len(ROWS), 33 + 32 * len(fields), size)
    data += b"".join(struct.pack("<11sc4xBB14x", name, kind, width, 0) for name, kind, width in fields) + b"\r"
    for fruit, amount in ROWS:
        data += b" " + fruit.encode("cp1252").ljust(20) + amount.encode().rjust(5)
    path.write_bytes(data + b"\x1a")
    return path.read_bytes()


def test_a_table_of_dbase_is_read(tika_url: str, tmp_path: Path) -> None:
    data = table(tmp_path / "fruit.dbf")
    media_type = detect(tmp_path / "fruit.dbf")
    store, tika = memory_store(), Tika(tika_url, 60.0, 1 << 20)
    reader = Reader(Cells(), Cells(), NoOffice(), ExtractSettings(), tika=tika)
    assert reader.catalogue.find(media_type) == reader.catalogue.named("tika")
    with LocalBus(extract, store=store, needs={"reader": reader}) as bus:
        sent(bus, ingested(store, data, media_type))
        assert manifest(bus).verdict is None
        (read,) = bus.sent(topics.SEGMENTS_READ)
    (unit,) = store.get_artifact(SegmentText, read.text).units
    assert unit.tables[0].rows == (("FRUIT", "AMOUNT"), *ROWS)


@pytest.mark.parametrize("name", ["payslip-encrypted.pdf", "tarifblatt-abgebrochen.pdf"])
def test_what_is_encrypted_or_cut_off_is_refused(tika_url: str, tmp_path: Path, name: str) -> None:
    sample = Path(__file__).parents[2] / "samples" / name
    with pytest.raises(ConversionFailed) as failed:
        Tika(tika_url, 60.0, 1 << 20).convert(sample, tmp_path / "made")
    assert failed.value.cause == "refused"
