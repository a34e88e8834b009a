# SPDX-License-Identifier: Apache-2.0
import pytest

from ream_bench.machine import memory_bytes, processor, settings


def test_processor() -> None:
    assert processor("processor\t: 0\nmodel name\t: Some Chip @ 3 GHz\ncache\t: 1\n") == "Some Chip @ 3 GHz"
    assert processor("nothing of the kind\n")


def test_memory() -> None:
    assert memory_bytes("MemTotal:       16000000 kB\nMemFree: 1 kB\n") == 16_384_000_000
    with pytest.raises(ValueError, match="MemTotal"):
        memory_bytes("MemFree: 1 kB\n")


def test_settings_hold_nothing_secret() -> None:
    environ = {
        "REAM_OCR_ENGINE": "pytesseract",
        "REAM_WORKERS": "3",
        "REAM_OPENSEARCH_PASSWORD": "secret",
        "REAM_S3_SECRET_KEY": "secret",
        "REAM_STORE": "/somewhere",
        "REAM_INDEX_PREFIX": "ream-x-",
        "REAM_AGGREGATE_DATA_DIR": "/somewhere",
    }
    assert settings(environ) == {"REAM_OCR_ENGINE": "pytesseract", "REAM_WORKERS": "3"}
