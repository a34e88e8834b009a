# SPDX-License-Identifier: Apache-2.0
"""Holds for the numbers of each country: valid ones are found by their words, near misses and plain numbers are not."""

import random
from functools import cache
from itertools import islice

import pytest

from ream_classify import personal_data
from ream_classify.recognizers.national_forms import FORMS, Form
from ream_classify.scan import Scan

# How numbers are written: # a digit, @ a letter; other characters stand for themselves. YYMMDD and DDMMYY are dates.
TEMPLATES = {
    "us-ssn": "###-##-####", "us-itin": "9##-7#-####", "gb-nino": "AB######C", "gb-nhs": "### ### ####",
    "gb-utr": "##########", "de-idnr": "###########", "de-rvnr": "15DDMMYYC##?",
    "fr-nir": "1YYMM75######??", "fr-nif": "0############",
    "es-dni": "########@", "es-nie": "X#######@", "it-codice-fiscale": "RSSMRAYYA01H501@", "nl-bsn": "#########",
    "be-nn": "YYMMDD-###.##", "at-svnr": "####DDMMYY", "ch-ahv": "756.####.####.##", "pl-pesel": "YYMMDD#####",
    "pt-nif": "2########", "se-personnummer": "YYMMDD-####", "dk-cpr": "DDMMYY-####", "no-fodselsnummer": "DDMMYY#####",
    "fi-hetu": "DDMMYY-###@", "ie-pps": "#######@", "ee-isikukood": "3YYMMDD####", "cz-rodne-cislo": "YYMMDD/####",
    "ro-cnp": "1YYMMDD12####", "bg-egn": "YYMMDD####", "gr-amka": "DDMMYY#####", "hr-oib": "###########",
    "br-cpf": "###.###.###-##", "ca-sin": "1## ### ###", "mx-curp": "BOXWYYMMDDHNERXN0#", "au-tfn": "### ### ###",
    "in-aadhaar": "2### #### ####", "in-pan": "ABCP@####@", "tr-tckimlik": "1##########", "il-idnr": "########-#",
    "za-id": "YYMMDD50000##", "cn-ric": "11010119YYMMDD###?", "kr-rrn": "YYMMDD-1######",
}  # fmt: skip
# Numbers without a check digit: what makes them wrong stands in other places.
NEAR_MISSES = {"us-itin": "9##-1#-####", "in-pan": "ABCPA0000@", "us-ssn": "666-##-####"}
CHECKED = [form for form in FORMS if form.name != "gb-nino"]


def written(template: str, dice: random.Random) -> str:
    value = template
    for part, most in (("DD", 28), ("MM", 12), ("YY", 99)):
        if part in value:
            value = value.replace(part, f"{dice.randrange(1, most + 1):02d}")
    digits = iter(f"{dice.randrange(10**20):020d}")
    return "".join(
        next(digits) if sign in "#?" else dice.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") if sign == "@" else sign
        for sign in value
    )


@cache
def samples(form: Form, valid: bool = True) -> tuple[str, ...]:
    """Draws numbers until ten are valid, or wrong in their check digits alone."""
    dice = random.Random(form.name)
    template = TEMPLATES[form.name] if valid else NEAR_MISSES.get(form.name, TEMPLATES[form.name])
    drawn = (value for _ in range(100_000) if form.check(value := written(template, dice)) == valid)
    ten = tuple(islice(drawn, 10))
    assert len(ten) == 10, f"{form.name}: {len(ten)} numbers could be drawn"
    return ten


def found(text: str) -> list[tuple[str, str]]:
    return [
        (hit.score, text[hit.start : hit.end])
        for hit in personal_data.find(Scan(text))
        if hit.score in ("personal:national-number", "personal:tax-number")
    ]


def test_every_form_has_a_template() -> None:
    assert {form.name for form in FORMS} == TEMPLATES.keys()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_valid_numbers_are_found_after_and_before_their_words(form: Form) -> None:
    word = form.words[0]
    for value in samples(form):
        assert [hit[1] for hit in found(f"Name: Smith\n{word.upper()}: {value}\n")] == [value]
        assert [hit[1] for hit in found(f"the number {value} ({word})")] == [value]


@pytest.mark.parametrize("form", CHECKED, ids=lambda form: form.name)
def test_numbers_with_wrong_check_digits_are_not_found(form: Form) -> None:
    for value in samples(form, valid=False):
        text = f"{form.words[0]}: {value}"
        hits = [(hit.form, text[hit.start : hit.end]) for hit in personal_data.find(Scan(text))]
        assert (form.name, value) not in hits


@pytest.mark.parametrize("form", [form for form in FORMS if not form.alone], ids=lambda form: form.name)
def test_without_a_word_nothing_is_found(form: Form) -> None:
    for value in samples(form):
        assert found(f"A total of {value} units were sold") == []


@pytest.mark.parametrize("form", [form for form in FORMS if form.alone], ids=lambda form: form.name)
def test_peculiar_forms_need_no_word(form: Form) -> None:
    for value in samples(form):
        assert [hit[1] for hit in found(f"It says {value} here")] == [value]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_number_inside_a_longer_one_is_not_found(form: Form) -> None:
    for value in samples(form)[:5]:
        for longer in (f"1{value}", f"{value}1", f"{value},000", f"x{value}"):
            assert value not in [hit[1] for hit in found(f"{form.words[0]}: {longer}")]


@pytest.mark.parametrize(
    "value",
    ["BG123456A", "AB12345C", "AB1234567", "DA123456A", "AO123456A", "AB123456E", "ZZ123456A", "QQ123456C", "TN123456A",
     "GB123456A", "A1123456C", "FA123456A", "IA123456A", "UA123456A", "VA123456A", "AD123456A", "AF123456A",
     "AI123456A",
     "KN123456A", "NT123456B"],
)  # fmt: skip
def test_what_is_no_national_insurance_number(value: str) -> None:
    assert found(f"National Insurance no. {value}") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("DNI: 12.345.678-Z", "12.345.678-Z"), ("titular del DNI 12.345.678 Z", "12.345.678 Z"),
        ("N.I.F.: 12.345.678Z", "12.345.678Z"), ("PAN ABCPE1234F", "ABCPE1234F"),
        ("Income Tax PAN: ABCPE1234F", "ABCPE1234F"),
        ("SIN 123 456 782", "123 456 782"), ("NAS 123-456-782", "123-456-782"), ("Her SIN is 123456782", "123456782"),
        ("Rentenversicherungsnummer 15 070649 C 103", "15 070649 C 103"),
        ("Sozialversicherungsnummer: 15070649C103", "15070649C103"), ("RV-Nr. 65 170839 J 003", "65 170839 J 003"),
    ],
)  # fmt: skip
def test_numbers_are_found_as_they_are_written(text: str, value: str) -> None:
    assert [hit[1] for hit in found(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "DNI: 12.345.678-A", "DNI: 12.345.678,50", "PAN ABCDE1234F", "the pan weighs ABC1234", "SIN 123 456 783",
        "Rentenversicherungsnummer 15 070649 C 104", "Rentenversicherungsnummer 15 071349 C 103",
        "Rentenversicherungsnummer 15 410649 C 103", "Bestellung 15 070649 C 103", "sin 30 grados, 123 456 783",
    ],
)  # fmt: skip
def test_what_only_looks_like_such_a_number_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_column_under_one_heading_is_found_whole() -> None:
    us_ssn = next(form for form in FORMS if form.name == "us-ssn")
    plain = [ssn.replace("-", "") for ssn in samples(us_ssn)]
    text = "Name and SSN\n" + "\n".join(f"Person number {place} of the list {ssn}" for place, ssn in enumerate(plain))
    assert [hit[1] for hit in found(text)] == plain


def test_columns_of_plain_numbers_give_nothing() -> None:
    dice = random.Random(7)
    rows = [" ".join(str(dice.randrange(10**8, 10**12)) for _ in range(5)) for _ in range(400)]
    assert found("Net sales by region\n" + "\n".join(rows)) == []
