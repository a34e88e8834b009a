# SPDX-License-Identifier: Apache-2.0
"""A French insurance file that mixes pages with text and pages that were scanned into it."""

from ream_samples import paper, pictures, scanner

_DAMAGE = [
    ["Poste", "Surface", "Prix unitaire", "Montant"],
    ["Dépose du parquet", "24 m²", "18 €", "432 €"],
    ["Parquet chêne, fourniture et pose", "24 m²", "79 €", "1 896 €"],
    ["Peinture des murs, deux couches", "51 m²", "22 €", "1 122 €"],
    ["Assèchement, location de l'appareil", "9 jours", "35 €", "315 €"],
    ["Total", "", "", "3 765 €"],
]


def _letter() -> list[object]:
    return [
        paper.text("Mutuelle des Quatre Vents", size=16, font="Sans-Bold", colour="#3a5a40", after=2),
        paper.text(
            "Service des sinistres · 12, quai des Tanneurs · 00417 Port-Aubrac", size=9, colour="#3a5a40", after=18
        ),
        paper.heading("Dossier de sinistre n° 25-08814 : rapport de synthèse", size=15, colour="#3a5a40"),
        *[paper.text(words, align="justify") for words in _SUMMARY],
        paper.heading("Pièces du dossier", size=12, colour="#3a5a40"),
        paper.text(
            "1. Rapport de synthèse (cette page)<br/>2. Constat signé par l'assurée, numérisé<br/>"
            "3. Évaluation des dommages<br/>4. Attestation du gardien, numérisée"
        ),
    ]


_SUMMARY = [
    "Le 19 février 2025, vers six heures du matin, Mme Apolline Garrigues a constaté une fuite d'eau dans la "
    "cuisine de son appartement, au troisième étage du 8, rue des Lavandières. Le flexible d'arrivée du "
    "lave-vaisselle s'était rompu pendant la nuit. L'eau a traversé le couloir et atteint le séjour, dont le "
    "parquet s'est soulevé sur toute sa longueur.",
    "L'expert s'est rendu sur place le 4 mars. Il conclut à un dégât des eaux d'origine accidentelle, sans défaut "
    "d'entretien imputable à l'assurée. Le taux d'humidité mesuré dans la chape atteignait encore 5,8 pour cent, ce "
    "qui impose un assèchement avant tous travaux.",
    "L'indemnité proposée s'élève à 3 615 euros, franchise de 150 euros déduite. Elle sera versée en deux fois : "
    "soixante pour cent à la signature de l'accord, le solde sur présentation des factures.",
]


def _statement() -> list[object]:
    words = (
        "Je soussignée, Apolline Garrigues, déclare avoir découvert la fuite le mercredi 19 février à six heures "
        "dix. J'ai fermé aussitôt le robinet d'arrêt sous l'évier et prévenu le gardien, Monsieur Escoffard, qui "
        "m'a prêté une pompe.",
        "L'eau couvrait le sol de la cuisine et du couloir sur deux centimètres environ. Le tapis du séjour, un "
        "secrétaire en noyer et une dizaine de livres ont été endommagés. J'ai pris des photographies avant de "
        "commencer à éponger.",
        "Le lave-vaisselle avait été installé en octobre 2021 par un professionnel dont je joins la facture.",
    )
    return [
        paper.text("CONSTAT AMIABLE DE DÉGÂT DES EAUX", size=16, font="Serif-Bold", align="centre", after=20),
        *[paper.text(w, size=13, font="Serif", after=12) for w in words],
        paper.text("Fait à Port-Aubrac, le 20 février 2025", size=13, font="Serif", before=16, after=10),
        paper.picture(pictures.png(pictures.signature(23)), 55),
    ]


def _witness() -> list[object]:
    words = (
        "Je soussigné, Baptiste Escoffard, gardien de l'immeuble, atteste que Mme Garrigues m'a appelé le 19 "
        "février au matin.",
        "En arrivant chez elle, j'ai vu que l'eau coulait encore du flexible, qui était fendu près du raccord. Le "
        "compteur général indiquait une consommation anormale depuis deux heures du matin.",
        "Je précise que l'appartement du dessous n'a subi aucun dommage, car la dalle a été refaite il y a trois ans.",
    )
    return [
        paper.text("Attestation de témoin", size=17, font="Serif-Bold", after=22),
        *[paper.text(w, size=13, font="Serif-Italic", after=14) for w in words],
        paper.text("Port-Aubrac, le 2 mars 2025", size=13, font="Serif", before=10),
        paper.picture(pictures.png(pictures.signature(5)), 50),
        paper.picture(pictures.png(pictures.stamp(["REÇU LE", "6 MARS 2025"])), 60),
    ]


def _assessment() -> list[object]:
    return [
        paper.heading("Évaluation des dommages", size=15, colour="#3a5a40"),
        paper.text(
            "Les prix retenus sont ceux de deux devis d'artisans de la région. La vétusté du parquet, posé en 2016, "
            "n'a pas été déduite, conformément à la garantie « rééquipement à neuf » souscrite par l'assurée.",
            align="justify",
        ),
        paper.table(_DAMAGE, [72, 26, 30, 30], colour="#3a5a40", total=True),
        paper.text("Le secrétaire en noyer fera l'objet d'une estimation séparée par un ébéniste.", before=10),
        paper.text("L'expert : Philibert Castagnac, Port-Aubrac, le 11 mars 2025", before=16),
    ]


def make() -> bytes:
    """Four pages: text, scan, text, scan."""
    plain = paper.Paper(title="Pièce", author="", language="fr-FR", margin=28)
    printed = scanner.render(paper.pdf([*_statement(), paper.page_break(), *_witness()], plain))
    first, second = (
        paper.scan(scanner.jpeg(scanner.scanned(page, seed=200 + i, skew=skew)))
        for i, (page, skew) in enumerate(zip(printed, (-0.9, 0.6), strict=True))
    )
    sheet = paper.Paper(
        title="Dossier de sinistre 25-08814",
        author="Mutuelle des Quatre Vents",
        language="fr-FR",
        footer=lambda page: ("Mutuelle des Quatre Vents · dossier 25-08814", f"Page {page} sur 4"),
        colour="#3a5a40",
    )
    return paper.pdf([*_letter(), *first, *_assessment(), *second], sheet)
