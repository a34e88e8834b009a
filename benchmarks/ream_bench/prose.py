# SPDX-License-Identifier: Apache-2.0
"""Makes up text: letters, minutes and bills in two languages that are the same for the same number."""

from __future__ import annotations

import random

_SUBJECTS = {
    "en": ("The committee", "Our supplier", "The tenant", "The harbour office", "Ms Whitcombe", "The auditor"),
    "de": ("Der Ausschuss", "Unser Lieferant", "Die Mieterin", "Das Hafenamt", "Herr Brandauer", "Die Prüferin"),
}
_VERBS = {
    "en": ("confirmed", "returned", "questioned", "has not yet paid", "measured", "approved in writing"),
    "de": ("bestätigte", "beanstandete", "prüfte", "bezahlte bisher nicht", "vermaß", "genehmigte schriftlich"),
}
_OBJECTS = {
    "en": ("the invoice for the pump station", "the delivery of gravel", "last quarter's water levels", "the lease"),
    "de": ("die Rechnung für das Pumpwerk", "die Lieferung von Kies", "die Pegelstände des Quartals", "den Vertrag"),
}
_ENDS = {
    "en": (
        "although the agreed date had passed by several weeks",
        "because the amounts of both pages differ",
        "and asked for a copy of the signed original",
        "subject to the usual reservation of the insurers",
    ),
    "de": (
        "obwohl der vereinbarte Termin um Wochen überschritten war",
        "weil die Beträge der beiden Seiten voneinander abweichen",
        "und bat um eine Abschrift des unterzeichneten Originals",
        "unter dem üblichen Vorbehalt der Versicherung",
    ),
}
_AMOUNT = {"en": "the amount of EUR {0}.{1:02d}", "de": "der Betrag von {0},{1:02d} EUR"}


class Author:
    """Writes sentence after sentence; the same name gives the same text."""

    def __init__(self, name: str, language: str | None = None) -> None:
        self.chance = random.Random(name)
        self.language = language or self.chance.choice(("en", "de"))

    def sentence(self) -> str:
        """One sentence; every fourth names an amount, every thirtieth somebody's address."""
        pick, language = self.chance.choice, self.language
        subject, verb = pick(_SUBJECTS[language]), pick(_VERBS[language])
        if self.chance.random() < 1 / 30:
            number = self.chance.randrange(10_000)
            return f"{subject} {verb} {pick(_OBJECTS[language])}: post.{number}@example.org."
        if self.chance.random() < 0.25:
            amount = _AMOUNT[language].format(self.chance.randrange(20, 90_000), self.chance.randrange(100))
            return f"{subject} {verb} {pick(_OBJECTS[language])}, {amount}, {pick(_ENDS[language])}."
        return f"{subject} {verb} {pick(_OBJECTS[language])} {pick(_ENDS[language])}."

    def paragraph(self, characters: int) -> str:
        """Sentences of at least so many characters together."""
        sentences: list[str] = []
        length = 0
        while length < characters:
            sentences.append(self.sentence())
            length += len(sentences[-1]) + 1
        return " ".join(sentences)
