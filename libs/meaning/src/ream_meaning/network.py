# SPDX-License-Identifier: Apache-2.0
"""Computes what the network makes of pieces: six layers of BERT, the mean of their last, of length 1."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_HEADS = 12
_LONGEST_HEADER = 10_000_000
_TINY = np.float32(1e-12)


class Damaged(Exception):
    """The file of weights is not what it should be; the text is for a person."""


def read_weights(path: Path) -> dict[str, Floats]:
    """Maps a safetensors file into memory, where processes share it; its numbers must be 32-bit floats.

    Raises:
        Damaged: it is no such file.
    """
    try:
        with path.open("rb") as file:
            length = struct.unpack("<Q", file.read(8))[0]
            header = dict(json.loads(file.read(min(length, _LONGEST_HEADER))))
        mapped = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length)
        weights = {
            name: mapped[slice(*one["data_offsets"])].view("<f4").reshape(one["shape"])
            for name, one in header.items()
            if name != "__metadata__" and one["dtype"] == "F32"
        }
        if not weights:
            raise ValueError("it holds none")
        return weights
    except (OSError, struct.error, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"the model's weights in {path} cannot be read ({error}): install its package again") from error


class Network:
    """A network with its weights; may be used by many threads."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._weights = weights
        self._layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))

    def vector(self, pieces: Sequence[int]) -> Floats:
        """Returns the vector of up to 512 pieces, first and last mark included."""
        weights, count = self._weights, len(pieces)
        state = (
            weights["embeddings.word_embeddings.weight"][list(pieces)]
            + weights["embeddings.position_embeddings.weight"][:count]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._normal(state, "embeddings.LayerNorm")
        for number in range(self._layers):
            layer = f"encoder.layer.{number}."
            seen = self._linear(self._attended(state, f"{layer}attention.self."), f"{layer}attention.output.dense")
            state = self._normal(state + seen, f"{layer}attention.output.LayerNorm")
            inner = _gelu(self._linear(state, f"{layer}intermediate.dense"))
            state = self._normal(state + self._linear(inner, f"{layer}output.dense"), f"{layer}output.LayerNorm")
        mean: Floats = state.mean(0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def _attended(self, state: Floats, name: str) -> Floats:
        count, width = state.shape
        query, key, value = (
            self._linear(state, name + kind).reshape(count, _HEADS, width // _HEADS).transpose(1, 0, 2)
            for kind in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1)
        scores *= np.float32((width // _HEADS) ** -0.5)
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        return np.asarray((scores @ value).transpose(1, 0, 2).reshape(count, width), dtype=np.float32)

    def _linear(self, state: Floats, name: str) -> Floats:
        made: Floats = state @ self._weights[f"{name}.weight"].T
        made += self._weights[f"{name}.bias"]
        return made

    def _normal(self, state: Floats, name: str) -> Floats:
        state = state - state.mean(-1, keepdims=True)
        state /= np.sqrt((state * state).mean(-1, keepdims=True) + _TINY)
        state *= self._weights[f"{name}.weight"]
        state += self._weights[f"{name}.bias"]
        return state


def _gelu(inner: Floats) -> Floats:
    """The usual approximation by tanh; differs from the exact one by less than a thousandth."""
    made = inner * inner
    made *= np.float32(0.044715)
    made += np.float32(1)
    made *= inner
    made *= np.float32(0.7978845608)
    np.tanh(made, out=made)
    made += np.float32(1)
    made *= inner
    made *= np.float32(0.5)
    return made
