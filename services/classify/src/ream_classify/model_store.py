# SPDX-License-Identifier: Apache-2.0
"""Keeps what was learnt in the store, says which of it is live, and brings it into a running process."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from ream_classify import learnt_file, numbered
from ream_classify.learnt import Kind, Model
from ream_classify.learnt_file import ModelError
from ream_contracts import layout
from ream_contracts.codec import Malformed, parse
from ream_kit import Store
from ream_kit.clock import Clock
from ream_kit.log import logger
from ream_kit.store import NotFound

KINDS: tuple[Kind, ...] = get_args(Kind)
LOOK_SECONDS = 30.0
"""How long a process goes by what it has before it asks the store for something newer."""
_FORMAT = 1
_LOG = logger("classify")


@dataclass(frozen=True, slots=True)
class Live:
    """Which model is live.

    Attributes:
        number: counts up with each change.
        version: of the model; empty where descriptions alone are.
        examples: the labels of the documents that it was learnt from, by id.
        figures: what held-back documents said of it.
    """

    number: int
    version: str
    examples: Mapping[str, tuple[str, ...]]
    figures: Mapping[str, float]


def live(store: Store, kind: Kind) -> Live | None:
    """Returns what is live; None where nothing was ever learnt.

    Raises:
        ream_contracts.codec.Malformed: what says so is damaged.
    """
    newest = numbered.newest(store, layout.live_models(kind))
    return None if newest is None else _live(newest, store.get(newest))


def history(store: Store, kind: Kind) -> Iterator[Live]:
    """Yields what was live, the oldest first, what is live last.

    Raises:
        ream_contracts.codec.Malformed: what says so is damaged.
    """
    for name in sorted(store.names(layout.live_models(kind))):
        yield _live(name, store.get(name))


def told(store: Store, kind: Kind, version: str) -> Live | None:
    """Returns what was said of a model when it was live last; None where it never was."""
    return next((one for one in reversed(list(history(store, kind))) if one.version == version), None)


def load(store: Store, kind: Kind, version: str) -> Model:
    """Brings a model.

    Raises:
        NotFound: there is none of this version.
        ModelError: it is damaged, or another than its name says.
    """
    model = learnt_file.loads(store.get(layout.model(kind, version)))
    if (model.kind, model.version) != (kind, version):
        raise ModelError("it is not what its name says")
    return model


def publish(
    store: Store,
    kind: Kind,
    model: Model | None,
    examples: Mapping[str, tuple[str, ...]],
    figures: Mapping[str, float],
) -> Live:
    """Makes a model live, or descriptions alone; what was live before stays in the store.

    The model is there before anything says that it is live.
    """
    if model is not None:
        store.put(layout.model(kind, model.version), learnt_file.dumps(model))
    value = {
        "format": _FORMAT,
        "version": model.version if model else "",
        "examples": {name: list(labels) for name, labels in examples.items()},
        "figures": dict(figures),
    }
    data = json.dumps(value, sort_keys=True).encode("ascii")
    before = live(store, kind)
    number = numbered.put(store, partial(layout.live_model, kind), before.number + 1 if before else 1, data)
    return _live(layout.live_model(kind, number), data)


def _live(name: str, data: bytes) -> Live:
    value: Any = parse(data)
    try:
        if value["format"] != _FORMAT:
            raise Malformed("wrong-schema", f"{name} is of another format")
        examples = {str(document): tuple(map(str, labels)) for document, labels in value["examples"].items()}
        figures = {str(one): float(figure) for one, figure in value["figures"].items()}
        return Live(numbered.number_of(name), str(value["version"]), examples, figures)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("wrong-schema", f"{name} does not say which model is live") from None


class Learnt:
    """The models that are live, for a process that goes on: looked for anew twice a minute. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked: float | None = None
        self._models: Mapping[Kind, Model] = {}
        self._refused: set[str] = set()

    def now(self, store: Store, clock: Clock) -> Mapping[Kind, Model]:
        """Returns what is live now, by kind; what cannot be used is said in the log, and what was there before stays.

        Raises:
            Retry: the store is away.
        """
        with self._lock:
            now = clock.monotonic()
            if self._looked is None or now - self._looked >= LOOK_SECONDS:
                found = {kind: self._newest(store, kind) for kind in KINDS}
                self._models = {kind: model for kind, model in found.items() if model is not None}
                self._looked = now
            return self._models

    def _newest(self, store: Store, kind: Kind) -> Model | None:
        before = self._models.get(kind)
        version = ""
        try:
            chosen = live(store, kind)
            if chosen is None or not chosen.version:
                return None
            version = chosen.version
            return before if before and before.version == version else load(store, kind, version)
        except (Malformed, ModelError, NotFound) as error:
            if f"{kind} {version}" not in self._refused:
                self._refused.add(f"{kind} {version}")
                _LOG.error("what was learnt cannot be used; what was live before stays", kind=kind, reason=str(error))
            return before
