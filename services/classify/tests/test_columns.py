# SPDX-License-Identifier: Apache-2.0
"""Holds that columns of orders, parts and sections are no cards, persons or machines, and columns of these are."""

import random
from collections import Counter

import pytest
from stdnum import luhn

from ream_classify import personal_data
from ream_classify.scan import Scan

DICE = random.Random(13)


def counted(text: str) -> Counter[str]:
    return Counter(hit.score for hit in personal_data.find(Scan(text)))


def digits(count: int) -> str:
    return "".join(DICE.choice("0123456789") for _ in range(count))


def card() -> str:
    body = "4" + digits(14)
    return body + luhn.calc_check_digit(body)


def part() -> str:
    return f"{DICE.randint(100, 665)}-{DICE.randint(10, 99)}-{DICE.randint(1000, 9999)}"


@pytest.mark.parametrize("head", ["Order number", "Auftragsnummer", "Numéro", "Kennung", ""])
def test_a_column_of_long_numbers_is_no_column_of_cards(head: str) -> None:
    assert counted(head + "\n" + "\n".join(digits(16) for _ in range(500)))["personal:card"] == 0


@pytest.mark.parametrize("head", ["Order number", "Invoice", "SKU", "Bestellung"])
def test_what_the_head_of_a_column_says_holds_down_to_its_end(head: str) -> None:
    numbers = [card() for _ in range(30)]
    assert counted(f"{head}\n" + "\n".join(numbers))["personal:card"] == 0
    assert counted(f"{head} | Day\n" + "\n".join(f"{one} | 3 May, paid" for one in numbers))["personal:card"] == 0


@pytest.mark.parametrize("head", ["Card number", "Kartennummer", "Number", ""])
def test_a_column_of_cards_is_found_whole(head: str) -> None:
    numbers = [card() for _ in range(30)]
    assert counted(f"{head}\n" + "\n".join(numbers))["personal:card"] == 30
    spoilt = [number[:-1] + str((int(number[-1]) + 1) % 10) for number in numbers[:10]]
    assert counted(f"{head}\n" + "\n".join(numbers + spoilt))["personal:card"] == 30


def test_a_card_among_numbers_needs_its_word() -> None:
    numbers = "\n".join(digits(16) for _ in range(300))
    assert counted(f"{numbers}\n\nPlease charge my Visa card {card()} now.")["personal:card"] == 1


def test_another_number_further_on_is_not_in_the_column() -> None:
    assert counted(f"Order {digits(12)} was sent. " + "We write of other things. " * 5 + card())["personal:card"] == 1


@pytest.mark.parametrize("head", ["Part number", "SKU", "Artikel", "Item", "Model"])
def test_numbers_of_parts_are_no_persons(head: str) -> None:
    assert counted(f"{head}\n" + "\n".join(part() for _ in range(100)))["personal:national-number"] == 0
    assert counted(f"{head} {part()} is out of stock")["personal:national-number"] == 0


@pytest.mark.parametrize("head", ["SSN", "Social security", "Employee", "Name"])
def test_numbers_of_persons_are_found_down_a_column(head: str) -> None:
    assert counted(f"{head}\n" + "\n".join(part() for _ in range(100)))["personal:national-number"] == 100


@pytest.mark.parametrize("head", ["Abschnitt", "Section", "Version", "Clause"])
def test_numbers_of_sections_are_no_machines(head: str) -> None:
    rows = [".".join(str(DICE.randint(32, 60)) for _ in range(4)) for _ in range(100)]
    assert counted(f"{head}\n" + "\n".join(rows))["personal:ip"] == 0
    assert counted("Host\n" + "\n".join(rows))["personal:ip"] == 100
