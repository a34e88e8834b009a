# SPDX-License-Identifier: Apache-2.0
"""Recognises secrets that open doors by their own form: private keys, keys and tokens of well-known services."""

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
    _secret("key", "openai-key", "sk-proj-", r"sk-proj-[0-9A-Za-z_-]{20,250}" + _END),
    _secret("key", "openai-key", "sk-", r"sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}" + _END),
    _secret("key", "anthropic-key", "sk-ant-", r"sk-ant-[0-9A-Za-z_-]{20,250}" + _END),
    _secret("key", "age-key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}" + _END),
    _secret("token", "huggingface-token", "hf_", r"hf_[0-9A-Za-z]{34,40}" + _END),
    _secret("token", "digitalocean-token", "dop_v1_", r"dop_v1_[0-9a-f]{64}" + _END),
    _secret("token", "shopify-token", "shpat_", r"shpat_[0-9a-fA-F]{32}" + _END),
    _secret(
        "token", "slack-webhook", "https://hooks.slack.com/services/",
        r"https://hooks\.slack\.com/services/T[0-9A-Z]{6,12}/B[0-9A-Z]{6,12}/[0-9A-Za-z]{20,32}" + _END,
    ),
)  # fmt: skip
_WORD = re.compile(r"[\w-]")


def find(scan: Scan) -> Iterator[Hit]:
    """Yields secrets that their own form gives away, as `secret:key` and `secret:token`."""
    for secret in _SECRETS:
        yield from _anchored(scan, secret)


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
