# SPDX-License-Identifier: Apache-2.0
"""Decides which signs of layout a unit shows that do not hang on single words: salutations, amounts, heads of mails."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ream_contracts.artifacts import UnitText

_MOST = 50_000
_LINE = 300


@dataclass
class Page:
    """What the signals look at: the first 50,000 characters of a unit, in lower case, and its lines."""

    unit: UnitText
    folded: str

    @cached_property
    def lines(self) -> list[str]:
        """Lines that are not empty, without the spaces around them, cut at 300 characters."""
        return [line for raw in self.folded.splitlines() if (line := raw[:_LINE].strip())]

    @cached_property
    def title_lines(self) -> list[str]:
        """Headings, and short lines near the top that are no part of a sentence: where a title stands."""
        headings = [heading.text.strip() for heading in self.unit.headings[:_TITLE_LINES]]
        written = [line.strip() for line in self.unit.text[: 4 * _TITLE_LINES * _TITLE_LENGTH].splitlines()]
        short = [line for line in written if 0 < len(line) <= _TITLE_LENGTH][:_TITLE_LINES]
        return [_even(line) for line in headings + short if not line[:1].islower() and line[-1:] not in _RUNS_ON]


_TITLE_LINES = 25
_RUNS_ON = (".", ",", ";")
_TITLE_LENGTH = 80
_CURRENCY = r"(?:[$€£¥₹]|\b(?:eur|usd|gbp|chf|rm|kr|pln|inr|jpy|zł)\b)"
_AMOUNT = re.compile(r"(?<![0-9])[0-9]{1,3}(?:[., '][0-9]{3}){0,4}[.,][0-9]{2}(?![0-9])")
_TOTAL = re.compile(
    r"(?:grand |sub|invoice )?(?:total|amount due|balance due|amount payable|summe|gesamt|gesamtbetrag|rechnungsbetrag"
    r"|endbetrag|zu zahlen|montant total|net à payer|total ttc|importe total|total a pagar|totale|totaal|te betalen)\b"
)
_SALUTATION = re.compile(
    r"(?:dear\b|to whom it may concern|ladies and gentlemen|sehr geehrte|liebe[r]?\b|hallo\b|guten tag"
    r"|madame|monsieur|chers?\b|chères?\b|messieurs|estimad[oa]s?\b|muy señor|querid[oa]\b|apreciad[oa]"
    r"|gentile\b|egregi|spett|geachte|beste\b|exm[oa]|prezad[oa]|car[oa]\b|gentlemen|sirs)[^.!?]{0,80}[,:]?$"
)
_CLOSING = re.compile(
    r"(?:(?:very truly |yours )?(?:sincerely|faithfully|truly)(?: yours)?|(?:with )?(?:best |kind |warm )?regards"
    r"|respectfully|very truly yours|mit freundlichen grüßen|mit freundlichem gruß|freundliche grüße"
    r"|hochachtungsvoll|viele grüße|(?:mit )?(?:herzlichen?|besten?|lieben?|freundlichen?) grü(?:ße|ßen|sse|ssen)"
    r"|herzlichst"
    r"|cordialement|salutations distinguées|.{0,60}(?:sentiments|salutations) (?:distingu|les meill|respect).{0,40}"
    r"|atentamente|(?:le saluda |saludos )?(?:atentamente|cordiales|cordial saludo)|saludos|.{0,40}un cordial saludo"
    r"|distinti saluti|cordiali saluti|hoogachtend|met vriendelijke groet(?:en)?|com os melhores cumprimentos"
    r"|atenciosamente)[,.]?$"
)
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai"
    "|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile"
    "|maggio|giugno|luglio|settembre|ottobre|dicembre|januari|februari|maart|mei|augustus"
)
_DATE_LINE = re.compile(
    r"(?:[\w .éüöä-]{2,30},? ?(?:den|le|a|im|en)? )?"
    rf"(?:(?:[0-9]{{1,2}}(?:st|nd|rd|th|er|\.)? )?(?:de )?(?:{_MONTHS})(?: de)?,? [0-9]{{4}}"
    rf"|(?:{_MONTHS}) [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}|[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-][0-9]{{4}})$"
)
_HEADER = re.compile(
    r"(from|to|cc|bcc|subject|date|sent|reply-to|message-id|received|return-path|mime-version|content-type|x-mailer"
    r"|von|an|betreff|gesendet|datum|de|à|a|objet|envoyé|para|asunto|enviado(?: el)?|fecha|da|oggetto|inviato|data"
    r"|aan|onderwerp|verzonden|assunto|kopie)\s?: ?\S"
)
_SUBJECT = frozenset(
    {"subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "message-id", "received"}
)
_SENDER = frozenset({"from", "von", "de", "da", "van", "return-path"})
_REPLY = re.compile(
    r"(?:>|-{3,} ?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original)"
    r"|on .{5,80} wrote:$|am .{5,80} schrieb.{0,60}:$|le .{5,80} a écrit ?:$|el .{5,80} escribió:$)"
)
_CLAUSE = re.compile(
    r"(?:(?:article|section|clause|artikel|ziffer|cláusula|artículo|articolo|clause)\s{1,3}(?:[0-9]{1,2}|[ivx]{1,5}|primera|segunda|tercera)\b"
    r"|§ ?[0-9]{1,3}\b|[0-9]{1,2}(?:\.[0-9]{1,2}){0,2}[.)] {0,4}[a-zà-ž\"\u201c(])"
)
_DEFINED = re.compile(
    r"\((?:the |each,? an? |collectively,? (?:the )?|hereinafter (?:referred to as )?|im folgenden |nachfolgend "
    r"|ci-après |en adelante |an? )?"
    r"[\"\u201c\u201e\u00ab][^\"\u201d\u201c\u00bb]{2,50}[\"\u201d\u201c\u00bb][^)]{0,40}\)"
)
_SIGNATURE = re.compile(
    r"(?:by ?:|/s/|in witness whereof"
    r"|name ?:.{0,40}title ?:|title ?:|signature|signed\b|unterschrift|ort, datum"
    r"|fait à|lu et approuvé|firmado|firma\b|_{8,})"
)
_CONTENTS = re.compile(r".{3,120}?(?:\.{4,}+|(?: \.){4,}+|\s{4,}+|\u2026{2,}+)\s*+(?:[0-9]{1,3}|[ivx]{1,5})$")
_CONTENTS_TITLE = frozenset({
    "table of contents", "contents", "inhaltsverzeichnis", "inhalt", "table des matières", "sommaire", "índice",
    "indice", "inhoudsopgave", "inhoud", "spis treści",
})  # fmt: skip
_NUMERIC_LINE = re.compile(r"(?:[^0-9]{0,80}[ (\t][$€£]?[0-9][0-9.,]{0,15}+%?\)?){3,}")
_NUMBERED_HEADING = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2}){0,3} [^\W\d_][^.,;:]{3,55}$")
_CAPTION = re.compile(
    r"(?:table|figure|fig\.|chart|exhibit|tabelle|abbildung|abb\.|tableau|graphique|tabla|cuadro|gráfico|figura|tabella"
    r"|tabel|figuur|tabela|rysunek) ?[0-9]{1,3}(?:\.[0-9]{1,2})?\b"
)
_LATE = 12


def _count(page: Page, pattern: re.Pattern[str], most: int, lines: int = 1_000) -> int:
    """Counts lines that begin with the pattern, up to what is needed."""
    seen = 0
    for line in page.lines[:lines]:
        if pattern.match(line):
            seen += 1
            if seen >= most:
                break
    return seen


def _amounts(page: Page) -> bool:
    """At least three lines with an amount of money, and a currency somewhere."""
    with_amount = sum(1 for line in page.lines[:400] if _AMOUNT.search(line))
    return with_amount >= 3 and re.search(_CURRENCY, page.folded[:20_000]) is not None


def _total_line(page: Page) -> bool:
    """A line that says total and shows an amount, in it or in the next."""
    lines = page.lines[:600]
    for line, following in pairwise([*lines, ""]):
        if _TOTAL.match(line) and (_AMOUNT.search(line) or _AMOUNT.search(following)):
            return True
    return False


def _mail_headers(page: Page) -> bool:
    """A head with three different fields, a sender and a subject among them, close together."""
    found = [match[1] for line in page.lines[:40] if (match := _HEADER.match(line))]
    return len(set(found)) >= 3 and not _SUBJECT.isdisjoint(found) and not _SENDER.isdisjoint(found)


def _table_of_contents(page: Page) -> bool:
    titled = any(line in _CONTENTS_TITLE for line in page.lines[:15])
    return _count(page, _CONTENTS, 5) >= (3 if titled else 5)


SIGNALS: Mapping[str, Callable[[Page], bool]] = {
    "amounts": _amounts,
    "total_line": _total_line,
    "salutation": lambda page: any(len(line) <= 90 and _SALUTATION.match(line) for line in page.lines[:60]),
    "closing": lambda page: any(len(line) <= 90 and _CLOSING.match(line) for line in page.lines[:1_000]),
    "letter_date": lambda page: any(len(line) <= 50 and _DATE_LINE.match(line) for line in page.lines[:25]),
    "mail_headers": _mail_headers,
    "quoted_reply": lambda page: _count(page, _REPLY, 1) >= 1,
    "numbered_clauses": lambda page: _count(page, _CLAUSE, 3) >= 3,
    "defined_terms": lambda page: _DEFINED.search(page.folded) is not None,
    "signature_block": lambda page: _count(page, _SIGNATURE, 2) >= 2,
    "tables": lambda page: bool(page.unit.tables),
    "headings": lambda page: len(page.unit.headings) >= 3,
    "numbered_headings": lambda page: _count(page, _NUMBERED_HEADING, 2) >= 2,
    "captions": lambda page: _count(page, _CAPTION, 1) >= 1,
    "table_of_contents": _table_of_contents,
    "late_page": lambda page: page.unit.unit >= _LATE,
    "figures": lambda page: _count(page, _NUMERIC_LINE, 6) >= 6,
}
"""By name, what a taxonomy can give points for."""


def page_of(unit: UnitText) -> Page:
    """Prepares a unit for its signals; the cost is bounded by the first 50,000 characters."""
    return Page(unit, _even(unit.text[:_MOST]))


def _even(text: str) -> str:
    """Lower case, with plain spaces and apostrophes: as words of a taxonomy are written."""
    return text.lower().replace("\u00a0", " ").replace("\u2019", "'")
