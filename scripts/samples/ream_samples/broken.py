# SPDX-License-Identifier: Apache-2.0
"""Files that cannot be read: one locked with a password, one cut off in its download, one without a single byte."""

from ream_samples import paper

_PAY = [
    ["Item", "Hours", "Rate", "Amount"],
    ["Basic pay", "151.6", "19.40", "2,941.04"],
    ["Night supplement", "24.0", "4.85", "116.40"],
    ["Tool allowance", "", "", "35.00"],
    ["Income tax", "", "", "- 404.18"],
    ["National insurance", "", "", "- 163.52"],
    ["Net pay", "", "", "2,524.74"],
]
_TARIFF = [
    ["Preisstufe", "Einzelfahrt", "Tageskarte", "Monatskarte"],
    ["A  (eine Zone)", "2,10 €", "5,40 €", "58,00 €"],
    ["B  (zwei Zonen)", "3,20 €", "7,90 €", "79,00 €"],
    ["C  (drei Zonen)", "4,60 €", "10,80 €", "104,00 €"],
    ["Netz", "6,30 €", "14,20 €", "132,00 €"],
]


def encrypted() -> bytes:
    """A payslip, one page, that opens with the password `samples` alone."""
    story = [
        paper.heading("Payslip March 2025", size=18),
        paper.text("Thistledown Rail Works Ltd · Payroll office"),
        paper.text("<b>Employee:</b> Ambrose Lindqvist-Hale · <b>Number:</b> 40772 · <b>Tax code:</b> 1257L", after=12),
        paper.table(_PAY, [70, 28, 28, 34], total=True),
        paper.text("Paid on 28 March 2025 to the account ending in 6819.", before=12),
    ]
    sheet = paper.Paper(title="Payslip", author="Thistledown Rail Works Ltd", language="en-GB")
    return paper.pdf(story, sheet, password="samples")  # noqa: S106 - the sample is there to be locked; README.md tells its key


def truncated() -> bytes:
    """A tariff leaflet of four pages whose download stopped before the page tree, which stands at the end."""
    story: list[object] = []
    for part in ("Stadtgebiet", "Umland Nord", "Umland Süd", "Nachtverkehr"):
        story += [
            paper.heading(f"Tarifblatt {part}, gültig ab 1. August 2025", size=17),
            paper.text(
                "Fahrausweise gelten in allen Bussen und Bahnen des Verkehrsverbunds Moorland. Kinder unter sechs "
                "Jahren fahren frei, Fahrräder kosten den Preis einer Einzelfahrt der Preisstufe A.",
                align="justify",
            ),
            paper.table(_TARIFF, [52, 34, 34, 38]),
            paper.page_break(),
        ]
    sheet = paper.Paper(title="Tarifblatt 2025", author="Verkehrsverbund Moorland", language="de-DE")
    whole = paper.pdf(story[:-1], sheet)
    return whole[: len(whole) * 3 // 5]


def empty() -> bytes:
    """What a scanner leaves on the share when its paper tray jams: a name and 0 bytes."""
    return b""
