# SPDX-License-Identifier: Apache-2.0
"""Decides how large a shard may grow, and how old a document: read from a file, `policy.json` or one of your own."""

import json
from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from ream_kit.settings import SettingsError

GB = 1_000_000_000
_MOST_DAYS = 100_000
"""More than anybody keeps, and few enough for dates to be reckoned with."""
From = Literal["index", "store"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the upkeep of the indices goes by.

    Attributes:
        shard_gb: an index with a larger shard gets more of them.
        shard_documents: so does one with more documents in a shard; those that vectors hang on count one by one.
        retention_days: what was taken in longer ago is removed; None keeps everything.
        retention_from: `index` takes it out of what is searched; `store` deletes its files as well.
    """

    shard_gb: float
    shard_documents: int
    retention_days: int | None = None
    retention_from: From = "index"


def load(path: str = "") -> Policy:
    """Reads a policy; that of Ream where no file is named.

    Raises:
        SettingsError: the file is not there, or something in it cannot be used; the text says what, and where.
    """
    name = path or "policy.json"
    try:
        text = (
            Path(path).read_text("utf-8") if path else resources.files("ream_index").joinpath(name).read_text("utf-8")
        )
        found = json.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the policy {name} cannot be read: {error}") from None
    except ValueError as error:
        raise SettingsError(f"the policy {name} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError(f"the policy {name} is no JSON object: give one like policy.json of ream_index")
    return _checked(name, {**_defaults(path), **found})


def _defaults(path: str) -> dict[str, Any]:
    return asdict(load()) if path else {}


def _checked(name: str, found: dict[str, Any]) -> Policy:
    known = [field.name for field in fields(Policy)]
    for field in found:
        if field not in known:
            raise SettingsError(f"the policy {name} has a field {field!r}: there are {', '.join(known)}")
    for field in ("shard_gb", "shard_documents"):
        if not _is_number(found[field], whole=field == "shard_documents") or found[field] <= 0:
            raise SettingsError(f"the policy {name} says {field}: {found[field]!r}; give a number above 0")
    days = found["retention_days"]
    if days is not None and not (_is_number(days, whole=True) and 1 <= days <= _MOST_DAYS):
        raise SettingsError(
            f"the policy {name} says retention_days: {days!r}; give 1 to {_MOST_DAYS:,} whole days, or null to keep all"
        )
    if found["retention_from"] not in ("index", "store"):
        raise SettingsError(f"the policy {name} says retention_from: {found['retention_from']!r}; give index or store")
    return Policy(**found)


def _is_number(value: Any, *, whole: bool) -> bool:
    return isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
