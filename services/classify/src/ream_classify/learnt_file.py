# SPDX-License-Identifier: Apache-2.0
"""Decides what a file of learnt weights looks like, and reads one that may be damaged: JSON, never code."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ream_classify.learnt import BUCKETS, Kind, Model

FORMAT = 1
_LARGEST = 64 << 20
_MOST_LABELS = 250


class ModelError(ValueError):
    """A file of learnt weights cannot be used; the text says why."""


def with_version(
    kind: Kind,
    labels: tuple[str, ...],
    buckets: np.ndarray,
    rarity: np.ndarray,
    rarest: int,
    weights: np.ndarray,
    scale: int,
    examples: Mapping[str, int],
) -> Model:
    """Puts a model together; its version is the hash of its bytes."""
    made = Model(kind, labels, "", buckets, rarity, rarest, weights, scale, examples)
    return Model(kind, labels, _version(dumps(made)), buckets, rarity, rarest, weights, scale, examples)


def dumps(model: Model) -> bytes:
    """Writes a model; equal models give equal bytes."""
    value = {
        "format": FORMAT,
        "kind": model.kind,
        "labels": list(model.labels),
        "examples": dict(sorted(model.examples.items())),
        "scale": model.scale,
        "rarest": model.rarest,
        "buckets": _text(model.buckets, "<i4"),
        "rarity": _text(model.rarity, "<i2"),
        "weights": _text(model.weights, "<i2"),
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def loads(data: bytes) -> Model:
    """Reads a model.

    Raises:
        ModelError: it is too large, damaged, or of a format of another version.
    """
    if len(data) > _LARGEST:
        raise ModelError(f"it is larger than {_LARGEST >> 20} MB")
    try:
        value = json.loads(data)
        if value["format"] != FORMAT:
            raise ModelError(f"it is of the format {value['format']!r}, and this reads {FORMAT}")
        return _checked(value, data)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, binascii.Error) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"it is damaged ({type(error).__name__})") from None


def _checked(value: Mapping[str, Any], data: bytes) -> Model:
    labels = tuple(value["labels"])
    if value["kind"] not in ("type", "topic") or not 0 < len(labels) <= _MOST_LABELS:
        raise ModelError("it has no kind or no labels of ours")
    if not all(isinstance(label, str) for label in labels) or len(set(labels)) != len(labels):
        raise ModelError("its labels are none")
    buckets, rarity = _array(value["buckets"], "<i4"), _array(value["rarity"], "<i2")
    weights = _array(value["weights"], "<i2")
    if len(rarity) != len(buckets) or len(weights) != len(buckets) * len(labels):
        raise ModelError("its tables do not fit each other")
    if len(buckets) and (buckets[0] < 0 or buckets[-1] >= BUCKETS or not (np.diff(buckets) > 0).all()):
        raise ModelError("its words are not in order")
    numbers = (value["scale"], value["rarest"], *value["examples"].values())
    if not all(type(one) is int and 0 < one < 1 << 31 for one in numbers) or (rarity <= 0).any():
        raise ModelError("a number in it is out of range")
    return Model(
        value["kind"],
        labels,
        _version(data),
        buckets.astype(np.int32),
        rarity.astype(np.int16),
        value["rarest"],
        weights.reshape(len(buckets), len(labels)).astype(np.int16),
        value["scale"],
        value["examples"],
    )


def _array(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text, validate=True), kind)


def _text(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode("ascii")


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
