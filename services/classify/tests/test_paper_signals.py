# SPDX-License-Identifier: Apache-2.0
"""Holds which signs of forms, slips, slides, papers, news and manuals a page shows, and which it does not."""

import time
from dataclasses import replace

import pytest

from ream_classify.layout_signals import SIGNALS
from ream_classify.page import page_of
from ream_classify.paper_signals import PAPER_SIGNALS
from ream_contracts.artifacts import Annotation, UnitText

SLIP = "Shop\nMilk 1.20\nTea 2.40\nJam 3.10\nTotal 6.70\nCash 10.00"


def unit(text: str) -> UnitText:
    return UnitText(1, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())


def shown(name: str, text: str) -> bool:
    return SIGNALS[name](page_of(unit(text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("till_slip", SLIP),
        ("till_slip", "Café\nThé 2,40\nPain 1,10\nTotal 3,50\nEspèces 5,00\nRendu 1,50"),
        ("form_fields", "Name: ____\nStreet: ____\nTown: ____\nBorn:\nCitizen of:\nSignature:"),
        ("form_fields", "\u2610 yes\n\u2610 no\n\u2610 perhaps\nName:\nTown:\nDate:"),
        ("dated_periods", "2001 - 2004 Smith\n2004 \u2013 2010 Baker\n2010 - present Miller"),
        ("dated_periods", "2001 bis 2004\n2004 bis 2010\nseit 2010"),
        ("citations", "As shown [1], [2, 3] and [4-6]."),
        ("citations", "Brown (1999), Lee and Kern (2001), Roche et al. (2003)"),
        ("reference_list", "and so on\n7. References\n[1] Brown"),
        ("reference_list", "Literaturverzeichnis"),
        ("bullet_page", "Plan\n\u2022 one\n\u2022 two\n\u2022 three"),
        ("reported_speech", '"We are glad," said Lee. "It was late," Kern told us.'),
        (
            "reported_speech",
            "\u00abEs tarde\u00bb, dijo Ruiz. \u00abNo importa\u00bb, dijo Vega.",
        ),
        ("dateline", "Storm\nLondon, 3 May (Reuters) - The bridge is shut."),
        ("dateline", "For immediate release"),
        ("steps", "Step 1: open it\nStep 2: shut it"),
        ("steps", "1. Press A\n2. Remove B\n3. Insert C"),
        ("commands", "$ pip install it\n$ git clone that"),
    ],
)
def test_what_shows_a_sign(name: str, text: str) -> None:
    assert shown(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("till_slip", "Shop\nMilk\nTea\nJam\nTotal\nCash"),
        ("till_slip", SLIP.replace("Cash", "Sum")),
        ("till_slip", "\n".join(line + " and many more words behind it, as in a letter" for line in SLIP.split("\n"))),
        ("till_slip", SLIP + "\nItem 1.00" * 200),
        ("form_fields", "Name: ____\nTown: ____"),
        ("form_fields", "First:\nSecond:\nThird:\nFourth:\nFifth:\nSixth:\nSeventh:"),
        ("dated_periods", "From 2001 to 2004.\nIn 1999.\nIn 2010."),
        ("citations", "See [1] and item (2)."),
        ("reference_list", "References to the old law are void."),
        ("bullet_page", "\u2022 one\n\u2022 two\n\u2022 three\n" + "a long sentence follows\n" * 9),
        ("reported_speech", "He said that it was late, and told us so."),
        ("reported_speech", '"Go," said Lee.\n\n"No," said Kern.\n\n"Why?" said Lee.'),
        ("dateline", "We met in London (again) and left."),
        ("steps", "1. The tenant pays.\n2. The owner mends.\n3. Both sign."),
        ("commands", "$ 12.50\n$ 13.20"),
    ],
)
def test_what_shows_none(name: str, text: str) -> None:
    assert not shown(name, text)


def test_fields_that_a_program_fills_in_make_a_form() -> None:
    fields = tuple(Annotation("field", f"name {number}: x", None) for number in range(3))
    assert PAPER_SIGNALS["form_fields"](page_of(replace(unit("Name"), annotations=fields)))
    assert not PAPER_SIGNALS["form_fields"](page_of(replace(unit("Name"), annotations=fields[:2])))


def test_a_slide_is_told_by_its_kind() -> None:
    assert PAPER_SIGNALS["slide"](page_of(replace(unit("x"), kind="slide")))
    assert not PAPER_SIGNALS["slide"](page_of(unit("slide")))


@pytest.mark.parametrize(
    "head", ["From: a@b.org\nTo: c@d.org", "Von: Ann\nGesendet: 3.5.2025 14:05", "De : a@b.org\nDate : hier"]
)
def test_a_head_that_begins_with_the_sender_is_a_mails(head: str) -> None:
    assert shown("mail_headers", f"Lunch\n{head}\nNoon?")


@pytest.mark.parametrize(
    "head", ["From: Kassel\nTo: Bonn\nDate: 3 May", "To: a@b.org\nDate: 14:05", "From: a@b.org\nHello"]
)
def test_other_heads_are_no_mails(head: str) -> None:
    assert not shown("mail_headers", f"Lunch\n{head}\nNoon?")


@pytest.mark.parametrize(
    "piece", ['" said ', ", a b c d ", "2001 - ", "x (", "[1, 2, ", "_ ", "\n", "a:\n", "Step 1 ", "Abc and ", "lee, "]
)
def test_the_cost_is_bounded_whatever_a_page_repeats(piece: str) -> None:
    page = page_of(unit(piece * (60_000 // len(piece))))
    began = time.process_time()
    for signal in SIGNALS.values():
        signal(page)
    assert time.process_time() - began < 3
