# SPDX-License-Identifier: Apache-2.0
"""Decides what a condition like `type = invoice and confidence < 60` means: a small language with a parser of its own.

    condition  = clause { "or" clause }
    clause     = factor { "and" factor }
    factor     = [ "not" ] ( "(" condition ")" | comparison )
    comparison = FIELD ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" ) VALUE | FIELD "in" "(" VALUE { "," VALUE } ")"

A value is a word, a number (also `10MB`), a day or moment (`2026-11-30`, `2026-11-30T12:00`), or a text in quotes;
`none` is that there is no value. A field with several values fits when one of them does. `~` takes a pattern with * and
?, or a piece of text, whatever its case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from ream_cli.condition_values import KINDS, Kind, ValueProblem

Values = Mapping[str, Sequence[Any]]
"""By name of the field, what it holds: nothing, a value, or several."""
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<sign><=|>=|!=|[=<>~(),])|(?P<word>[^\s=<>~!(),'"]+))"""
)
_COMPARED = ("=", "!=", "<", "<=", ">", ">=", "~")
_DEEPEST = 50
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a condition can speak of.

    Attributes:
        kind: what its values are.
        meaning: for people.
        of_unit: whether it belongs to a page and not to the document.
        among: the only values there are; empty where any may be.
    """

    kind: Kind
    meaning: str
    of_unit: bool = False
    among: tuple[str, ...] = ()


class ConditionError(ValueError):
    """A condition cannot be understood.

    Attributes:
        sentence: what is wrong.
        position: the character at which, counted from 0.
    """

    def __init__(self, text: str, sentence: str, position: int) -> None:
        super().__init__(sentence)
        self.text = text
        self.sentence = sentence
        self.position = position

    def __str__(self) -> str:
        """What is wrong, and below it the condition with a mark at the place."""
        line = re.sub(r"\s", " ", self.text)
        return f"{self.sentence} (at character {self.position + 1})\n  {line}\n  {' ' * self.position}^"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was understood.

    Attributes:
        fields: names of those it speaks of.
        holds: says whether it holds for these values.
    """

    fields: frozenset[str]
    holds: Callable[[Values], bool]


def parse(text: str, fields: Mapping[str, Field]) -> Condition:
    """Reads a condition.

    Args:
        text: as it was written.
        fields: what it may speak of.

    Raises:
        ConditionError: it cannot be understood; says where and why.
    """
    parser = _Parser(text, fields)
    holds = parser.condition(0)
    if parser.token.kind != "end":
        parser.fail("expected 'and', 'or' or the end")
    return Condition(frozenset(parser.used), holds)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            what = "the text in quotes has no end" if text[start] in "'\"" else f"{text[start]!r} means nothing here"
            raise ConditionError(text, what, start)
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, _Token("end", "", len(text))]


class _Parser:
    """Recursive descent, one method for each rule of the grammar."""

    def __init__(self, text: str, fields: Mapping[str, Field]) -> None:
        self._text = text
        self._fields = fields
        self._tokens = _tokens(text)
        self._at = 0
        self.used: set[str] = set()

    @property
    def token(self) -> _Token:
        return self._tokens[self._at]

    def fail(self, sentence: str, token: _Token | None = None) -> NoReturn:
        """Ends with what was expected, and what is there."""
        at = token or self.token
        there = f", not {at.text!r}" if at.text and sentence.startswith("expected") else ""
        raise ConditionError(self._text, sentence + there, at.position)

    def condition(self, depth: int) -> Callable[[Values], bool]:
        if depth > _DEEPEST:
            self.fail(f"there are more than {_DEEPEST} parentheses in one another")
        any_of = [self._clause(depth)]
        while self._keyword("or"):
            any_of.append(self._clause(depth))
        return any_of[0] if len(any_of) == 1 else lambda values: any(one(values) for one in any_of)

    def _clause(self, depth: int) -> Callable[[Values], bool]:
        all_of = [self._factor(depth)]
        while self._keyword("and"):
            all_of.append(self._factor(depth))
        return all_of[0] if len(all_of) == 1 else lambda values: all(one(values) for one in all_of)

    def _factor(self, depth: int) -> Callable[[Values], bool]:
        negated = False
        while self._keyword("not"):
            negated = not negated
        if self._sign("("):
            inner = self.condition(depth + 1)
            if not self._sign(")"):
                self.fail("expected ')'")
        else:
            inner = self._comparison()
        return (lambda values: not inner(values)) if negated else inner

    def _comparison(self) -> Callable[[Values], bool]:
        name = self._field()
        field = self._fields[name]
        sign = self.token
        if self._keyword("in"):
            wanted = [self._equals(name, field, value) for value in self._list()]
            return lambda values: any(one(values) for one in wanted)
        if sign.kind != "sign" or sign.text not in _COMPARED:
            self.fail(f"expected one of {' '.join(_COMPARED)} or 'in' after {name}")
        self._at += 1
        if sign.text not in ("=", "!=") and sign.text not in KINDS[field.kind].signs:
            able = ", ".join(("=", "!=", *KINDS[field.kind].signs))
            self.fail(f"{name} is {KINDS[field.kind].called}: compare it with {able} or in", sign)
        value = self._value()
        if sign.text == "=":
            return self._equals(name, field, value)
        if sign.text == "!=":
            equals = self._equals(name, field, value)
            return lambda values: not equals(values)
        fits = self._read(field, value, sign.text)
        return lambda values: any(fits(one) for one in values.get(name, ()))

    def _equals(self, name: str, field: Field, value: _Token) -> Callable[[Values], bool]:
        if value.kind == "word" and value.text == NOTHING:
            return lambda values: not values.get(name)
        fits = self._read(field, value, "=")
        return lambda values: any(fits(one) for one in values.get(name, ()))

    def _read(self, field: Field, value: _Token, sign: str) -> Callable[[Any], bool]:
        text = _unquoted(value)
        if field.among and sign == "=" and text not in field.among:
            self.fail(f"{text!r} is none of {', '.join(field.among)}", value)
        try:
            return KINDS[field.kind].test(sign, text)
        except ValueProblem as problem:
            self.fail(str(problem), value)

    def _field(self) -> str:
        token = self.token
        if token.kind != "word":
            self.fail("expected the name of a field")
        if token.text not in self._fields:
            near = get_close_matches(token.text.lower(), self._fields, 1)
            meant = f"; did you mean {near[0]}?" if near else "."
            self.fail(f"there is no field {token.text!r}{meant} Fields: {', '.join(self._fields)}")
        self._at += 1
        self.used.add(token.text)
        return token.text

    def _value(self) -> _Token:
        token = self.token
        if token.kind not in ("word", "text"):
            self.fail("expected a value")
        self._at += 1
        return token

    def _list(self) -> list[_Token]:
        if not self._sign("("):
            self.fail("expected '(' after in")
        found = [self._value()]
        while self._sign(","):
            found.append(self._value())
        if not self._sign(")"):
            self.fail("expected ',' or ')'")
        return found

    def _keyword(self, word: str) -> bool:
        return self._take("word", word)

    def _sign(self, sign: str) -> bool:
        return self._take("sign", sign)

    def _take(self, kind: str, text: str) -> bool:
        token = self.token
        if token.kind == kind and (token.text.lower() if kind == "word" else token.text) == text:
            self._at += 1
            return True
        return False


def _unquoted(token: _Token) -> str:
    return re.sub(r"\\(.)", r"\1", token.text[1:-1]) if token.kind == "text" else token.text
