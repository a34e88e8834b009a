# SPDX-License-Identifier: Apache-2.0
"""Scores topics on `news`, whose folders are named after them, with the topics that ship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from ream_quality.library import Library

MAP = Path(__file__).parent / "maps" / "news.yaml"


def measure(library: Library) -> dict[str, float]:
    """Returns the share of texts whose best topic is that of their folder."""
    labels: Mapping[str, Sequence[str]] = yaml.safe_load(MAP.read_text("utf-8"))
    right = texts = 0
    for folder, ours in labels.items():
        for file in library.files(f"news/{folder}", ".txt"):
            scores: Mapping[str, int] = library.of(file).entry["scores"]
            points = {name: sum(scores.get(f"topic:{one}", 0) for one in listed) for name, listed in labels.items()}
            best = max(points, key=lambda name: (points[name], name))
            texts += 1
            right += best == folder and points[best] > 0 and bool(ours)
    return {"news_accuracy_described": right / texts} if texts else {}
