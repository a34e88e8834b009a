# SPDX-License-Identifier: Apache-2.0
"""Decides how a number is written by the format code of its cell: decimals, percent, currency, fractions, dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from ream_extract import date_format

LONGEST = 255
"""Characters of a format code, as spreadsheets bound it; a longer one is none."""
_GENERAL = "General"
_ROOM = Context(prec=400, rounding=ROUND_HALF_UP)
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0_);("$"#,##0)', 6: '"$"#,##0_);("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);("$"#,##0.00)', 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0_);(#,##0)",
    38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)', 42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **{number: "yyyy-mm-dd" for number in (*range(27, 37), *range(50, 59))},
}  # fmt: skip
"""Codes that a file does not spell out; those of East Asia differ by the reader's country, and are dates."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>(?i:general))|(?P<exponent>[eE][+-])|(?P<date>AM/PM|A/P|[yYmMdDhHsSbBgGeE]+)|(?P<sign>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]{1,30})")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_PLACES = "0#?"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def built_in(number: int) -> str:
    """Returns the code of a format that files name by its number alone."""
    return _BUILT_IN.get(number, _GENERAL)


def plain(value: float) -> str:
    """Writes a number without needless digits."""
    return f"{value:.15g}".upper()


def same(shown: str, value: float) -> bool:
    """Says whether what is shown tells all of a number: signs of thousands and currency do not hide it."""
    if shown == plain(value) or (not value and shown.strip() in ("-", "\u2013", "\u2014")):
        return True
    exact = abs(Decimal(plain(value)))
    found = [number.replace(",", "") for number in _NUMBER.findall(shown)]
    told = {found[0]} if len(found) == 1 else {"".join(re.findall(r"\d", shown))} - {""}
    return any(Decimal(number) == (exact * 100 if "%" in shown else exact) for number in told)


@lru_cache(maxsize=4_096)
def is_date(code: str) -> bool:
    """Says whether a code writes days or times."""
    return any(token.kind in ("date", "elapsed") for token in _tokens(_sections(code)[0]))


def shown(value: float, code: str, since_1904: bool = False) -> str:
    """Writes a number as a person sees it."""
    if code.lower() in ("", "general") or len(code) > LONGEST or value != value or abs(value) == float("inf"):
        return plain(value)
    section, value = _chosen(value, code)
    tokens = _tokens(section)
    if any(token.kind in ("date", "elapsed") for token in tokens):
        moment = date_format.moment(value, since_1904)
        return date_format.written([(one.kind, one.text) for one in tokens], value, moment) if moment else plain(value)
    text = _number(value, tokens).strip()
    return re.sub(r" {2,}", " ", text)


def shown_text(text: str, code: str) -> str:
    """Writes words as a person sees them: some codes put others around them."""
    sections = _sections(code) if "@" in code and len(code) <= LONGEST else ()
    last = sections[-1] if len(sections) in (1, 4) else ""
    if "@" not in last:
        return text
    around = "".join(text if one.text == "@" else _literal(one) for one in _tokens(last))
    return around.strip() or text


@lru_cache(maxsize=4_096)
def _sections(code: str) -> tuple[str, ...]:
    parts, held = [], ""
    for match in _TOKEN.finditer(code):
        if match["sign"] == ";":
            parts.append(held)
            held = ""
        else:
            held += match[0]
    return (*parts, held)


def _chosen(value: float, code: str) -> tuple[str, float]:
    """Returns the part of a code that is for a number, and the number as that part writes it."""
    sections = _sections(code)
    numeric = sections[:3] if len(sections) > 3 else sections
    conditions = [_CONDITION.search("".join(re.findall(r"\[[^\]]*\]", one))) for one in numeric]
    if any(conditions):
        for one, condition in zip(numeric, conditions, strict=True):
            if condition is None or _holds(value, condition[1], condition[2]):
                # A part that is for negative numbers alone writes their sign itself, where it wants one.
                below = condition is not None and condition[1][0] == "<" and float(condition[2]) <= 0
                return one, abs(value) if below else value
        return numeric[-1], value
    if len(numeric) > 2 and value == 0:
        return numeric[2], value
    if len(numeric) > 1 and value < 0:
        return numeric[1], -value
    return numeric[0], value


def _holds(value: float, sign: str, bound: str) -> bool:
    try:
        other = float(bound)
    except ValueError:
        return False
    return {
        "<": value < other, ">": value > other, "<=": value <= other, ">=": value >= other, "=": value == other,
        "<>": value != other,
    }[sign]  # fmt: skip


@lru_cache(maxsize=4_096)
def _tokens(section: str) -> tuple[_Token, ...]:
    return tuple(_read(section))


def _read(section: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup or ""
        text = match[kind] if kind else ""
        if kind == "bracket":
            if re.fullmatch(r"[hHmMsS]{1,8}", text):
                yield _Token("elapsed", text.lower())
            elif text.startswith("$"):
                yield _Token("literal", text[1:].partition("-")[0])
        elif kind in ("quoted", "escaped"):
            yield _Token("literal", text)
        elif kind == "space":
            yield _Token("literal", " ")
        elif kind == "date" and not set(text.lower()) <= set("bge"):
            yield from (_Token("date", run[0]) for run in re.finditer(r"AM/PM|A/P|(.)\1*", text))
        elif kind == "date":
            yield _Token("literal" if text.lower() in ("e", "b", "g") else "date", text)
        elif kind != "fill":
            yield _Token(kind, text)


def _literal(token: _Token) -> str:
    if token.kind == "literal":
        return token.text
    return token.text if token.kind == "sign" and token.text not in "0#?,." else ""


def _number(value: float, tokens: tuple[_Token, ...]) -> str:
    signs = [one.text for one in tokens if one.kind == "sign"]
    minus = "-" if value < 0 else ""
    size = Decimal(repr(abs(value)))
    if any(one.kind == "general" for one in tokens):
        return minus + "".join(plain(abs(value)) if one.kind == "general" else _literal(one) for one in tokens)
    if not any(sign in _PLACES for sign in signs):
        return (minus if "@" in signs else "") + "".join(
            plain(abs(value)) if one.text == "@" else _literal(one) for one in tokens
        )
    size *= Decimal(100) ** signs.count("%")
    if any(one.kind == "exponent" for one in tokens):
        return minus + _scientific(size, tokens)
    if "/" in signs and _fraction_at(tokens) is not None:
        return minus + _fraction(size, tokens)
    text = _fixed(size, tokens)
    return (minus if any(letter in "123456789" for letter in text) else "") + text


def _fixed(size: Decimal, tokens: tuple[_Token, ...]) -> str:
    """Fills the places of digits from the point to both sides; what stands between them stays."""
    point = next((at for at, one in enumerate(tokens) if one == _Token("sign", ".")), len(tokens))
    places = [at for at, one in enumerate(tokens) if one.kind == "sign" and one.text in _PLACES]
    if not places:  # a code may have an exponent and nothing before it
        return f"{size:f}" + "".join(map(_literal, tokens))
    whole = [at for at in places if at < point]
    after = [at for at in places if at > point]
    last = whole[-1] if whole else -1
    commas = [at for at, one in enumerate(tokens) if one == _Token("sign", ",")]
    thousands = any(whole and whole[0] < at < last for at in commas)
    scale = sum(_commas_behind(tokens, at) for at in {last, places[-1]} if at >= 0)
    size = size.scaleb(-3 * scale).quantize(Decimal(1).scaleb(-len(after)), context=_ROOM)
    digits, _, decimals = f"{size:f}".partition(".")
    digits = digits.lstrip("0")
    needed = 0
    for back, at in enumerate(reversed(whole), 1):
        if tokens[at].text == "0":
            needed = back
    digits = digits.rjust(needed, "0")
    kept = len(decimals)
    while kept and decimals[kept - 1] == "0" and tokens[after[kept - 1]].text != "0":
        kept -= 1
    written: list[str] = []
    ahead = len(digits) - len(whole)
    for at, one in enumerate(tokens):
        if at in whole:
            number = whole.index(at)
            begin, end = (0, ahead + 1) if number == 0 else (ahead + number, ahead + number + 1)
            for place in range(max(0, begin), max(0, end)):
                left = len(digits) - place
                written.append(digits[place] + ("," if thousands and left > 1 and left % 3 == 1 else ""))
        elif at in after:
            number = after.index(at)
            written.append(decimals[number] if number < kept else "")
        elif at == point:
            written += [
                *([digits] if not whole else []),
                "." if kept or any(tokens[n].text == "0" for n in after) else "",
            ]
        else:
            written.append(_literal(one))
    return "".join(written)


def _commas_behind(tokens: tuple[_Token, ...], at: int) -> int:
    """Counts the commas behind a place that no other place follows: each stands for three digits left out."""
    end = at + 1
    while end < len(tokens) and tokens[end] == _Token("sign", ","):
        end += 1
    followed = end < len(tokens) and tokens[end].kind == "sign" and tokens[end].text in _PLACES
    return 0 if followed else end - at - 1


def _scientific(size: Decimal, tokens: tuple[_Token, ...]) -> str:
    at = next(at for at, one in enumerate(tokens) if one.kind == "exponent")
    front, back = tokens[:at], tokens[at + 1 :]
    signs = "".join(one.text for one in front if one.kind == "sign")
    step = max(1, sum(signs.partition(".")[0].count(place) for place in _PLACES))
    power = size.adjusted() if size else 0
    power -= power % step if step > 1 else 0
    decimals = sum(signs.partition(".")[2].count(place) for place in _PLACES)
    mantissa = size.scaleb(-power, context=_ROOM).quantize(Decimal(1).scaleb(-decimals), context=_ROOM)
    if mantissa >= Decimal(10) ** step:
        power += step
        mantissa = mantissa.scaleb(-step)
    width = sum(1 for one in back if one.kind == "sign" and one.text in _PLACES)
    sign = "-" if power < 0 else "+" if tokens[at].text.endswith("+") else ""
    rest = "".join(_literal(one) for one in back)
    return f"{_fixed(mantissa, front)}E{sign}{str(abs(power)).rjust(width, '0')}{rest}"


def _fraction_at(tokens: tuple[_Token, ...]) -> int | None:
    """Returns where a code has its stroke, when digits stand at both of its sides."""
    for at, one in enumerate(tokens):
        if one == _Token("sign", "/") and 0 < at < len(tokens) - 1:
            before, after = tokens[at - 1], tokens[at + 1]
            if before.kind == after.kind == "sign" and before.text in _PLACES and after.text in "0#?123456789":
                return at
    return None


def _fraction(size: Decimal, tokens: tuple[_Token, ...]) -> str:
    stroke = _fraction_at(tokens) or 0
    begin, end = stroke, stroke + 1
    while begin and tokens[begin - 1].kind == "sign" and tokens[begin - 1].text in _PLACES:
        begin -= 1
    while end < len(tokens) and tokens[end].kind == "sign" and tokens[end].text in "0#?123456789":
        end += 1
    below = "".join(one.text for one in tokens[stroke + 1 : end])
    front = tokens[:begin]
    mixed = any(one.kind == "sign" and one.text in _PLACES for one in front)
    whole = int(size) if mixed else 0
    rest = Fraction(size) - whole
    if below.isdecimal() and int(below):
        top, bottom = round(rest * int(below)), int(below)
    else:
        near = rest.limit_denominator(10 ** min(len(below), 6) - 1)
        top, bottom = near.numerator, near.denominator
    if mixed and top == bottom:
        whole, top = whole + 1, 0
    said = [str(whole)] if mixed and (whole or not top) else []
    said += [f"{top}/{bottom}"] if top or not mixed else []
    around = "".join(_literal(one) for one in front if one.text != " "), "".join(_literal(one) for one in tokens[end:])
    return around[0] + " ".join(said) + around[1]
