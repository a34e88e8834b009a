# SPDX-License-Identifier: Apache-2.0
"""Who is compared in speed reads whole files, and the best round of each counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import reading

from ream_bench import papers
from ream_bench.reading import race, texts, tika
from ream_bench.reading.race import Row, Runner


def test_the_round_with_the_least_cpu_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used: Iterator[float] = iter([0.0, 9.0, 9.0, 12.0])  # before and after each of two rounds
    monkeypatch.setattr(race, "_cpu", lambda runner: next(used))
    (row,) = race.race([Runner("one", lambda path: 5)], {tmp_path / "a": 1, tmp_path / "b": 1}, 2)
    assert (row.cpu, row.brought) == (3.0, 10)


def test_others_are_compared_with_the_last_of_ours() -> None:
    rows = [Row("light", True, 1, 0.5, 7), Row("whole", True, 2, 1.0, 7), Row("other", False, 4, 3.0, 6)]
    lines = race.table("Texts", rows, 10, "page").splitlines()
    assert "| other | 2.5 | 300.00 | 3.00 | 6 |" in lines
    assert "| whole | 5.0 | 100.00 | 1.00 | 7 |" in lines


def test_every_reader_reads_all_pages(tmp_path: Path) -> None:
    papers.text_pdf(tmp_path / "a.pdf", "a", 3, lines=4)
    letters = {runner.name: runner.reads(tmp_path / "a.pdf") for runner in texts.runners()}
    assert len(letters) >= 4
    assert min(letters.values()) > 0.9 * max(letters.values()) > 500


@pytest.mark.servers
def test_tika_reads_all_pages_by_upload_and_by_pipes(tmp_path: Path) -> None:
    papers.text_pdf(tmp_path / "a.pdf", "a", 3, lines=4)
    letters = next(runner.reads(tmp_path / "a.pdf") for runner in texts.runners())
    with tika.runners(print) as servers:
        for server in servers:
            assert server.reads(tmp_path / "a.pdf") > 0.9 * letters, server.name
            assert server.elsewhere is not None
            assert server.elsewhere() > 0


def test_without_a_corpus_files_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONG", 2)
    (path,) = reading.long_texts(None, tmp_path)
    assert path.is_file()
    assert list(reading.long_texts(tmp_path, tmp_path).values()) == [2]
