# SPDX-License-Identifier: Apache-2.0
"""Recognises secrets that open doors: private keys, keys and tokens of well-known services, passwords written out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ream_classify.scan import Hit, Scan


@dataclass(frozen=True, slots=True)
class _Secret:
    """A form of secret: looked for by its anchor, which is cheap, then matched from there."""

    score: str
    form: str
    anchor: str
    pattern: re.Pattern[str]
    confidence: int = 99


def _secret(score: str, form: str, anchor: str, pattern: str, confidence: int = 99) -> _Secret:
    return _Secret(f"secret:{score}", form, anchor, re.compile(pattern), confidence)


_END = r"(?![A-Za-z0-9_-])"
_SECRETS: tuple[_Secret, ...] = (
    _secret("key", "private-key", "-----BEGIN ", r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"),
    _secret("key", "putty-key", "PuTTY-User-Key-File-", r"PuTTY-User-Key-File-[0-9]: \S{1,40}"),
    _secret("key", "aws-access-key", "AKIA", r"AKIA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _secret("key", "aws-access-key", "ASIA", r"ASIA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _secret("key", "google-api-key", "AIza", r"AIza[0-9A-Za-z_-]{35}" + _END),
    _secret("key", "azure-account-key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{60,88}={0,2}"),
    _secret("key", "stripe-key", "sk_live_", r"sk_live_[0-9A-Za-z]{16,128}" + _END),
    _secret("key", "stripe-key", "rk_live_", r"rk_live_[0-9A-Za-z]{16,128}" + _END),
    _secret("token", "github-token", "github_pat_", r"github_pat_[0-9A-Za-z_]{50,255}" + _END),
    *(_secret("token", "github-token", f"gh{kind}_", rf"gh{kind}_[0-9A-Za-z]{{36,255}}{_END}") for kind in "pousr"),
    _secret("token", "gitlab-token", "glpat-", r"glpat-[0-9A-Za-z_-]{20,64}" + _END),
    *(_secret("token", "slack-token", f"xox{kind}-", rf"xox{kind}-[0-9A-Za-z-]{{10,250}}{_END}") for kind in "abeprs"),
    _secret("token", "npm-token", "npm_", r"npm_[0-9A-Za-z]{36}" + _END),
    _secret("token", "pypi-token", "pypi-AgEI", r"pypi-AgEI[0-9A-Za-z_-]{50,1000}" + _END),
    _secret("token", "sendgrid-token", "SG.", r"SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}" + _END),
    _secret(
        "token", "jwt", "eyJ", r"eyJ[0-9A-Za-z_-]{10,2000}\.eyJ[0-9A-Za-z_-]{10,4000}\.[0-9A-Za-z_-]{10,1000}" + _END
    ),
)
_AWS_SECRET = re.compile(r"['\" ]{0,3}[:=][ '\"]{0,3}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])")
_AWS_NAMES = ("aws_secret_access_key", "aws_secret_key", "secretaccesskey", "secret access key")
_PASSWORD_NAMES = (
    "password", "passwd", "pwd", "passphrase", "passwort", "kennwort", "mot de passe", "contraseña", "wachtwoord",
    "senha", "api_key", "apikey", "api key", "client_secret", "secret_key", "auth_token", "access_token",
)  # fmt: skip
_VALUE = re.compile(
    r"['\"]?[ \t]{0,3}(?::=|[:=])[ \t]{0,3}(['\"]?)([^\s'\"<>(){}\[\],;|]{8,128})(?![^\s'\"<>(){}\[\],;|])"
)
_WORD = re.compile(r"[\w-]")
_DIGIT_AND_LETTER = re.compile(r"(?=\D{0,127}[0-9])(?=[^A-Za-z]{0,127}[A-Za-z])")


def find(scan: Scan) -> Iterator[Hit]:
    """Yields secrets as `secret:key`, `secret:token` and `secret:password`."""
    for secret in _SECRETS:
        yield from _anchored(scan, secret)
    for name in _AWS_NAMES:
        yield from _named(scan, name, _AWS_SECRET, 1, "secret:key", "aws-secret-key", 95)
    for name in _PASSWORD_NAMES:
        yield from _named(scan, name, _VALUE, 2, "secret:password", "", 70)


def _anchored(scan: Scan, secret: _Secret) -> Iterator[Hit]:
    text = scan.plain
    start = text.find(secret.anchor)
    while start >= 0:
        # Inside a longer word it is no beginning; this also keeps a text of anchors alone linear.
        inside = start > 0 and secret.anchor[0] != "-" and _WORD.match(text, start - 1)
        match = None if inside else secret.pattern.match(text, start)
        if match and scan.is_free(*match.span()):
            yield Hit(secret.score, *match.span(), confidence=secret.confidence, form=secret.form)
        start = text.find(secret.anchor, match.end() if match else start + len(secret.anchor))


def _named(
    scan: Scan, name: str, value: re.Pattern[str], group: int, score: str, form: str, confidence: int
) -> Iterator[Hit]:
    """Looks for `name = value`; the hit is the value."""
    for _, end in scan.places(name):
        match = value.match(scan.plain, end)
        if match and _DIGIT_AND_LETTER.match(match[group]) and scan.is_free(*match.span(group)):
            yield Hit(score, *match.span(group), confidence=confidence, form=form)
