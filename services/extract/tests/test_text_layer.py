# SPDX-License-Identifier: Apache-2.0
"""Which text layers are believed."""

import pytest

from ream_extract.text_layer import Layer, PageLook, judge, junk_share

ENGLISH = (
    "The auditors examined the accounts of the company for the year and found no reason to doubt the figures that "
    "the directors had presented to the general meeting, which approved them without a dissenting vote. "
) * 2
GERMAN = (
    "Die Prüfung der Geschäftsbücher ergab für das abgelaufene Jahr größere Überschüsse als erwartet, weshalb der "
    "Vorstand den Aktionären eine höhere Ausschüttung vorschlägt als in den Jahren davor. "
) * 2
POLISH = "Wczoraj wieczorem przyszła do nas ciotka z miasta Łodzi i przyniosła świeże bułki oraz trochę masła. " * 4
FINNISH = "Hallitus ehdottaa yhtiökokoukselle, että osinkoa jaetaan viime vuoden tulokseen perustuen enemmän. " * 4
RUSSIAN = "Вчера вечером к нам приехала тётя из города и привезла свежие булки, мы долго пили чай. " * 4
JAPANESE = "昨日の夜、町からおばさんが来て、新しいパンを持ってきました。" * 10
NUMBERS = "\n".join(f"{row} {row * 17} {row * 3.5:.2f} {row * 1000} 12/03/2024" for row in range(60))
CONTENTS = "\n".join(f"Chapter {row} {'.' * 80} {row * 7}" for row in range(40))


def shifted(text: str) -> str:
    """Text as a font with a shifted encoding gives it: every letter is another one, or no letter."""
    return "".join(char if char.isspace() else chr(max(33, ord(char) - 29)) for char in text)


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, POLISH, FINNISH, RUSSIAN, JAPANESE, NUMBERS, CONTENTS, "Page 3"])
def test_text_of_people_is_good(text: str) -> None:
    judged = judge(PageLook(text, image_share=0.0, drawings=0))
    assert judged.layer is Layer.GOOD
    assert judged.confidence == 100


@pytest.mark.parametrize(
    "text",
    [
        shifted(ENGLISH),
        shifted(GERMAN),
        "\ue001\ue002\ue003 " * 50,
        "\ufffd" * 30 + ENGLISH[:100],
        "\x01\x02\x03ab" * 40,
    ],
)
def test_glyphs_without_meaning_are_broken(text: str) -> None:
    assert judge(PageLook(text, image_share=0.0, drawings=0)).layer is Layer.BROKEN


def test_letters_of_several_scripts_in_one_word_are_broken() -> None:
    mixed = " ".join("оrdеrλy" if word % 2 else "simple" for word in range(60))
    assert judge(PageLook(mixed, image_share=0.0, drawings=0)).layer is Layer.BROKEN


def test_glyphs_that_the_font_cannot_name_are_broken() -> None:
    assert judge(PageLook(ENGLISH, 0.0, 0, unmapped_share=0.5)).layer is Layer.BROKEN


def test_a_few_bullets_from_a_symbol_font_do_no_harm() -> None:
    judged = judge(PageLook(ENGLISH + "\uf0b7" * 5, 0.0, 0))
    assert judged.layer is Layer.GOOD
    assert 95 <= judged.confidence < 100


def test_empty_page_is_blank_and_a_drawn_one_is_not() -> None:
    assert judge(PageLook(" \n", 0.0, 0)).layer is Layer.BLANK
    assert judge(PageLook(" \n", 0.0, drawings=1)).layer is Layer.NO_TEXT
    assert judge(PageLook("", image_share=0.9, drawings=1)).layer is Layer.NO_TEXT


def test_stamp_on_a_scan_is_no_text_layer() -> None:
    assert judge(PageLook("EXHIBIT 7 page 12", image_share=0.98, drawings=1)).layer is Layer.NO_TEXT
    assert judge(PageLook("EXHIBIT 7 page 12", image_share=0.1, drawings=1)).layer is Layer.GOOD


def test_text_laid_over_a_scan_is_believed_a_little_less() -> None:
    judged = judge(PageLook(ENGLISH, image_share=1.0, drawings=1, hidden=True))
    assert (judged.layer, judged.confidence) == (Layer.GOOD, 80)


def test_junk_share_counts_characters() -> None:
    assert junk_share({"a": 1, "b": 1, "\ue000": 1, "\ufffd": 1}) == 0.5
    assert junk_share({}) == 0.0


@pytest.mark.parametrize("text", [ENGLISH, "- 3 -", NUMBERS])
def test_text_is_judged_by_its_place_on_what_is_drawn(text: str) -> None:
    def layer(covered: float, spread: float, hidden: bool = False) -> Layer:
        return judge(PageLook(text, 0.0, 1, 0.0, hidden, covered_share=covered, text_share=spread)).layer

    assert layer(1.0, 0.05) is layer(0.45, 0.14) is Layer.NO_TEXT
    assert layer(1.0, 0.3) is layer(0.1, 0.04) is layer(0.25, 0.13) is Layer.GOOD
    assert layer(1.0, 0.05, hidden=True) is Layer.GOOD
