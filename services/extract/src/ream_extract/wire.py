# SPDX-License-Identifier: Apache-2.0
"""Decides how plans and items cross the border of a cell: as JSON objects that name their kind."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ream_contracts.artifacts import Annotation, Heading, LayoutBlock, Table
from ream_contracts.whole import holds
from ream_extract.reading import (
    ChildRead,
    Item,
    PictureFound,
    Plan,
    UnitFailed,
    UnitRead,
    UnitRun,
    UnitScanned,
)

_KINDS: dict[str, type[Item]] = {"read": UnitRead, "scanned": UnitScanned, "failed": UnitFailed, "child": ChildRead}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def pack(item: Item) -> dict[str, Any]:
    """Makes a JSON object of an item; a unit says how much it holds, so that nothing of it is lost on the way."""
    if isinstance(item, UnitRead):
        values = _packed(item)
    else:
        values = asdict(item)
        if isinstance(item, UnitScanned) and item.kept is not None:
            values["kept"] = _packed(item.kept)
    return {"item": _NAMES[type(item)], **values}


def _packed(unit: UnitRead) -> dict[str, Any]:
    # A page has dozens of blocks: as rows they cost a tenth of what asdict makes of them.
    rows = [(one.kind, one.start, one.end, one.level, one.number, one.box) for one in unit.blocks]
    return asdict(replace(unit, blocks=())) | {"blocks": rows, "holds": holds([unit])}


def unpack(data: Mapping[str, Any]) -> Item:
    """Makes the item again.

    Raises:
        KeyError, TypeError: it is none, or not whole; a cell that was taken over may send anything.
    """
    values = dict(data)
    kind = _KINDS[values.pop("item")]
    if kind is UnitRead:
        return _unit(values)
    if kind is UnitScanned and values.get("kept") is not None:
        values["kept"] = _unit(values["kept"])
    return kind(**values)


def pack_plan(plan: Plan) -> dict[str, Any]:
    """Makes a JSON object of a plan."""
    return {"plan": asdict(plan)}


def unpack_plan(data: Mapping[str, Any]) -> Plan:
    """Makes the plan again."""
    values = dict(data["plan"])
    values["units"] = tuple(UnitRun(**one) for one in values["units"])
    values["metadata"] = {str(key): str(value) for key, value in values["metadata"].items()}
    return Plan(**values)


def _unit(data: Mapping[str, Any]) -> UnitRead:
    values = dict(data)
    said = values.pop("holds")
    values["headings"] = tuple(Heading(**one) for one in values["headings"])
    values["annotations"] = tuple(Annotation(**one) for one in values["annotations"])
    values["pictures"] = tuple(PictureFound(**{**one, "box": _box(one["box"])}) for one in values["pictures"])
    values["tables"] = tuple(_table(**one) for one in values["tables"])
    values["blocks"] = tuple(_block(*one) for one in values["blocks"])
    unit = UnitRead(**values)
    if holds([unit]) != said:
        raise TypeError("a unit does not hold what its reader said")
    return unit


def _table(rows: Any, box: Any, spans: Any, heads: Any = None, **numbers: int | None) -> Table:
    over = None if spans is None else tuple((a, b, c, d) for a, b, c, d in spans)
    names = None if heads is None else tuple(heads)
    return Table(tuple(tuple(row) for row in rows), _box(box), over, heads=names, **numbers)


def _block(kind: Any, start: int, end: int, level: int | None, number: int | None, box: Any) -> LayoutBlock:
    return LayoutBlock(kind, start, end, level, number, _box(box))


def _box(value: Any) -> Any:
    return None if value is None else tuple(value)
