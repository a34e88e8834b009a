# SPDX-License-Identifier: Apache-2.0
"""Keeps the files of rules that could be used, and says which text stands in for one that cannot be."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ream_classify import numbered, rules
from ream_classify.yaml_lines import RuleError
from ream_contracts import layout
from ream_kit import Retry, Store
from ream_kit.log import logger

Texts = Mapping[str, tuple[str, str]]
_LOG = logger("classify")
_MEND = "Mend the file, look with 'ream classify check', and start classify again."


def usable(named: Mapping[str, Path | None], store: Store) -> tuple[Texts, tuple[str, ...]]:
    """Returns for each kind a text that can be used, with its name, and a sentence for each file that cannot be.

    A file that can be used is kept in the store. For one with a mistake the last that was kept stands in, and where
    there is none, the one that ships.

    Raises:
        Retry: a file cannot be used, and the store is away.
    """
    texts: dict[str, tuple[str, str]] = {}
    refused = []
    for kind, file in named.items():
        try:
            text, name = rules.text_of(file, f"{kind}.yaml")
            if file is not None:
                rules.READERS[kind](text, name)
                _keep(store, kind, text)
        except RuleError as error:
            text, name = _instead(store, kind)
            refused.append(f"{error}; {name} (version {rules.version_of(text)}) stays in use. {_MEND}")
            _LOG.error("rules_refused", kind=kind, reason=str(error), instead=name, version=rules.version_of(text))
        texts[kind] = (text, name)
    return texts, tuple(refused)


def _keep(store: Store, kind: str, text: str) -> None:
    """Keeps a text unless it is the last kept one already; without a store the next start has less to go back to."""
    try:
        newest = numbered.newest(store, layout.kept_rules(kind))
        if newest is not None and store.get(newest) == text.encode():
            return
        first = numbered.number_of(newest) + 1 if newest else 1
        numbered.put(store, partial(layout.kept_rule, kind), first, text.encode())
    except Retry as away:
        _LOG.warning("rules_not_kept", kind=kind, reason=away.reason)


def _instead(store: Store, kind: str) -> tuple[str, str]:
    """The last kept text that this version can use, and what to call it."""
    for name in sorted(store.names(layout.kept_rules(kind)), reverse=True):
        called = f"the {kind} that was kept as number {numbered.number_of(name)}"
        try:
            text = store.get(name).decode("utf-8")
            rules.READERS[kind](text, called)
            return text, called
        except (RuleError, UnicodeDecodeError) as error:
            _LOG.warning("kept_rules_unusable", kind=kind, name=name, reason=str(error))
    text, _ = rules.text_of(None, f"{kind}.yaml")
    return text, f"the {kind} that ships"
