# SPDX-License-Identifier: Apache-2.0
"""Holds for each kind of personal data: generated values are found where they stand, near misses are not."""

import random
from collections.abc import Callable
from itertools import pairwise

import phonenumbers
import pytest
from stdnum import iban as stdnum_iban
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from ream_classify import personal_data
from ream_classify.recognizers.iban import length
from ream_classify.scan import Scan

Found = list[tuple[str, str]]
DICE = random.Random(20)


def found(text: str, language: str = "en") -> Found:
    return [(hit.score, text[hit.start : hit.end]) for hit in personal_data.find(Scan(text, language))]


def digits(count: int) -> str:
    return "".join(DICE.choice("0123456789") for _ in range(count))


def with_luhn(prefix: str, size: int) -> str:
    body = prefix + digits(size - 1 - len(prefix))
    return body + luhn.calc_check_digit(body)


def wrong_last(value: str) -> str:
    return value[:-1] + str((int(value[-1]) + 1 + DICE.randrange(8)) % 10)


CARDS = [
    ("4", 16),
    ("51", 16),
    ("2221", 16),
    ("55", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("3530", 16),
    ("62", 16),
]


@pytest.mark.parametrize(("prefix", "size"), CARDS)
def test_cards_are_found_together_and_in_groups(prefix: str, size: int) -> None:
    for _ in range(3):
        number = with_luhn(prefix, size)
        fours = "-".join(number[start : start + 4] for start in range(0, size, 4))
        grouped = f"{number[:4]} {number[4:10]} {number[10:]}" if size == 15 else fours
        for written in (number, grouped):
            assert found(f"Please use {written}, thanks.") == [("personal:card", written)]


@pytest.mark.parametrize(("prefix", "size"), CARDS)
def test_cards_with_a_wrong_digit_are_not_found(prefix: str, size: int) -> None:
    for _ in range(3):
        assert found(f"Please charge my card {wrong_last(with_luhn(prefix, size))} now.") == []


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111111 was sent",
        "ISBN 4111111111111111",
        "tracking no. 4111 1111 1111 1111",
        "x4111111111111111",
        "4111111111111111a",
        "0.4111111111111111",
        "4111111111111111.25",
        "1234 4111 1111 1111 1111",
        "4111 1111 1111 1111 2222",
        "0000 0000 0000 0000",
        "9111 1111 1111 1111",
        "4222222222222",
        "41111111 11111111",
        "4111 11111111 1111",
        "4111 1111-1111 1111",
        "4111,1111,1111,1111",
        "2018 2017 2016 2015",
        "4111 1111 1111",
        "411111111111111111111",
        "4111/1111/1111/1111",
    ],
)
def test_other_long_numbers_are_no_cards(text: str) -> None:
    assert [hit for hit in found(text) if hit[0] == "personal:card"] == []


def test_rare_lengths_are_cards_where_a_word_says_so() -> None:
    assert found("Visa 4222222222222 expires soon") == [("personal:card", "4222222222222")]


def some_iban(country: str) -> str:
    structure = stdnum_iban._ibandb.info(country)[0][1]["bban"]
    while True:
        bban = ""
        for part in structure.split("!")[:-1]:
            size = int("".join(c for c in part if c.isdigit()))
            pick = {"n": "0123456789", "a": "ABCDEFGH", "c": "ABC0123456789"}
            kind = structure[structure.index(part + "!") + len(part) + 1]
            bban += "".join(DICE.choice(pick[kind]) for _ in range(size))
        value = country + mod_97_10.calc_check_digits(bban + country) + bban
        if stdnum_iban.is_valid(value):
            return value


IBANS = ("DE", "FR", "NL", "GB", "AT", "CH", "PL", "PT", "SE", "DK", "FI", "IE", "LU", "CZ", "HU", "RO", "GR", "TR",
         "SA", "LT")  # fmt: skip


@pytest.mark.parametrize("country", IBANS)
def test_ibans_are_found_together_and_in_groups(country: str) -> None:
    number = some_iban(country)
    assert len(number) == length(country)
    grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    for written in (number, grouped):
        assert found(f"IBAN {written} BIC COBADEFF") == [("personal:iban", written)]


@pytest.mark.parametrize("country", IBANS)
def test_ibans_with_a_wrong_digit_a_wrong_length_or_inside_a_word_are_not_found(country: str) -> None:
    number = some_iban(country)
    swapped = number[:2] + ("11" if number[2:4] != "11" else "12") + number[4:]
    for text in (swapped, number[:-1], number + "7", "X" + number, f"{number[:6]}  {number[6:]}", "ZZ" + number[2:]):
        assert [hit for hit in found(f"account {text}.") if hit[0] == "personal:iban"] == []


LOCALS = ["a", "ann.lee", "o'hara", "x+y", "first_last", "A-B", "user%40", "j.r.r.tolkien", "42", "müller"]
DOMAINS = ["example.com", "mail.example.co.uk", "x-y.de", "bücher.example", "a.b.c.d.museum"]


@pytest.mark.parametrize("domain", DOMAINS)
def test_addresses_are_found(domain: str) -> None:
    for address in (f"{local}@{domain}" for local in LOCALS):
        assert found(f"Write to <{address}>, or (mailto:{address}).") == [("personal:email", address)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "a@b", "@example.com", "user@localhost", "a..b@example.com", "a.@example.com", "a@@example.com", "a@example.c",
        "a@-example.com", "a@example-.com", "a@example..com", "icon@2x.png", "a b@ example.com", "a@example.123",
        "a @example.com", "price@5.00", "foo@bar@", "@", "a@.com", "logo@3x.jpg", "x@y.z", "5 @ 3.50",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_not_found(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("seed", range(25))
def test_ip_addresses_are_found(seed: int) -> None:
    dice = random.Random(seed)
    four = ".".join(str(dice.randrange(60, 220)) for _ in range(4))
    six = "2001:" + ":".join(f"{dice.randrange(1, 65536):x}" for _ in range(7))
    assert found(f"from {four} and {six}") == [("personal:ip", four), ("personal:ip", six)]


@pytest.mark.parametrize(
    "text",
    [
        "section 1.2.3.4", "1.2.3.4 Scope", "version 99.100.101.102", "256.100.100.100", "127.0.0.1", "0.0.0.0",  # noqa: S104
       
        "255.255.255.0", "100.100.100", "100.100.100.100.100", "v110.200.130.140", "224.0.0.251", "12:30:45",
        "00:1A:2B:3C:4D:5E", "::1", "a::b", "1:2:3:4:5:6:7:8:9", "3.1.4.1", "10.11.12.13 Fees", "99.99.99.999", "1:1:1",
    ],
)  # fmt: skip
def test_other_dotted_numbers_are_no_machines(text: str) -> None:
    assert found(text) == []


def test_small_numbers_are_a_machine_where_a_word_says_so() -> None:
    assert found("the server 10.1.2.3 is down") == [("personal:ip", "10.1.2.3")]


BORN = ["born on", "date of birth:", "DOB", "geboren am", "Geburtsdatum:", "né le", "née le", "fecha de nacimiento:"]
DATES = ["12.03.1970", "1970-03-12", "03/12/1970", "12 March 1970", "March 12, 1970"]


@pytest.mark.parametrize(("words", "date"), [(words, date) for words in BORN for date in DATES])
def test_dates_of_birth_are_found(words: str, date: str) -> None:
    assert found(f"She, {words} {date}, lives here.") == [("personal:birth-date", date)]


@pytest.mark.parametrize(
    "date", ["12. März 1970", "12 mars 1970", "12 de marzo de 1970", "1er août 1970", "5 maggio 1999"]
)
def test_months_are_known_in_their_languages(date: str) -> None:
    assert found(f"né le {date}") == [("personal:birth-date", date)]


@pytest.mark.parametrize(
    "text",
    [
        "on 12.03.1970 we met", "born in 1970", "date of birth unknown", "DOB 32.01.1970", "DOB 1970-13-01",
        "DOB 30 February 1970", "DOB 12 Marchember 1970", "newborn 12.03.1970", "born 12", "born to run",
        "DOB 0.0.0000",
        "born yesterday, on a date such as 12.03.1970", "dated 12 March 1970", "DOB 12.03.1270", "DOB 12-03-19701",
        "DOB: see page 12", "geb. Müller", "date of birth\n\n\n\n\n\n\n\n\n\n\n12.03.1970", "birthday cake 12.03.1970",
        "reborn on 12.03.1970",
    ],
)  # fmt: skip
def test_other_dates_are_no_birth_dates(text: str) -> None:
    assert [hit for hit in found(text) if hit[0] == "personal:birth-date"] == []


REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "PL", "PT", "SE", "DK", "NO", "FI", "IE", "BR",
           "IN", "AU")  # fmt: skip


def example(region: str, form: int) -> str:
    number = phonenumbers.example_number(region)
    assert number is not None
    return phonenumbers.format_number(number, form)


@pytest.mark.parametrize("region", REGIONS)
def test_international_numbers_are_found_without_a_word(region: str) -> None:
    for form in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164):
        written = example(region, form)
        assert found(f"Reach us under {written} any day") == [("personal:phone", written)]


@pytest.mark.parametrize(("region", "language"), [("US", "en"), ("GB", "en"), ("DE", "de"), ("FR", "fr"), ("ES", "es")])
def test_local_numbers_are_found_after_a_word(region: str, language: str) -> None:
    written = example(region, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert found(f"Tel. {written}", language) == [("personal:phone", written)]


def test_labelled_number_without_area_code_is_found() -> None:
    assert found("Phone:\n467 3395\n") == [("personal:phone", "467 3395")]


@pytest.mark.parametrize(
    "text",
    [
        "+12", "+49", "+1 234", "revenue of 030 901820", "1,234,567,890", "2016-2017-2018", "12.03.1970",
        "100-200-3000",
        "(123) 456-7890", "030 901820", "5551234567", "+99 999 999 999 999", "212-155-1234", "+49 30 901820123456789",
        "x212-555-2368", "212-555-23689", "ISBN 978-3-16-148410-0", "page 212 of 555 in 2018", "1.212.555.236",
        "$212.555.2368",
    ],
)  # fmt: skip
def test_other_numbers_are_no_telephones(text: str) -> None:
    assert [hit for hit in found(text) if hit[0] == "personal:phone"] == []


@pytest.mark.slow
def test_numbers_beyond_the_limit_are_counted_by_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ream_classify.recognizers.phone.MOST_CHECKED", 10)
    hits = list(personal_data.find(Scan(" ".join(f"+49 30 90{n:05d}," for n in range(30)))))
    assert len(hits) == 30
    assert {hit.confidence for hit in hits[:10]} == {90}
    assert {hit.confidence for hit in hits[10:]} == {45}


Maker = Callable[[], str]
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def token(prefix: str, size: int) -> Maker:
    return lambda: prefix + "".join(DICE.choice(LETTERS) for _ in range(size))


SECRETS: list[tuple[str, Maker]] = [
    ("secret:key", lambda: "AKIA" + "".join(DICE.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))),
    ("secret:key", token("AIza", 35)),
    ("secret:key", token("sk_live_", 24)),
    ("secret:token", token("ghp_", 36)),
    ("secret:token", token("github_pat_", 60)),
    ("secret:token", token("glpat-", 20)),
    ("secret:token", token("xoxb-", 40)),
    ("secret:token", token("npm_", 36)),
    ("secret:token", lambda: "eyJ" + token("", 20)() + ".eyJ" + token("", 30)() + "." + token("", 40)()),
]


@pytest.mark.parametrize(("score", "maker"), SECRETS)
def test_keys_and_tokens_are_found(score: str, maker: Maker) -> None:
    for value in (maker() for _ in range(3)):
        assert found(f"use {value} for that") == [(score, value)]


@pytest.mark.parametrize(("score", "maker"), SECRETS)
def test_keys_and_tokens_cut_short_or_inside_words_are_not_found(score: str, maker: Maker) -> None:
    for value in (maker() for _ in range(3)):
        assert found(f"use {value[:12]} for that") == []
        assert found(f"use x{value} for that") == []


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_private_keys_are_found_and_public_ones_are_not(kind: str) -> None:
    assert found(f"-----BEGIN {kind}PRIVATE KEY-----\nMIIE") == [("secret:key", f"-----BEGIN {kind}PRIVATE KEY-----")]
    assert found(f"-----BEGIN {kind}PUBLIC KEY-----\nMIIE") == []


@pytest.mark.parametrize(
    "text",
    [
        "password: Tr0ub4dor&3",
        "pwd=hunter2hunter2",
        "DB_PASSWORD='s3cr3t-value'",
        "Passwort: geheim99",
        "api_key = 9f8e7d6c5b4a",
    ],
)
def test_passwords_written_out_are_found(text: str) -> None:
    ((score, value),) = found(text)
    assert score == "secret:password"
    assert value in text
    assert len(value) >= 8


@pytest.mark.parametrize(
    "text",
    ["password: required", "the password is long", "password:", "Enter password: ********", "passwords: 12 or more"],
)
def test_talk_about_passwords_is_no_secret(text: str) -> None:
    assert found(text) == []


def test_hits_never_overlap() -> None:
    text = "card 4111 1111 1111 1111, tel. +49 30 901820, ssn 123-45-6789, a@b.de, IBAN DE89370400440532013000 " * 5
    hits = sorted((hit.start, hit.end) for hit in personal_data.find(Scan(text)))
    assert len(hits) == 25
    assert all(end <= start for (_, end), (start, _) in pairwise(hits))


def test_digits_of_other_scripts_are_read_and_places_hold() -> None:
    text = "\u0647\u0627\u062a\u0641: +\u0664\u0669 \u0663\u0660 \u0669\u0660\u0661\u0668\u0662\u0660"
    assert found(text, "ar") == [("personal:phone", text[6:])]
