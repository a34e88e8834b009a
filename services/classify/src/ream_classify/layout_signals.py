# SPDX-License-Identifier: Apache-2.0
"""Decides which signs of layout a unit shows that do not hang on single words: salutations, amounts, heads of mails."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from ream_classify.page import AMOUNT, TOTAL, Page, count
from ream_classify.paper_signals import PAPER_SIGNALS

_CURRENCY = r"(?:[$€£¥₹]|\b(?:eur|usd|gbp|chf|rm|kr|pln|inr|jpy|zł)\b)"
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
_ADDRESS_OR_TIME = re.compile(r"\S@\S|\b[0-9]{1,2}:[0-9]{2}\b")
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


def _amounts(page: Page) -> bool:
    """At least three lines with an amount of money, and a currency somewhere."""
    with_amount = sum(1 for line in page.lines[:400] if AMOUNT.search(line))
    return with_amount >= 3 and re.search(_CURRENCY, page.folded[:20_000]) is not None


def _total_line(page: Page) -> bool:
    """A line that says total and shows an amount, in it or in the next."""
    lines = page.lines[:600]
    for line, following in pairwise([*lines, ""]):
        if TOTAL.match(line) and (AMOUNT.search(line) or AMOUNT.search(following)):
            return True
    return False


def _mail_headers(page: Page) -> bool:
    """A head with a sender, a subject and a third field, or one that begins with a sender as mail programs show it."""
    found = [match[1] for line in page.lines[:40] if (match := _HEADER.match(line))]
    if len(set(found)) >= 3 and not _SUBJECT.isdisjoint(found) and not _SENDER.isdisjoint(found):
        return True
    return any(_sent(page.lines[start : start + 4]) for start in range(min(6, len(page.lines))))


def _sent(lines: list[str]) -> bool:
    """The sender, straight after it to whom or when, and among them an address of mail or a time of day."""
    found = [match[1] if (match := _HEADER.match(line)) else "" for line in lines]
    if len(found) < 2 or found[0] not in _SENDER or not found[1]:
        return False
    return any(_ADDRESS_OR_TIME.search(line) for line, name in zip(lines, found, strict=True) if name)


def _table_of_contents(page: Page) -> bool:
    titled = any(line in _CONTENTS_TITLE for line in page.lines[:15])
    return count(page, _CONTENTS, 5) >= (3 if titled else 5)


SIGNALS: Mapping[str, Callable[[Page], bool]] = {
    "amounts": _amounts,
    "total_line": _total_line,
    "salutation": lambda page: any(len(line) <= 90 and _SALUTATION.match(line) for line in page.lines[:60]),
    "closing": lambda page: any(len(line) <= 90 and _CLOSING.match(line) for line in page.lines[:1_000]),
    "letter_date": lambda page: any(len(line) <= 50 and _DATE_LINE.match(line) for line in page.lines[:25]),
    "mail_headers": _mail_headers,
    "quoted_reply": lambda page: count(page, _REPLY, 1) >= 1,
    "numbered_clauses": lambda page: count(page, _CLAUSE, 3) >= 3,
    "defined_terms": lambda page: _DEFINED.search(page.folded) is not None,
    "signature_block": lambda page: count(page, _SIGNATURE, 2) >= 2,
    "tables": lambda page: bool(page.unit.tables),
    "headings": lambda page: len(page.unit.headings) >= 3,
    "numbered_headings": lambda page: count(page, _NUMBERED_HEADING, 2) >= 2,
    "captions": lambda page: count(page, _CAPTION, 1) >= 1,
    "table_of_contents": _table_of_contents,
    "late_page": lambda page: page.unit.unit >= _LATE,
    "figures": lambda page: count(page, _NUMERIC_LINE, 6) >= 6,
    **PAPER_SIGNALS,
}
"""By name, what a taxonomy can give points for."""
