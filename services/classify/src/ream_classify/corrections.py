# SPDX-License-Identifier: Apache-2.0
"""Keeps what a person said that a document is, beside the document in the store: the newest word holds."""

import json
from collections.abc import Mapping
from functools import partial
from typing import get_args

from ream_classify import numbered
from ream_classify.learnt import Kind
from ream_contracts import layout
from ream_contracts.codec import Malformed, parse
from ream_kit import Store

Stated = Mapping[Kind, tuple[str, ...]]
_FORMAT = 1


def stated(store: Store, document_id: str) -> Stated:
    """Returns what was said last; nothing where nobody said anything, or took it back.

    Raises:
        Erased: the document was erased.
        ream_contracts.codec.Malformed: what is stored is damaged.
    """
    newest = numbered.newest(store, layout.corrections(document_id))
    return {} if newest is None else _read(newest, store.get(newest))


def state(store: Store, document_id: str, said: Stated) -> None:
    """Keeps what a person says, as a whole, in place of what was said before; nothing takes that back."""
    value = {"format": _FORMAT, "labels": {kind: list(labels) for kind, labels in said.items()}}
    data = json.dumps(value, sort_keys=True).encode("ascii")
    first = 1 + sum(1 for _ in store.names(layout.corrections(document_id)))
    numbered.put(store, partial(layout.correction, document_id), first, data)


def _read(name: str, data: bytes) -> Stated:
    value = parse(data)
    labels = value.get("labels") if isinstance(value, dict) and value.get("format") == _FORMAT else None
    if not isinstance(labels, dict):
        raise Malformed("wrong-schema", f"{name} is no correction")
    known: tuple[Kind, ...] = get_args(Kind)
    return {kind: tuple(str(label) for label in labels[kind]) for kind in known if labels.get(kind)}
