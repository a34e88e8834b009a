# SPDX-License-Identifier: Apache-2.0

"""Holds which language a text is said to be in, and which texts are in none."""

import random
import time

import pytest

from ream_classify import language

SENTENCES = {
    "en": "The committee met on Tuesday to discuss the budget for the coming year, and most members agreed.",
    "de": "Der Ausschuss traf sich am Dienstag, um über den Haushalt des kommenden Jahres zu beraten.",
    "fr": "Le comité s'est réuni mardi pour discuter du budget de l'année à venir, et tous étaient d'accord.",
    "es": "El comité se reunió el martes para discutir el presupuesto del próximo año, y casi todos aceptaron.",
    "it": "Il comitato si è riunito martedì per discutere il bilancio del prossimo anno.",
    "nl": "De commissie kwam dinsdag bijeen om de begroting voor het komende jaar te bespreken.",
    "pt": "A comissão reuniu-se na terça-feira para discutir o orçamento do próximo ano, e não houve acordo.",
    "pl": "Komitet zebrał się we wtorek, aby omówić budżet na nadchodzący rok.",
    "sv": "Utskottet sammanträdde i tisdags för att diskutera budgeten för det kommande året.",
    "ru": "Комитет собрался во вторник, чтобы обсудить бюджет на следующий год.",
    "el": "Η επιτροπή συνεδρίασε την Τρίτη για να συζητήσει τον προϋπολογισμό του επόμενου έτους.",
    "ar": "اجتمعت اللجنة يوم الثلاثاء لمناقشة ميزانية العام المقبل، واتفق الأعضاء على ذلك.",
    "zh": "委员会于星期二召开会议，讨论来年的预算。",
    "ja": "委員会は火曜日に会合を開き、来年度の予算について話し合った。",
    "tr": "Komite salı günü gelecek yılın bütçesini görüşmek üzere toplandı.",
}

NO_LANGUAGE = [
    "",
    " \n\t",
    "1234 5678 90 12.50 33.00 44 1,234,567 99.9 100 2018 2017 2016",
    "xqzt wkrj blmf ghhtr zzpq vvkw jjqx mnbvc trzp",
    "$$$ %% ## @@ ((( )))",
    "A1 B2 C3 D4 X9",
    "\u0001\u0002\u0003 \ufffd\ufffd",
    "0 0 0 0 ----- ***** =====",
    "ok",
]


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_a_sentence_is_enough(code: str, text: str) -> None:
    guess = language.identify(text)
    assert guess.language == code
    assert guess.confidence >= 50


@pytest.mark.parametrize("text", NO_LANGUAGE)
def test_text_in_no_language_is_said_to_be_so(text: str) -> None:
    assert language.identify(text) == language.Guess("und", 0)


def test_lone_surrogates_do_no_harm() -> None:
    assert language.identify(SENTENCES["en"] + " \ud800\udfff").language == "en"


def test_capitals_do_not_matter() -> None:
    assert language.identify(SENTENCES["de"].upper()).language == "de"


def test_long_text_in_two_languages_is_counted_by_language() -> None:
    german, english = (SENTENCES["de"] + "\n") * 40, (SENTENCES["en"] + "\n") * 25
    parts = language.identify_parts(german + english)
    assert parts.main.language == "de"
    assert set(parts.characters) == {"de", "en"}
    assert parts.characters["de"] > parts.characters["en"] > 1_000
    assert all(parts.sure[code] * 100 >= 90 * parts.characters[code] for code in ("de", "en"))


def test_paragraphs_of_a_letter_in_two_languages_are_told_apart() -> None:
    parts = language.identify_parts(SENTENCES["de"] * 4 + "\n\n" + SENTENCES["en"] * 4)
    assert set(parts.characters) == {"de", "en"}


@pytest.mark.parametrize("text", [SENTENCES["fr"], SENTENCES["es"] * 30, "7 " * 5_000, SENTENCES["zh"] * 100])
def test_counts_add_up_to_the_characters_that_are_not_space(text: str) -> None:
    parts = language.identify_parts(text)
    assert sum(parts.characters.values()) == len("".join(text.split()))
    assert all(sure <= parts.characters[code] for code, sure in parts.sure.items())


def test_a_foreign_quotation_does_not_make_a_language() -> None:
    text = (SENTENCES["en"] + " ") * 20 + "\nHonni soit qui mal y pense.\n" + (SENTENCES["en"] + " ") * 20
    assert set(language.identify_parts(text).characters) == {"en"}


RESUME = """Jane Doe
jane@doe.example | +1 415 555 2671
Experience
Senior Engineer, Acme Corp, 2018 - present
Education
BSc Computer Science, MIT, 2014
Skills
Python, Go, Kubernetes"""
INVOICE = """ABC Ltd
INVOICE INV-1001
Invoice date 12/03/2024
Description Amount
Consulting services for the month of March 1,000.00
VAT 200.00
Total amount due 1,200.00
Please pay within 30 days"""


@pytest.mark.parametrize(
    ("code", "text"),
    [("en", RESUME), ("en", INVOICE), ("ko", "주문해 주셔서 감사합니다."), ("ko", "청구서 합계 금액")],
)
def test_short_papers_are_in_a_language(code: str, text: str) -> None:
    assert language.identify(text).language == code


def test_noise_stays_in_no_language() -> None:
    dice = random.Random(5)
    codes = [
        " ".join("".join(dice.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=7)) for _ in range(40))
        for _ in range(100)
    ]
    letters = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz    ", k=100)) for _ in range(100)]
    seen = [text for text in codes + letters if language.identify(text).language != "und"]
    assert len(seen) <= 4


CLAUSES = {
    "en": "§ {} The lessee shall pay the rent on the first day of each month to the account of the lessor.",
    "de": "§ {} Der Mieter zahlt die Miete am ersten Tag eines jeden Monats auf das Konto des Vermieters.",
    "fr": "§ {} Le locataire paie le loyer le premier jour de chaque mois sur le compte du bailleur et à ses frais.",
    "es": "§ {} El arrendatario pagará la renta el primer día de cada mes en la cuenta del arrendador y sin demora.",
}


@pytest.mark.parametrize(("one", "other"), [("en", "de"), ("en", "fr"), ("de", "en"), ("fr", "es"), ("es", "en")])
@pytest.mark.parametrize("pairs", [3, 10, 24])
def test_paragraphs_in_turns_are_counted_by_language(one: str, other: str, pairs: int) -> None:
    text = "\n\n".join(f"{CLAUSES[one]}\n{CLAUSES[other]}".format(n, n) for n in range(pairs))
    parts = language.identify_parts(text)
    assert set(parts.characters) == {one, other}
    assert min(parts.characters.values()) > 0.4 * parts.characters.total()
    assert parts.characters.total() == len("".join(text.split()))


@pytest.mark.parametrize(
    "other",
    [
        "J Robinson; M Cueto, J Noon, O Barkley, J Lewsey; C Hodgson, H Ellis; G Rowntree, L Moody, M Stevens, D Bell",
        "The words de la and le are the small ones of the language that we do not write here at all.",
        "Honni soit qui mal y pense, il faut.",
        "Los Angeles, San Diego, El Paso, Las Vegas, La Jolla, Santa Fe, Des Moines, Baton Rouge, Le Mars, La Crosse",
    ],
)
def test_names_and_quotations_in_a_line_are_no_other_language(other: str) -> None:
    clauses = [CLAUSES["en"].format(n) for n in range(8)]
    assert set(language.identify_parts("\n".join([*clauses[:4], other, *clauses[4:]])).characters) == {"en"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["der die das und ", "the of and to in a is it\nder die das und ist in zu er\n", "\n", "x\x0b"]
)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def cpu(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        language.identify_parts(text)
        return time.process_time() - start

    cpu(1_000)
    assert cpu(1_600_000) < 8 * 4 * max(cpu(200_000), 0.01)
