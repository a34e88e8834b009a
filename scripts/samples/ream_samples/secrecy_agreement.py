# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF001 - typographic dashes, quotes and signs are part of the text
"""A French confidentiality agreement as DOCX, marked strictly confidential on every page."""

from ream_samples import word

_ARTICLES = [
    (
        "Article 1 – Objet",
        "Le présent contrat fixe les conditions dans lesquelles les parties échangent des informations en vue de "
        "développer en commun un vernis à base d'huile de noix destiné à la lutherie. Il ne crée entre elles aucune "
        "société.",
    ),
    (
        "Article 2 – Informations confidentielles",
        "Sont confidentiels les formules, les essais de séchage, les listes de fournisseurs, les prix de revient "
        "et, plus généralement, tout document portant la mention « strictement confidentiel », quel qu'en soit le "
        "support.",
    ),
    (
        "Article 3 – Obligations des parties",
        "Chaque partie s'engage à ne communiquer ces informations qu'à ceux de ses salariés qui doivent en "
        "connaître, à ne pas les reproduire sans accord écrit et à les restituer dans les quinze jours suivant la "
        "première demande.",
    ),
    (
        "Article 4 – Durée",
        "Le contrat prend effet à la date de sa signature pour une durée de trois ans. L'obligation de secret "
        "survit cinq ans à son terme, quelle que soit la cause de celui-ci.",
    ),
    (
        "Article 5 – Pénalité",
        "Tout manquement donne lieu au versement d'une indemnité forfaitaire de 40 000 euros, sans préjudice de la "
        "réparation du dommage supplémentaire que la partie lésée démontrerait.",
    ),
    (
        "Article 6 – Droit applicable et juridiction",
        "Le contrat est soumis au droit français. Les parties soumettent leurs différends au tribunal de commerce "
        "de Montvallier.",
    ),
]


def make() -> bytes:
    """Two pages."""
    document = word.new("Accord de confidentialité", "Étude Lestrade-Pommier", "fr-FR", font="Liberation Serif")
    section = document.sections[0]
    section.header.paragraphs[0].text = "STRICTEMENT CONFIDENTIEL"
    section.footer.paragraphs[0].text = "Accord de confidentialité · Vernis Sauvagnon / Atelier Corbières"
    document.add_heading("Accord de confidentialité", level=0)
    document.add_paragraph("Entre les soussignés :")
    document.add_paragraph(
        "la société Vernis Sauvagnon, société par actions simplifiée au capital de 80 000 euros, dont le siège est "
        "situé au 3, impasse du Moulin-Brûlé, 00228 Montvallier, représentée par sa présidente, Mme Clémence "
        "Sauvagnon,",
        style="List Number",
    )
    document.add_paragraph(
        "et l'Atelier Corbières, entreprise individuelle de M. Anselme Corbières, luthier, demeurant au 41, rue Haute, "
        "00231 Saint-Orens-le-Vieux,",
        style="List Number",
    )
    document.add_paragraph("ci-après dénommés « les parties », il a été convenu ce qui suit.")
    for title, words in _ARTICLES:
        document.add_heading(title, level=2)
        document.add_paragraph(words)
    document.add_paragraph("Fait à Montvallier, le 12 mai 2025, en deux exemplaires originaux.")
    signatures = document.add_table(rows=2, cols=2)
    for i, name in enumerate(("Pour Vernis Sauvagnon", "Pour l'Atelier Corbières")):
        signatures.cell(0, i).text = name
        signatures.cell(1, i).text = "Lu et approuvé"
    return word.saved(document)
