# SPDX-License-Identifier: Apache-2.0
"""Reads from the store what the newest run of a document says."""

from ream_contracts import layout, units
from ream_contracts.artifacts import SegmentText
from ream_kit import Store


def texts(store: Store, document_id: str, generation: int) -> list[tuple[int, str]]:
    """Number and text of each unit that has any, in order; nothing where no run was read yet."""
    prefix = f"{layout.generation(document_id, generation)}segments/"
    runs = {int(name.removeprefix(prefix).split("/")[0]) for name in store.names(prefix)}
    found: dict[int, str] = {}
    for record in store.segment_records(document_id, generation, max(runs)) if runs else ():
        if record.read:
            for unit in store.get_artifact(SegmentText, record.text).units:
                if units.contains(record.read, unit.unit) and unit.text.strip():
                    found[unit.unit] = unit.text
    return sorted(found.items())
