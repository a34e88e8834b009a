# SPDX-License-Identifier: Apache-2.0
"""Decides which character a sign of a symbol font is; one that nobody knows stays visible as U+FFFD."""

UNKNOWN = "\N{REPLACEMENT CHARACTER}"

_GREEK = dict(
    zip(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ",
        strict=True,
    )
)
_SYMBOL = {
    **{code: chr(code) for code in range(0x20, 0x40)},
    **_GREEK,
    **dict(zip(range(0xA1, 0xBD), "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…", strict=True)),  # noqa: RUF001 (signs are meant)
    **dict(zip(range(0xC0, 0xD2), "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇", strict=True)),  # noqa: RUF001 (signs are meant)
    **dict(zip(range(0xD2, 0xE0), "®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓", strict=True)),  # noqa: RUF001 (signs are meant)
    **{0x22: "∀", 0x24: "∃", 0x27: "∋", 0x40: "≅", 0x5C: "∴", 0x5E: "⊥", 0xA0: "€", 0xE5: "∑", 0xF2: "∫"},
    **{0x5B: "[", 0x5D: "]", 0x5F: "_", 0x7B: "{", 0x7C: "|", 0x7D: "}", 0x7E: "~"},
}
_WINGDINGS = {
    **{0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑"},
    **{0x73: "⬧", 0x75: "◆", 0x76: "❖", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→"},
    **{0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
}
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0xA3: "□"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "wingdings 3": {}, "webdings": {}}
_OFFSET = 0xF000
"""Signs of symbol fonts stand in the private area from here on, or without it."""


def symbol(font: str, code: str) -> str:
    """Returns the character of `w:sym`: font name and hexadecimal code as the file gives them."""
    try:
        number = int(code, 16)
    except ValueError:
        return UNKNOWN
    place = number - _OFFSET if _OFFSET <= number < _OFFSET + 0x100 else number
    signs = _FONTS.get(font.strip().lower())
    if signs is not None:
        return signs.get(place, UNKNOWN)
    # In any other font the code is that of the character itself; the private area means nothing outside its font.
    plain = 0x20 <= number < 0xD800 or 0xF900 <= number < 0xFFFE
    return chr(number) if plain else UNKNOWN
