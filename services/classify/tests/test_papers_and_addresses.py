# SPDX-License-Identifier: Apache-2.0
"""Holds for passports, driver's licences and postal addresses: generated ones are found, near misses are not."""

import random
import time

import pytest

from ream_classify import personal_data
from ream_classify.recognizers import identity_papers
from ream_classify.scan import Scan

DICE = random.Random(22)
DIGITS, LETTERS = "0123456789", "CFGHJKLMNPRTVWXYZ"


def found(text: str, kind: str, language: str = "en") -> list[str]:
    return [text[hit.start : hit.end] for hit in personal_data.find(Scan(text, language)) if hit.score == kind]


def drawn(form: str) -> str:
    return "".join(DICE.choice({"#": DIGITS, "@": LETTERS}[c]) if c in "#@" else c for c in form)


PASSPORTS = {
    "Passport No:": ["#########", "@########", "@#######", "@@#######"],
    "Reisepass-Nr.": ["@########", "C@##@@##8"],
    "passeport n°": ["##@@#####"],
    "pasaporte": ["@@@######", "@########"],
    "Passaporto n.": ["@@#######"],
    "passport number is": ["#########", "@########"],
    "护照": ["@########"],
    "U.S. passport (number)": ["#########"],
}


@pytest.mark.parametrize(("words", "form"), [(words, form) for words, forms in PASSPORTS.items() for form in forms])
def test_passports_are_found_after_their_words(words: str, form: str) -> None:
    for value in (drawn(form) for _ in range(3)):
        assert found(f"Her {words} {value}, issued today", "personal:passport") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "passport photos 12", "passport: see page 12", "passport control at gate 1234", "passports were shown in 2018",
        "the number 123456789", "compassport: 123456789", "passport 12345", "passport no. abcdefghi",
        "passport: 12.03.1970",
        "passport 1,234,567,890", "passport office, 123456789 letters", "Passport fee: $123456789", "reisepass 12",
        "passport number unknown", "passport no. 123456789012", "passport no. 12345678a9b8c7d6e5", "pass 123456789",
        "passport and visa for 123456789 people", "passport AB-CD-EF-GH", "passport x123456789x123456789",
        "passeport européen 123456789",
    ],
)  # fmt: skip
def test_other_numbers_are_no_passports(text: str) -> None:
    assert found(text, "personal:passport") == []


def check(part: str) -> str:
    order = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return str(sum((0 if c == "<" else order.index(c)) * (7, 3, 1)[i % 3] for i, c in enumerate(part)) % 10)


def zone() -> str:
    number, birth, expiry, own = drawn("@########"), drawn("7##112"), drawn("3##228"), "<" * 14
    line = number + check(number) + "D<<" + birth + check(birth) + "F" + expiry + check(expiry) + own + "<"
    return line + check(line[:10] + line[13:20] + line[21:43])


def test_machine_readable_zones_need_no_word() -> None:
    for line in (zone() for _ in range(20)):
        assert found(f"P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\n{line}\n", "personal:passport") == [line]
        wrong = str((int(line[-1]) + 1) % 10)
        assert found(f"{line[:-1]}{wrong}", "personal:passport") == []


LICENCES = {
    "Driver's License:": ["@#######", "@############", "########", "@@######"],
    "driving licence no.": ["@#######"],
    "DL": ["@#######", "#########"],
    "Führerscheinnummer": ["@##########"],
    "permis de conduire n°": ["############"],
    "patente di guida n.": ["@@#######@"],
    "rijbewijsnummer": ["##########"],
    "运転": [],
}


@pytest.mark.parametrize(("words", "form"), [(words, form) for words, forms in LICENCES.items() for form in forms])
def test_licences_are_found_after_their_words(words: str, form: str) -> None:
    for value in (drawn(form) for _ in range(3)):
        assert found(f"His {words} {value} is valid", "personal:driving-licence") == [value]


def british(number: int) -> str:
    """Five letters of the name, decade, month (fifty more for a woman), day, year, initials, check, two letters."""
    month = number % 12 + 1 + (50 if number % 2 else 0)
    return f"MORGA{number % 10}{month:02d}{number % 28 + 1:02d}{number % 7}SM9{LETTERS[number % 17]}B"


def test_british_licences_need_no_word() -> None:
    for value in map(british, range(20)):
        assert found(f"see {value} there", "personal:driving-licence") == [value]
        assert found(f"see {value[:6]}13{value[8:]} there", "personal:driving-licence") == []


@pytest.mark.parametrize(
    "text",
    [
        "driver's license fee 12", "DL: see below", "MORGA657054SM9IJX", "MORGA799954SM9IJ", "MORGA657994SM9IJ",
        "dl 12",
        "license number of the software", "a driving licence since 1998.", "driver license no. 1.234.567",
        "xdl 12345678",
        "licence MIT", "driver's license: abcdefg", "drive 12345678", "DL,000,000", "DL 12345678,50", "DL 1234",
        "driving licences of 12345678 people", "führerschein klasse B", "permis 123456789012", "handle 12345678",
        "DL $12345678",
    ],
)  # fmt: skip
def test_other_numbers_are_no_licences(text: str) -> None:
    assert found(text, "personal:driving-licence") == []


STREETS = {
    "en": ["12 Elm Street", "4557 De Silva St", "1600 N. Main Ave.", "7 Old Mill Lane", "221B Baker Street",
        "P.O. Box 123"],
    "de": ["Hauptstraße 12", "Königsallee 1a", "Am Alten Markt 3", "Berliner Str. 45", "Lindenweg 7", "Postfach 1234"],
    "fr": ["12 rue de la Paix", "3 bis avenue Victor Hugo", "8, boulevard Saint-Michel"],
    "es": ["Calle Mayor 12", "Avenida de América, 33", "C/ Alcalá, 5"],
    "it": ["Via Roma 12", "Piazza Garibaldi, 3"],
    "nl": ["Keizersgracht 12", "Badweg 48"],
    "pt": ["Rua do Ouro, 12"],
    "pl": ["ul. Nowa 12"],
    "ms": ["NO. 12, JALAN PUTRA"],
}  # fmt: skip
ENDS = {
    "en": ", Springfield, IL 62704", "de": ", 10115 Berlin", "fr": ", 75002 Paris", "es": ", 28013 Madrid",
    "it": ", 00184 Roma", "nl": ", 8401 BL Gorredijk", "pt": ", 1100-062 Lisboa", "pl": ", 00-950 Warszawa",
    "ms": ", 81200 JOHOR BAHRU",
}  # fmt: skip


@pytest.mark.parametrize(("language", "street"), [(lang, street) for lang, all_ in STREETS.items() for street in all_])
def test_addresses_are_found_with_their_towns(language: str, street: str) -> None:
    if street != "Am Alten Markt 3":
        assert [hit for hit in found(f"to {street} .", "personal:address", language)] == [street]
    whole = street + ENDS[language]
    assert found(f"It went to: {whole}.\nThanks", "personal:address", language) == [whole]


@pytest.mark.parametrize("words", ["My address is", "Address:", "She lives at", "Anschrift:", "domicilié au"])
def test_after_words_that_say_so_any_name_with_a_number_is_one(words: str) -> None:
    assert found(f"{words} Dunajska 56", "personal:address") == ["Dunajska 56"]


@pytest.mark.parametrize(
    "text",
    [
        "During 2017 sales rose", "2018 Supreme Court", "Spring 2019", "12 streets were closed", "the street 12",
        "page 12 of",
        "chapter 3 road to success", "Route planning", "12 Elm", "in 2018 Main Street rallied", "Offering 2018",
        "Note 12",
        "Elm Street", "Section 12 Way of working", "a place in 1st place", "12 March 2019", "Item 7 drives growth",
        "100 percent", "Box 12", "Die Straße ist 12 km lang", "via e-mail 12", "24/7 support", "Brown v. Board",
    ],
)  # fmt: skip
def test_other_words_with_numbers_are_no_addresses(text: str) -> None:
    assert found(text, "personal:address") == []


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["dl ", "passport ", "dl a b c d e f g h 1 "])
def test_words_without_a_number_take_no_time(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    started = time.process_time()
    assert list(identity_papers.find(Scan(text))) == []
    assert time.process_time() - started < 0.75
