# SPDX-License-Identifier: Apache-2.0
"""Scores what classify says of a folder of documents: `python -m ream_quality.understanding DIR [quality.json]`.

The folder is laid out like the corpus of the tests (`personal-data`, `reports`, `news` …); metrics of folders that are
missing are left out. It prints each metric, and writes them as a flat map where a file is named.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ream_classify import language, rules
from ream_classify.rules import Rules
from ream_quality import entities, fields, personal_data, topics

MEASURES: tuple[Callable[[Path, Rules], dict[str, float]], ...] = (
    personal_data.measure,
    topics.measure,
    entities.measure,
    fields.measure,
)


def measure(corpus: Path) -> dict[str, float]:
    """Returns all metrics by name."""
    language.warm_up()
    loaded = rules.load()
    figures: dict[str, float] = {}
    for one in MEASURES:
        figures |= one(corpus, loaded)
    return figures


def main(arguments: Sequence[str]) -> int:
    """Measures the folder that the first argument names, and writes to the file that the second names."""
    if not arguments or not Path(arguments[0]).is_dir():
        print("name a folder of documents: python -m ream_quality.understanding DIR [quality.json]", file=sys.stderr)
        return 2
    figures = measure(Path(arguments[0]))
    for name, figure in figures.items():
        print(f"{name:40} {figure:.4g}")
    if len(arguments) > 1:
        Path(arguments[1]).write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
