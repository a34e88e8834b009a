# SPDX-License-Identifier: Apache-2.0
"""A 300-page English yearbook: a chapter a river, a page a station, on every page a fact that no other page has."""

import math
import random
from dataclasses import dataclass

from ream_samples import paper

PAGES = 300
_RIVERS = ["Alder", "Brill", "Corrow", "Dunnet", "Esker", "Fenwater", "Garrow", "Hollin", "Iddle", "Jessop"]
_FIRST = [
    "Ash",
    "Bramble",
    "Cinder",
    "Dray",
    "Elder",
    "Fallow",
    "Gorse",
    "Hazel",
    "Inkle",
    "Juniper",
    "Kettle",
    "Linden",
    "Mallow",
    "Nettle",
    "Otter",
    "Pebble",
    "Quarry",
    "Rushen",
    "Sallow",
    "Tansy",
]
_LAST = [
    "bridge",
    "combe",
    "dale",
    "ford",
    "garth",
    "holt",
    "lea",
    "mere",
    "mill",
    "ness",
    "rigg",
    "shaw",
    "thwaite",
    "weir",
    "wick",
]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_FRONT, _BACK = 3, 1
_STATIONS = PAGES - _FRONT - _BACK - len(_RIVERS)


@dataclass(frozen=True, slots=True)
class _Station:
    """One gauging station: its name is a word that stands on its own page and nowhere else."""

    name: str
    code: str
    river: str


def _chapters() -> list[tuple[str, list[_Station]]]:
    names = [first + last for last in _LAST for first in _FIRST]
    random.Random(2024).shuffle(names)  # noqa: S311 - an order, no secret
    chapters: list[tuple[str, list[_Station]]] = []
    for i, river in enumerate(_RIVERS):
        here = names[i * _STATIONS // len(_RIVERS) : (i + 1) * _STATIONS // len(_RIVERS)]
        chapters.append((river, [_Station(n, f"{river[0]}{i}-{k:02d}", river) for k, n in enumerate(here, start=1)]))
    return chapters


def _front(firsts: list[tuple[str, int]]) -> list[object]:
    contents = [["River", "Opening page"], *[[f"River {river}", str(page)] for river, page in firsts]]
    return [
        paper.gap(60),
        paper.text("Rivermouth Catchment Authority", size=13, colour="#24586b", align="centre"),
        paper.text(
            "Hydrological Yearbook 2024",
            size=28,
            font="Sans-Bold",
            colour="#24586b",
            align="centre",
            before=10,
            after=16,
        ),
        paper.text("Levels, flows and floods at 286 gauging stations", size=13, align="centre", after=90),
        paper.text("Publication RCA/2025/07 · For public release", align="centre"),
        paper.page_break(),
        paper.heading("About this yearbook", colour="#24586b"),
        *[paper.text(words, align="justify") for words in _PREFACE],
        paper.page_break(),
        paper.heading("Contents", colour="#24586b"),
        paper.table(contents, [90, 40]),
        paper.page_break(),
    ]


_PREFACE = [
    "This yearbook gives the water levels and flows that were measured in the catchment between 1 January and 31 "
    "December 2024. Every station has one page. It opens with the position of the station and what happened there "
    "in the year, followed by monthly means and extremes.",
    "Levels are in metres above the zero of the gauge, flows in cubic metres a second. Means are arithmetic means "
    "of fifteen-minute values; months with more than three days of missing data are marked by an asterisk in the "
    "archive but not here. The rating curves were revised in November, which raised low flows at most stations by "
    "about two per cent.",
    "The year was wet. A slow depression in the last week of February brought the highest levels for eleven years "
    "to the upper catchments, while the summer was dry enough for abstraction to be restricted for nineteen days in "
    "August.",
    "Data in higher resolution can be had from data@rivermouth.example.org. The foreword was written by Tobias "
    "Wrenfield.",
]


def _opening(river: str, number: int, stations: int) -> list[object]:
    source = random.Random(f"river {river}")  # noqa: S311 - figures, no secret
    return [
        paper.bookmark(f"River {river}"),
        paper.gap(40),
        paper.text(f"Chapter {number}", size=12, colour="#24586b"),
        paper.text(f"River {river}", size=26, font="Sans-Bold", colour="#24586b", after=14),
        paper.text(
            f"The {river} drains {source.randrange(180, 900)}.{number} square kilometres and runs for "
            f"{source.randrange(31, 96)} kilometres before it joins the estuary. {stations} stations were in "
            f"operation, {source.randrange(2, 6)} of them with telemetry by satellite. The mean rainfall in its basin "
            f"was {source.randrange(880, 1460)} millimetres, of which {source.randrange(41, 63)} per cent ran off.",
            align="justify",
        ),
        paper.page_break(),
    ]


def _events(source: random.Random) -> str:
    return source.choice(
        [
            "The flood of late February passed the gauge without leaving its banks; drift wood was taken off the "
            "intake twice.",
            "Weed growth backed the level up from June to September, and flows of these months were corrected by hand.",
            "The stilling well was flushed in spring after the float had been seen to stick at low water.",
            "A burst main upstream shows as a step in the record in early autumn and has been left in the data.",
            "The station lost its power line in the December storm and ran on batteries for six days without a gap.",
            "Ice at the weir affected levels for nine days in January; flows for these days were estimated from "
            "rainfall.",
        ]
    )


def _table(source: random.Random) -> object:
    base, swing, turn = source.uniform(0.8, 14), source.uniform(0.3, 0.7), source.uniform(-0.5, 0.5)
    means = [base * (1 + swing * math.cos(2 * math.pi * m / 12 + turn)) * source.uniform(0.85, 1.15) for m in range(12)]
    rows = [["Month", "Mean flow", "Highest", "Lowest", "Mean level", "Days of rain"]]
    for month, mean in zip(_MONTHS, means, strict=True):
        high, low = mean * source.uniform(1.6, 4.2), mean * source.uniform(0.35, 0.7)
        level = 0.3 + 0.42 * math.sqrt(mean)
        rows.append([month, f"{mean:.2f}", f"{high:.2f}", f"{low:.2f}", f"{level:.2f}", str(source.randrange(6, 24))])
    return paper.table(rows, [25, 27, 27, 27, 27, 27], size=8.5, colour="#24586b")


def _page(station: _Station) -> list[object]:
    source = random.Random(station.name)  # noqa: S311 - figures, no secret
    zero = source.uniform(2, 260)
    return [
        paper.bookmark(f"{station.code} {station.name}", 1),
        paper.heading(f"{station.code}  {station.name}", size=16, colour="#24586b"),
        paper.text(
            f"The gauge at {station.name} was re-levelled on {source.randrange(1, 29)} {source.choice(_MONTHS[2:10])} "
            f"2024 and its zero now stands {zero:.3f} m above datum. It commands {source.uniform(4, 310):.1f} square "
            f"kilometres. The highest level of the year, {source.uniform(1.2, 4.9):.2f} m, was reached on "
            f"{source.randrange(23, 29)} February.",
            align="justify",
        ),
        paper.text(_events(source), align="justify"),
        _table(source),
        paper.text(
            f"Check gaugings: {source.randrange(6, 19)}, the largest deviation from the rating curve "
            f"{source.uniform(1, 8):.1f} per cent. Record complete to {source.uniform(96, 100):.1f} per cent. "
            f"Keeper of the gauge since {source.randrange(1978, 2023)}: volunteer number {source.randrange(100, 999)}.",
            before=8,
        ),
        paper.page_break(),
    ]


def make() -> bytes:
    """Exactly 300 pages with an outline, running headers and page numbers."""
    story: list[object] = []
    running: dict[int, str] = {}
    firsts: list[tuple[str, int]] = []
    page = _FRONT + 1
    for number, (river, stations) in enumerate(_chapters(), start=1):
        firsts.append((river, page))
        story += _opening(river, number, len(stations))
        for station in stations:
            page += 1
            running[page] = f"River {river}"
            story += _page(station)
        page += 1
    story += [
        paper.heading("Colophon", colour="#24586b"),
        paper.text(
            "Set and printed by Wherry Lane Press in 250 copies on paper made from hemp. Errata: "
            "errata@rivermouth.example.org."
        ),
    ]
    sheet = paper.Paper(
        title="Hydrological Yearbook 2024",
        author="Rivermouth Catchment Authority",
        language="en-GB",
        header=lambda n: ("Hydrological Yearbook 2024", running[n]) if n in running else ("", ""),
        footer=lambda n: ("Rivermouth Catchment Authority", f"Page {n}") if n > 1 else ("", ""),
    )
    return paper.pdf([*_front(firsts), *story], sheet)
