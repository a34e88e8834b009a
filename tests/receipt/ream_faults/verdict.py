# SPDX-License-Identifier: Apache-2.0
"""Decides whether a loss was noticed: nothing that lost something may be called complete."""

from __future__ import annotations

from ream_faults.flow import Ending, Flow

WELL = ("complete", "empty")


def noticed(clean: dict[str, Ending], flow: Flow) -> tuple[list[str], list[str]]:
    """Compares a run with the calm one.

    Returns:
        What noticed the loss, in words, one for each document that is not as it was (none: the loss changed nothing);
        and documents that lost something without a word.
    """
    now = flow.endings()
    dead = flow.dead
    words: list[str] = []
    silent: list[str] = []
    parents = {child: parent for parent, ending in clean.items() for child in ending.children}
    named = {child for ending in now.values() for child in ending.children}
    for document_id, before in clean.items():
        after = now.get(document_id)
        if after == before:
            continue
        if document_id in dead:
            words.append(f"dead letter ({dead[document_id]})")
        elif after is None and document_id in flow.ingested:
            words.append("outstanding: sweep finds it")
        elif after is None and document_id in named:
            words.append("its parent's receipt names it, outstanding")
        elif after is not None and after.outcome not in WELL and after.receipt != before.receipt:
            words.append(f"{after.outcome}: {', '.join(sorted(_causes(after) - _causes(before))) or 'receipt'}")
        elif after is None and document_id in flow.opened:
            words.append("outstanding: who submitted it sees it")
        elif after is None and document_id in parents and _is_short(now.get(parents[document_id]), clean):
            words.append("its parent is not complete")
        else:
            silent.append(f"{document_id} is {after.outcome if after else 'gone'}")
    return words, silent


def _is_short(parent: Ending | None, clean: dict[str, Ending]) -> bool:
    """Says whether a parent is outstanding, or says itself that it is less than it was."""
    return parent is None or (parent.outcome not in WELL and parent not in clean.values())


def _causes(ending: Ending) -> set[str]:
    return {str(line[4]) for line in ending.receipt if line[4]}
