# SPDX-License-Identifier: Apache-2.0
"""Decides which signs a page shows of forms, slips, slides, papers of science, news and manuals."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from ream_classify.page import AMOUNT, TOTAL, Page, count

_SLIP_LINE = 44
_SLIP_LINES = (6, 150)
_PAID = re.compile(
    r"\b(?:guest check|server|gst summary|items? count|cash|change|cashier|tender(?:ed)?|rounding|receipt|visa"
    r"|master ?card|credit card|debit|paid|bar|gegeben"
    r"|rückgeld|quittung|girocard|ec-karte|kartenzahlung|espèces|rendu|monnaie|carte bancaire|caisse|efectivo|cambio"
    r"|entregado|tarjeta|contanti?|scontrino|contant|wisselgeld|pin|troco|numerário|thank you|merci|gracias|danke"
    r"|vielen dank|grazie|bedankt|obrigado)\b"
)
_BLANK = re.compile(
    r"_{4,}|\.{12,}|\u2026{4,}|[\u2610\u2611\u2612\u25a1\u25a2\u2751\uf06f\uf0a8]|\[ ?[x_]? ?\]|\( {1,4}\)"
)
_LABEL_ALONE = re.compile(r"[^\W\d][^:.!?]{1,40}:$")
_PERIOD = re.compile(
    r"\b(?:19|20)[0-9]{2}\s{0,2}(?:-|\u2013|\u2014|to|until|bis|à|a|al|hasta|tot"
    r"|até)\s{0,2}(?:[^\W\d]{3,12}\.? |[0-9]{2}[/.])?"
    r"(?:(?:19|20)[0-9]{2}\b|present\b|now\b|today\b|current\b|heute\b|présent\b|aujourd|ce jour\b|actual|presente\b"
    r"|oggi\b|heden\b|atual)"
    r"|\b(?:seit|depuis|desde|since) (?:[0-9]{2}[/.])?(?:19|20)[0-9]{2}\b"
)
_CITED = re.compile(
    r"\[[0-9]{1,3}(?:(?:, ?|-|\u2013)[0-9]{1,3}){0,6}\]"
    r"|\b[^\W\d_]{2,20}(?: et al\.?,?| (?:and|und|et|y|&) [^\W\d_]{2,20},?|,)? \(?(?:19|20)[0-9]{2}[a-z]?\)"
)
_REFERENCES = re.compile(
    r"(?:[0-9]{1,2}\.? )?(?:references|bibliography|works cited|literaturverzeichnis|literatur|bibliographie"
    r"|références"
    r"|bibliografía|referencias(?: bibliográficas)?|bibliografia|referências|literatuur(?:lijst)?)$"
)
_BULLET = re.compile(
    r"[\u2022\u2023\u25aa\u25ab\u25cf\u25cb\u25e6\u2043\u2219\u27a2\u2713\uf0b7\uf0a7\uf0d8]|[-*\u2013] "
)
_SAYING = (
    r"(?:said|says|told|added|insisted|warned|sagte|sagt|erklärte|betonte|so der|a déclaré|a affirmé|a indiqué|a-t-il"
    r"|a-t-elle|a expliqué|dijo|declaró|afirmó|señaló|aseguró|explicó|ha detto|ha dichiarato|zei|zegt|disse"
    r"|afirmou)\b"
)
_QUOTED = re.compile(
    rf"[\"\u201d\u201c\u00bb',]{{1,2}},? (?:(?!said\b|says\b)[\w.'-]{{1,20}} ){{0,4}}{_SAYING}"
    rf"|{_SAYING}[^\n\"\u201c\u201e\u00ab]{{0,50}}[\"\u201c\u201e\u00ab]"
)
_QUOTES = ('"', "\u201c", "\u201e", "\u00ab", "\u2018", "- ", "\u2014", "\u2013")
_PARAGRAPHS = re.compile(r"\n[ \t]{0,9}\n")
_SAID = re.compile(rf"\b{_SAYING}")
_DATELINE = re.compile(
    r"[^\W\d][\w .,'/-]{2,60}\((?:reuters|ap|afp|dpa|efe|ansa|upi|bloomberg|xinhua|pti|lusa|anp"
    r"|europa press)[^)]{0,20}\)"
    r"|(?:for immediate release|pour diffusion immédiate|published|updated|veröffentlicht|publié le|publicado el)\b"
)
_STEP = re.compile(r"(?:step|schritt|étape|paso|passo|stap) [0-9]{1,2}\b")
_ORDER = re.compile(
    r"(?:[0-9]{1,2}[.)]|[a-z][.)]|[\u2022\u25cf\u25aa*-]) {0,4}(?:press|click|select|open|remove|insert|turn"
    r"|switch|connect|disconnect|install|place|check"
    r"|make sure|ensure|attach|plug|unplug|push|pull|set|enter|choose|run|type|tighten|loosen|fasten|slide|hold"
    r"|wait|drücken|klicken"
    r"|wählen|öffnen|entfernen|setzen|schalten|stecken|legen|schließen|ziehen|lösen|prüfen|stellen|appuyez"
    r"|cliquez|sélectionnez|ouvrez|retirez"
    r"|insérez|branchez|débranchez|vérifiez|placez|vissez|fermez|pulse|presione|haga clic|seleccione|abra"
    r"|retire|inserte"
    r"|conecte|desconecte|coloque|compruebe|apriete|cierre|gire|premere|selezionare|aprire|inserire|druk|klik"
    r"|selecteer|verwijder"
    r"|pressione|clique|selecione|insira)\b"
)
_COMMAND = re.compile(
    r"(?:\$|>|#|c:\\[\w\\]{0,40}>) ?(?:sudo|pip|npm|apt|apt-get|git|docker|java|make|cd|python|curl|mvn|brew"
    r"|yum|\./)\b"
)


def _till_slip(page: Page) -> bool:
    """Narrow: nearly all lines are short; with a total or two amounts, and a word of paying."""
    lines = page.lines[: _SLIP_LINES[1] + 1]
    if not _SLIP_LINES[0] <= len(lines) <= _SLIP_LINES[1]:
        return False
    short = sum(1 for line in lines if len(line) <= _SLIP_LINE)
    money = sum(1 for line in lines if AMOUNT.search(line))
    priced = money >= 3 or (money >= 1 and any(TOTAL.match(line) for line in lines))
    return short * 100 >= 85 * len(lines) and priced and any(_PAID.search(line) for line in lines)


def _form_fields(page: Page) -> bool:
    """Fields that a program fills in, or lines to write on, boxes to tick and names of fields with nothing behind."""
    if sum(1 for one in page.unit.annotations if one.kind == "field") >= 3:
        return True
    blanks = sum(1 for line in page.lines[:400] if _BLANK.search(line))
    return blanks + sum(1 for line in page.lines[:400] if _LABEL_ALONE.fullmatch(line)) >= 6 and blanks >= 3


def _bullet_page(page: Page) -> bool:
    """Few words, most of them in points: a slide, wherever it was saved."""
    lines = page.lines[:41]
    points = sum(1 for line in lines if _BULLET.match(line))
    return points >= 3 and len(lines) <= 25 and 2 * points >= len(lines) and len(page.folded) <= 900


def _matches(page: Page, pattern: re.Pattern[str], least: int) -> bool:
    found = pattern.finditer(page.folded[:20_000])
    return sum(1 for _ in islice(found, least)) == least


def _reported_speech(page: Page) -> bool:
    """Somebody is quoted twice, or once where others are told of; a third of all paragraphs spoken make a tale."""
    told = [one.lstrip() for one in _PARAGRAPHS.split(page.folded[:20_000])[:200]]
    if 3 * sum(one.startswith(_QUOTES) for one in told) > len(told) >= 3:
        return False
    return _matches(page, _QUOTED, 2) or (_matches(page, _QUOTED, 1) and _matches(page, _SAID, 3))


def _any(lines: Iterable[str], pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(line) for line in lines)


PAPER_SIGNALS: Mapping[str, Callable[[Page], bool]] = {
    "till_slip": _till_slip,
    "form_fields": _form_fields,
    "dated_periods": lambda page: sum(1 for line in page.lines[:400] if _PERIOD.search(line[:120])) >= 3,
    "citations": lambda page: _matches(page, _CITED, 3),
    "reference_list": lambda page: _any(page.lines[:1_000], _REFERENCES),
    "slide": lambda page: page.unit.kind == "slide",
    "bullet_page": _bullet_page,
    "reported_speech": _reported_speech,
    "dateline": lambda page: _any(page.lines[:8], _DATELINE),
    "steps": lambda page: count(page, _STEP, 2) + count(page, _ORDER, 3) >= 3 or count(page, _STEP, 2) >= 2,
    "commands": lambda page: count(page, _COMMAND, 2) >= 2,
}
"""By name, what speaks for kinds of paper that show by more than words what they are."""
