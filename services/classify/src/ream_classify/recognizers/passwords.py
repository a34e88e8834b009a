# SPDX-License-Identifier: Apache-2.0
"""Recognises passwords and keys by what stands before them: a name and a sign, a sentence, the user of an address."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ream_classify.scan import Hit, Scan

_PASSWORDS = (
    "password", "passwd", "pwd", "passphrase", "passcode", "passwort", "kennwort", "mot de passe", "contraseña",
    "wachtwoord", "senha", "palavra-passe", "hasło", "lösenord", "adgangskode", "kodeord", "passord", "salasana",
    "heslo", "jelszó", "parolă", "parola d'ordine", "şifre", "пароль", "κωδικός πρόσβασης", "密码", "密碼", "口令",
    "パスワード", "비밀번호", "סיסמה", "كلمة المرور",
)  # fmt: skip
_KEYS = ("api_key", "apikey", "api key", "client_secret", "secret_key", "auth_token", "access_token")
_STOP = r"\s'\"<>(){}\[\],;|"
_WRITTEN = rf"(['\"]?)([^{_STOP}]{{8,128}})(?![^{_STOP}])"
_AFTER_SIGN = re.compile(rf"['\"]?[ \t]{{0,3}}(?::=|=>|[:=\uff1a])[ \t]{{0,3}}{_WRITTEN}")
_IN_TAG = re.compile(rf">[ \t]{{0,3}}()([^{_STOP}]{{8,128}})[ \t]{{0,3}}</")
_AFTER_VERB = re.compile(
    r" (?:is|ist|lautet|est|es|è|é|jest|to|är|er|on|je|это)(?:: ?| )"
    rf"(['\"\u201c\u201e\u00ab]?)([^{_STOP}\u201c\u201d\u00bb]{{8,128}})(?![^{_STOP}\u201c\u201d\u00bb])"
)
_AWS_NAMES = ("aws_secret_access_key", "aws_secret_key", "secretaccesskey", "secret access key", "aws secret key")
_AWS_SECRET = re.compile(r"['\" ]{0,3}[:=][ '\"]{0,3}()([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])")
_AUTHORIZATION = re.compile(
    r"['\"]?[ \t]{0,3}[:=][ \t]{0,3}['\"]?(bearer|basic|token) ([0-9A-Za-z._~+/-]{12,4000}+={0,2})(?![\w=])",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"(?<=[?&;]sig)=()((?:[0-9A-Za-z+/]|%2[BbFf]){27,90}(?:=|%3[Dd]))")
_IN_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^\s:@/?#<>\"']{0,64}+:"
    r"([^\s:@/?#<>\"'{}\[\]]{3,128}+)@(?=[\w\[])"
)
# What stands for a password where somebody shows how an address is written.
_PLACEHOLDER = re.compile(
    r"(?:pass(?:word|wd|phrase|wort)?|pwd?|secret|kennwort|contraseña|token|key|(.)\1*|\$\w+)", re.IGNORECASE
)
_DIGIT_AND_LETTER = re.compile(r"(?=\D{0,127}[0-9])(?=[\W\d_]{0,127}[^\W\d_])")
_CAPITAL_AND_SIGN = re.compile(r"(?=[^A-Z]{0,127}[A-Z])(?=[^a-z]{0,127}[a-z])(?=[\w.-]{0,127}[!$%&*+?@#^~=])")
_NO_PASSWORD = re.compile(
    r"(?:required|invalid|incorrect|wrong|missing|changed|forgotten|optional|mandatory|expired|protected|disabled|unknown"
    r"|erforderlich|ungültig|falsch|vergessen|geändert|obligatoire|incorrecte?|oublié|requerid[ao]|obligatori[ao]|olvidad[ao])\W*",
    re.IGNORECASE,
)
# What may be said of a password in a sentence: that it is SHA256-hashed, 12-character-long.
_DESCRIPTION = re.compile(r"[A-Za-z]{0,8}-?[0-9]{1,4}(?:-[A-Za-z]+)+[.!?]*")


@dataclass(frozen=True, slots=True)
class _Way:
    """A way in which a value (the second group) may follow a name, and what such a value must be like."""

    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    score: str = "secret:password"
    form: str = ""
    confidence: int = 70


def find(scan: Scan) -> Iterator[Hit]:
    """Yields passwords as `secret:password`, and keys and tokens that only their name gives away."""
    yield from _in_addresses(scan)
    for names, ways in _NAMED:
        for name in names:
            yield from _named(scan, name, ways)


def _named(scan: Scan, name: str, ways: tuple[_Way, ...]) -> Iterator[Hit]:
    """Looks for a name with a value after it; the hit is the value."""
    for _, end in scan.places(name):
        for way in ways:
            match = way.pattern.match(scan.plain, end)
            if match and way.holds(match[2]) and scan.is_free(*match.span(2)):
                yield Hit(way.score, *match.span(2), confidence=way.confidence, form=way.form)
                break


def _in_addresses(scan: Scan) -> Iterator[Hit]:
    """Looks for `scheme://user:password@host`; the hit is the password."""
    if "://" not in scan.plain:
        return
    for match in _IN_ADDRESS.finditer(scan.plain):
        if not _PLACEHOLDER.fullmatch(match[1]) and scan.is_free(*match.span(1)):
            yield Hit("secret:password", *match.span(1), confidence=90, form="address")


def _is_mixed(value: str) -> bool:
    return _DIGIT_AND_LETTER.match(value) is not None


def _is_written(value: str) -> bool:
    """Says whether what stands after the sign may be a password: letters with digits, or with capitals and signs."""
    return _is_mixed(value) or (_CAPITAL_AND_SIGN.match(value) is not None and not _NO_PASSWORD.fullmatch(value))


def _is_told(value: str) -> bool:
    """Says whether what a sentence says of a password may be the password itself."""
    return _is_mixed(value) and not _DESCRIPTION.fullmatch(value)


_WRITTEN_OUT = (_Way(_AFTER_SIGN, _is_written), _Way(_IN_TAG, _is_written, confidence=80))
_NAMED = (
    (_AWS_NAMES, (_Way(_AWS_SECRET, _is_mixed, "secret:key", "aws-secret-key", 95),)),
    (("authorization",), (_Way(_AUTHORIZATION, _is_mixed, "secret:token", "authorization", 85),)),
    (("sig",), (_Way(_SIGNATURE, _is_mixed, "secret:token", "azure-sas", 90),)),
    (_PASSWORDS, (*_WRITTEN_OUT, _Way(_AFTER_VERB, _is_told, confidence=65))),
    (_KEYS, _WRITTEN_OUT),
)
