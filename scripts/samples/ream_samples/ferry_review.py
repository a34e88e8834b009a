# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF001 - typographic dashes, quotes and signs are part of the text
"""An English quarterly review as a text PDF with a photograph, a chart and a table."""

from ream_samples import paper, pictures, scanner

_ROUTES = [
    ["Route", "Sailings", "Passengers", "Vehicles", "On time"],
    ["Larkmoor – Saint Brede", "412", "96,318", "21,507", "97.1 %"],
    ["Larkmoor – Holm Ness", "268", "41,902", "9,644", "94.8 %"],
    ["Saint Brede – Tarn Skerry", "151", "12,277", "1,980", "91.3 %"],
    ["Night boat to Osmere Head", "78", "18,450", "6,112", "98.7 %"],
    ["All routes", "909", "168,947", "39,243", "95.6 %"],
]
_MONTHS = [("Jan", 48.1), ("Feb", 51.6), ("Mar", 69.2), ("Apr", 74.5), ("May", 88.3), ("Jun", 101.7)]


def _first_page() -> list[object]:
    return [
        paper.text("Larkmoor Ferries", size=11, font="Sans-Bold", colour="#2f6f8f", after=2),
        paper.heading("Operations review, first quarter 2025", size=21, colour="#1d3a4a"),
        paper.text("Prepared for the board meeting of 24 April 2025 · Internal use only", font="Sans-Italic", after=10),
        paper.picture(scanner.jpeg(pictures.harbour(), quality=78, dpi=150), 160),
        paper.text(
            "The <i>Maid of Larkmoor</i> at the outer berth on the evening of 3 March, her first day back in service.",
            size=8.5,
            colour="#555555",
            before=4,
            after=10,
        ),
        paper.text(
            "The quarter was better than we had planned for and rougher than anybody wanted. We carried 168,947 "
            "passengers, eleven per cent more than a year ago, although the gales in the second week of February "
            "cost us thirty-one sailings. The refit of the <i>Maid of Larkmoor</i> ended four days early and within "
            "its budget; she has sailed without a technical stop since.",
            align="justify",
        ),
        paper.text(
            "Two matters need a decision from the board: whether to keep the second evening sailing to Holm Ness "
            "through the summer, and whether to order the shore power connection for berth two before the grant "
            "closes on 30 June.",
            align="justify",
        ),
        paper.page_break(),
    ]


def _traffic() -> list[object]:
    return [
        paper.heading("1  Traffic by route", colour="#1d3a4a"),
        paper.text(
            "Saint Brede remains the backbone of the network with more than half of all passengers. The night boat, "
            "written off by many when it was introduced, now fills nine cabins in ten and has become the most "
            "punctual route we have. Tarn Skerry suffers from its open roadstead: every third cancellation of the "
            "quarter was there.",
            align="justify",
        ),
        paper.table(_ROUTES, [60, 24, 28, 24, 24], total=True),
        paper.text("Table 1: Sailings and traffic, January to March 2025.", size=8.5, colour="#555555", before=4),
        paper.heading("2  Bookings", colour="#1d3a4a"),
        paper.text(
            "Advance bookings for the second quarter stand at 88,300 for May and 101,700 for June. That is the "
            "strongest early summer since the fleet was renewed, and the reason why the evening sailing deserves "
            "another look.",
            align="justify",
        ),
        paper.picture(pictures.png(pictures.bar_chart("Passengers and bookings", _MONTHS, "thousands")), 150),
        paper.text("Figure 2: Carried until March, booked from April on.", size=8.5, colour="#555555"),
        paper.page_break(),
    ]


def _fleet() -> list[object]:
    return [
        paper.heading("3  Fleet and crews", colour="#1d3a4a"),
        paper.text(
            "The refit replaced both stern thrusters, the galley and 214 passenger seats. The yard found less "
            "corrosion in the ballast tanks than the survey had led us to expect, which saved 61,000 pounds. The "
            "<i>Skerry Lass</i> follows in October; her dry dock is reserved from the 6th to the 31st.",
            align="justify",
        ),
        paper.text(
            "Nine able seamen and two second engineers joined us. Sick leave fell to 3.4 per cent. The new rota, "
            "two weeks aboard and two weeks ashore, was accepted by the crews in a ballot with 83 votes to 19.",
            align="justify",
        ),
        paper.heading("4  Safety", colour="#1d3a4a"),
        paper.text(
            "There was one reportable incident: on 11 February a mooring line parted at Holm Ness and struck a "
            "bollard. Nobody was hurt. The line had been in use for nineteen months; from now on synthetic mooring "
            "lines are withdrawn after fifteen. Muster drills were held on every vessel in every week of the "
            "quarter.",
            align="justify",
        ),
        paper.heading("5  Decisions asked for", colour="#1d3a4a"),
        paper.text("(a) Keep the second evening sailing to Holm Ness from 1 May to 14 September.", indent=12),
        paper.text(
            "(b) Order the shore power connection for berth two at a cost of 438,000 pounds before grants.", indent=12
        ),
        paper.text("Isolde Farrant, Director of Operations", before=18, after=0),
        paper.text("ops@larkmoor-ferries.example.org", colour="#2f6f8f"),
    ]


def make() -> bytes:
    """Three pages, two raster pictures, one table."""
    sheet = paper.Paper(
        title="Operations review, first quarter 2025",
        author="Larkmoor Ferries",
        language="en-GB",
        header=lambda page: ("Larkmoor Ferries", "Operations review Q1 2025") if page > 1 else ("", ""),
        footer=lambda page: ("Internal use only", f"Page {page}"),
    )
    return paper.pdf([*_first_page(), *_traffic(), *_fleet()], sheet)
