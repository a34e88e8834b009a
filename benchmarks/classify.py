# SPDX-License-Identifier: Apache-2.0
"""Measures classify alone on one core: `python benchmarks/classify.py DIR`, over the PDFs and texts below a folder."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ream_classify import language, rules
from ream_classify.classes import classify
from ream_classify.entities.gazetteers import gazetteers
from ream_index.passages import cut
from ream_quality.corpus import documents, pages, segments

PASSAGE = 2_000
"""Characters of the largest passage, as index cuts them by default."""
WANTED = 100
"""Passages a second and core that are wanted."""


def main(arguments: Sequence[str]) -> int:
    """Prints pages and passages a second of CPU, and memory; 1 when they are fewer than wanted."""
    if not arguments or not Path(arguments[0]).is_dir():
        print("name a folder of documents: python benchmarks/classify.py DIR", file=sys.stderr)
        return 2
    language.warm_up()
    gazetteers()
    loaded = rules.load()
    read = [list(segments(pages(file))) for file in documents(Path(arguments[0]), ".pdf", ".txt")]
    texts = [unit.text for file in read for segment in file for unit in segment.units]
    passages = sum(1 for text in texts for _ in cut(text, PASSAGE))
    started = time.process_time()
    for file in read:
        for segment in file:
            classify(segment, loaded)
    spent = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{len(texts)} pages, {passages} passages, {spent:.1f} s of CPU, {memory} MB at most with all texts in memory"
    )
    print(f"{len(texts) / spent:.0f} pages/s, {passages / spent:.0f} passages/s a core (wanted: {WANTED})")
    return 0 if passages >= WANTED * spent else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
