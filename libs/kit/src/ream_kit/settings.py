# SPDX-License-Identifier: Apache-2.0
"""Decides how settings come from the environment: one frozen dataclass a service, one variable a field."""

from __future__ import annotations

import dataclasses
import math
import os
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar

T = TypeVar("T")


class SettingsError(ValueError):
    """A setting is missing or has a value that cannot be used; the text names the variable and says what to give."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable of the environment, for the reference that is generated from the code."""

    variable: str
    type: str
    default: str | None
    doc: str


def setting(default: Any = MISSING, doc: str = "") -> Any:
    """A field of a settings dataclass; `doc` is the line that the configuration reference shows."""
    return dataclasses.field(default=default, metadata={"doc": doc})


def load(cls: type[T], environ: Mapping[str, str] | None = None, prefix: str = "REAM_") -> T:
    """Fills a dataclass from the environment: field `dpi` from `<prefix>DPI`.

    Types: int, float, bool, str, Path, tuple[str, ...] (comma between), Literal of strings, and each of them `| None`.
    An empty variable counts as not set.

    Raises:
        SettingsError: a variable is missing or cannot be used; the text names it.
    """
    environ = os.environ if environ is None else environ
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(typing.cast(Any, cls)):
        variable = prefix + field.name.upper()
        text = environ.get(variable, "").strip()
        if text:
            values[field.name] = _read(variable, text, hints[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise SettingsError(f"{variable} is not set: {field.metadata.get('doc') or 'it has no default'}")
    try:
        return cls(**values)
    except SettingsError:
        raise
    except ValueError as error:
        raise SettingsError(f"{prefix}*: {error}") from error


def require_at_least(least: float, settings: Any, prefix: str, *fields: str) -> None:
    """Refuses numbers below a bound, for `__post_init__` of a settings dataclass.

    Raises:
        SettingsError: a field is below `least`; the text names the variable.
    """
    for field in fields:
        if getattr(settings, field) < least:
            raise SettingsError(f"{prefix}{field.upper()}={getattr(settings, field)}: give {least} or more")


def describe(cls: type[Any], prefix: str = "REAM_") -> Iterator[Setting]:
    """Lists the variables of a settings dataclass, in the order of its fields."""
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        hint = hints[field.name]
        yield Setting(
            variable=prefix + field.name.upper(),
            type=getattr(hint, "__name__", str(hint))
            if not typing.get_args(hint)
            else str(hint).replace("typing.", ""),
            default=None if field.default is MISSING else _written(field.default),
            doc=str(field.metadata.get("doc", "")),
        )


def _written(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _read(variable: str, text: str, hint: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (UnionType, typing.Union):
        return _read(variable, text, next(arg for arg in args if arg is not type(None)))
    if origin is typing.Literal:
        if text not in args:
            raise SettingsError(f"{variable}={_shown(text)} is not one of {', '.join(map(str, args))}")
        return text
    if origin is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    reader, wanted = _READERS[hint]
    try:
        return reader(text)
    except (ValueError, KeyError):
        raise SettingsError(f"{variable}={_shown(text)} is not {wanted}") from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "...")


def _finite(text: str) -> float:
    """Reads a number; none of our settings means anything as `nan` or `inf`, and no bound would refuse the first."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

_READERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    int: (int, "a whole number"),
    float: (_finite, "a number"),
    bool: (lambda text: _BOOLEANS[text.lower()], "yes or no"),
    str: (str, "a text"),
    Path: (Path, "a path"),
}
