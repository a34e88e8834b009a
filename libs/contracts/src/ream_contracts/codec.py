# SPDX-License-Identifier: Apache-2.0
"""Between bytes and dataclasses, checked against the schemas on the way in and on the way out."""

import dataclasses
import functools
import json
import re
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from importlib import resources
from typing import Any, TypeVar

import fastjsonschema

from ream_contracts import artifacts, messages
from ream_contracts.topic import Topic

T = TypeVar("T")
M = TypeVar("M")


class Malformed(ValueError):
    """Bytes that are not a message or artifact of the expected kind.

    Attributes:
        cause: `not-json`, `wrong-schema`, `not-unicode` or `empty-value`.
        reason: a sentence for people; names the place in the message, never its content.
    """

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason


@functools.cache
def _schemas() -> dict[str, dict[str, Any]]:
    text = resources.files("ream_contracts").joinpath("schemas.json").read_text("utf-8")
    return typing.cast(dict[str, dict[str, Any]], json.loads(text))


@functools.cache
def _validator(folder: str, schema: str, kind: str = "") -> Callable[[Any], Any]:
    whole = _schemas()[folder][schema]
    if kind:
        whole = {**whole["definitions"][kind], "definitions": whole["definitions"]}
    # Defaults are the dataclasses' business: a validator that fills them in would change what it checks.
    return typing.cast(Callable[[Any], Any], fastjsonschema.compile(whole, use_default=False))


def _kind(schema: dict[str, Any], value: Any) -> str:
    """Names the member of a union that the value says it is, so that an error names its field and not the union."""
    part = value.get("part") if isinstance(value, dict) and "properties" not in schema else None
    name = f"Part{part.capitalize()}" if isinstance(part, str) else ""
    return name if name in schema.get("definitions", {}) else ""


def _schema_of(cls: type[Any]) -> tuple[str, str]:
    if cls in messages.SCHEMA_OF:
        return "messages", messages.SCHEMA_OF[cls]
    return "artifacts", artifacts.SCHEMA_OF[cls]


def _validate(folder: str, schema: str, value: Any) -> None:
    try:
        _validator(folder, schema, _kind(_schemas()[folder][schema], value))(value)
    except fastjsonschema.JsonSchemaValueException as error:
        place = (".".join(str(step) for step in error.path[1:]) or "the message")[:200]
        if alternatives := _alternatives(error):
            raise Malformed("wrong-schema", f"{place} must have exactly one of: {', '.join(alternatives)}") from None
        raise Malformed("wrong-schema", f"{place} breaks the rule '{error.rule}' of the schema {schema}") from None
    except RecursionError:
        raise Malformed("wrong-schema", "the value is nested too deeply") from None


def _alternatives(error: fastjsonschema.JsonSchemaValueException) -> list[str]:
    """The fields of which a rule asks for one; none where it is another rule."""
    every = error.definition.get("oneOf", ()) if error.rule == "oneOf" else ()
    return [name for one in every for name in one.get("required", ())]


_MOST = 2**63
"""What a number has to stay below: no field of an index holds more, and sums of it have an end."""

# It begins with a digit in every case: for that a text is searched several times as fast.
_LARGE_NUMBER = re.compile(rb"[0-9](?:[0-9]{17}|(?<=[:,\[\s-][0-9])[0-9.]{0,17}[eE])")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _bounded_integer(digits: str) -> int:
    if abs(number := int(digits)) >= _MOST:
        raise ValueError("a number is too large")
    return number


def _bounded_real(digits: str) -> float:
    if not abs(number := float(digits)) < _MOST:
        raise ValueError("a number is too large")
    return number


# What json.loads would make anew for each message.
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_BOUNDED = json.JSONDecoder(parse_constant=_no_constant, parse_int=_bounded_integer, parse_float=_bounded_real)


def parse(data: bytes) -> Any:
    """Parses JSON bytes, in which numbers are below 2^63.

    Raises:
        Malformed: they are not JSON in UTF-8, or a number is too large.
    """
    try:
        # Looking at each number costs time, so only what may have a large one is read that way.
        decoder = _BOUNDED if _LARGE_NUMBER.search(data) else _DECODER
        return decoder.decode(data.decode(json.detect_encoding(data), "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise Malformed("not-json", f"the value is not JSON in UTF-8 ({type(error).__name__})") from None


def to_json(obj: Any) -> Any:
    """Turns a dataclass into JSON values; fields that are None because they are absent stay out."""
    if dataclasses.is_dataclass(obj):
        return {f.name: to_json(getattr(obj, f.name)) for f in dataclasses.fields(obj) if not _absent(obj, f)}
    if isinstance(obj, Mapping):
        return {key: to_json(value) for key, value in obj.items()}
    if isinstance(obj, tuple | list):
        return [to_json(value) for value in obj]
    return obj


def _absent(obj: Any, field: "dataclasses.Field[Any]") -> bool:
    return field.default is None and getattr(obj, field.name) is None


def _bytes(value: Any) -> bytes:
    # A lone surrogate (hostile text) becomes its JSON escape instead of an error, and comes back as it was.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace")


def dumps(obj: Any) -> bytes:
    """Encodes a message or artifact after checking it against its schema.

    Raises:
        Malformed: it breaks its schema: our own defect.
    """
    value = to_json(obj)
    _validate(*_schema_of(type(obj)), value)
    return _bytes(value)


encode = dumps


def from_json(cls: type[T], value: Any) -> T:
    """Builds a dataclass from JSON values that were checked before; unknown fields are passed over."""
    return typing.cast(T, _builder(typing.cast(Hashable, cls))(value))


def loads(cls: type[T], data: bytes) -> T:
    """Decodes an artifact (or a message of a known type).

    Raises:
        Malformed: it is not JSON or breaks the schema.
    """
    value = parse(data)
    _validate(*_schema_of(cls), value)
    return from_json(cls, value)


def decode(topic: Topic[M], data: bytes | None) -> M:
    """Decodes a record's value into the message type of its topic.

    Raises:
        Malformed: there is no value, it is not JSON, it breaks the schema, or a text in it is none.
    """
    if not data:
        raise Malformed("empty-value", "the record has no value")
    value = parse(data)
    _validate("messages", topic.schema, value)
    if not _is_text(data, value):
        raise Malformed(
            "not-unicode", "a text in the message is not UTF-8, or holds half a character (a lone surrogate)"
        )
    return typing.cast(M, from_json(_message_class(topic.messages, value), value))


def _is_text(data: bytes, value: Any) -> bool:
    """Whether every text of a message can be written as UTF-8: JSON can hold halves of characters, names can not."""
    try:
        data.decode("utf-8")
        if b"\\u" in data:  # only an escape makes of good UTF-8 a text that is none
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        return False
    return True


def _message_class(classes: tuple[type[Any], ...], value: Any) -> type[Any]:
    if len(classes) == 1:
        return classes[0]
    return next(cls for cls in classes if _tag(typing.cast(Hashable, cls)) == value["part"])


@functools.cache
def _tag(cls: Hashable) -> Any:
    return next(f.default for f in dataclasses.fields(typing.cast(Any, cls)) if f.name == "part")


@functools.cache
def _builder(annotation: Hashable) -> Callable[[Any], Any]:
    """Returns a function that turns JSON values into values of the annotated type."""
    if dataclasses.is_dataclass(annotation):
        return _dataclass_builder(typing.cast(type[Any], annotation))
    origin = typing.get_origin(annotation)
    if origin is tuple:
        items = typing.get_args(annotation)
        item = _builder(items[0])
        return lambda value: tuple(item(one) for one in value)
    if origin in (types.UnionType, typing.Union):
        inner = _builder(next(a for a in typing.get_args(annotation) if a is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    return _integer if annotation is int else lambda value: value


def _integer(value: Any) -> int:
    # For a schema 4.0 is an integer; as a float it would be no count of anything.
    return value if type(value) is int else int(value)


def _dataclass_builder(cls: type[Any]) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    builders = {field.name: _builder(hints[field.name]) for field in dataclasses.fields(cls)}

    def build(value: Mapping[str, Any]) -> Any:
        return cls(**{name: make(value[name]) for name, make in builders.items() if name in value})

    return build
