# SPDX-License-Identifier: Apache-2.0
"""Holds for passwords and keys that only what stands before them gives away, and for talk that is none."""

import random
import time
from string import ascii_letters, digits

import pytest

from ream_classify import personal_data
from ream_classify.scan import Scan

DICE = random.Random(4)


def secrets(text: str) -> list[tuple[str, str]]:
    hits = personal_data.find(Scan(text))
    return [(hit.score, text[hit.start : hit.end]) for hit in hits if hit.score.startswith("secret:")]


def drawn(size: int, letters: str = ascii_letters + digits) -> str:
    return "a1" + "".join(DICE.choice(letters) for _ in range(size - 2))


NAMES = ["Password", "Passwort", "mot de passe", "Contraseña", "wachtwoord", "senha", "Hasło", "lösenord", "heslo",
         "пароль", "密码", "パスワード", "비밀번호"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_password_after_its_name_is_found_in_any_language(name: str) -> None:
    value = drawn(12)
    for frame in ("{}: {}", "{} = '{}'", "{} => {}", "{}：{}", "<{}>{}</x>", '"{}": "{}"', "{}:{} und mehr"):
        assert secrets(frame.format(name, value)) == [("secret:password", value)]


@pytest.mark.parametrize(
    "text",
    ["Your temporary password is {}", "Ihr Passwort lautet {} und gilt bis Mai", "Das Kennwort ist {}",
     "Le mot de passe est {}", "La contraseña es {}", "Hasło to {}", "Password: Wel{}come!"],
)  # fmt: skip
def test_a_password_that_a_sentence_tells_is_found(text: str) -> None:
    for value in ("Sommer2024!", "hunter2hunter2", drawn(10)):
        ((score, found),) = secrets(text.format(value))
        assert score == "secret:password"
        assert value in found


def test_a_password_of_letters_needs_capitals_and_a_sign() -> None:
    assert secrets("Password: Welcome!") == [("secret:password", "Welcome!")]
    for word in ("Required!", "Forgotten?!", "Ungültig!", "welcome!!", "Frühlings", "REQUIRED!"):
        assert secrets(f"Password: {word}") == []


@pytest.mark.parametrize("scheme", ["postgres", "mysql", "https", "mongodb+srv", "amqp", "ftp", "redis", "ssh"])
def test_the_password_in_an_address_is_found(scheme: str) -> None:
    for value in (drawn(8), "Pa%24s-w0rd", "secretly"):
        for user in ("app", "root", ""):
            for host in ("db.example.org:5432/prod", "10.0.0.5/x", "[2001:db8::1]/x", "localhost"):
                assert secrets(f"see {scheme}://{user}:{value}@{host} here") == [("secret:password", value)]


TOKENS = [
    ("secret:token", "Authorization: Bearer {}", 32),
    ("secret:token", 'curl -H "authorization: bearer {}"', 64),
    ("secret:token", "Authorization: Basic {}==", 22),
    ("secret:key", "sk-proj-{}", 44),
    ("secret:key", "sk-ant-api03-{}", 60),
    ("secret:token", "hf_{}", 34),
    ("secret:token", "https://hooks.slack.com/services/T0AB12CD3/B0AB12CD3/{}", 24),
    ("secret:token", "https://x.example/c?sv=2020-08-04&sig={}%3D", 43),
    ("secret:token", "?sp=r&sig={}=&se=2030", 43),
]


@pytest.mark.parametrize(("score", "frame", "size"), TOKENS)
def test_tokens_are_found_and_those_cut_short_are_not(score: str, frame: str, size: int) -> None:
    for _ in range(3):
        value = drawn(size)
        ((found, place),) = secrets(f"use {frame.format(value)} for that")
        assert (found, value in place) == (score, True)
        assert secrets(f"use {frame.format(value[:5])} for that") == []


@pytest.mark.parametrize(
    "text",
    [
        "password is base64-encoded", "The password is SHA256-hashed.", "the password is 12-characters-long",
        "postgres://user:password@localhost/db", "https://user:${{PW}}@host", "https://x:***@host.example",
        "mysql://root:<password>@host", "http://example.org:8080/@me", "ssh://git@host.example:22/x",
        "10:30://x", "Authorization: Bearer <token>", "Authorization: required for all employees",
        "signed by a bearer of bonds", "len(password)>8characters", "hf_xet_high_performance", "sk-learn-1.5",
        "https://hooks.slack.com/services/", "&sig=abc", "design=abcdefghijklmnopqrstuvwxyzabcdef1234=",
        "пароль должен быть длинным", "Passwort vergessen? Hier klicken",
    ],
)  # fmt: skip
def test_talk_about_passwords_and_examples_of_addresses_are_no_secret(text: str) -> None:
    assert secrets(text) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["://", "a://b:", "password is ", "password:", "authorization: bearer ", "&sig=", "a" * 20 + "://x:y@", "密码"],
)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def cpu(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        secrets(text)
        return time.process_time() - start

    cpu(1_000)
    assert cpu(160_000) < 8 * 4 * max(cpu(20_000), 0.005)
