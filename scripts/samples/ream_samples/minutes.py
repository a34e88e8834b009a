# SPDX-License-Identifier: Apache-2.0
"""English minutes of a club's meeting: a PDF that somebody saved under a name that ends in .doc."""

from ream_samples import paper

_ITEMS = [
    (
        "Apologies and last minutes",
        "Apologies had come from Bertram Okonjo-Leigh and Sunniva Dale. The minutes of 9 January were approved "
        "without changes.",
    ),
    (
        "Treasurer's statement",
        "Rowena Tisdale presented the accounts. The society holds 4,816 pounds, of which 1,200 are set aside for "
        "the roof of the apiary hut. Forty-one of fifty-three members have paid for the year. She will write to the "
        "others once and then take them off the list, as the rules say.",
    ),
    (
        "Swarm line",
        "The swarm line was called sixty-four times last summer. Hugh Pellow offered to answer it on weekdays; "
        "weekends go by rota. The number on the website is still the old one, and the webmaster was asked to change "
        "it this week.",
    ),
    (
        "Varroa treatment",
        "After a long discussion the meeting agreed to buy oxalic acid together: thirty-five doses at 3.80 pounds. "
        "Members order from Hugh until 1 March and collect at the hut. Dr Imogen Vance will show the trickling "
        "method on the 15th.",
    ),
    (
        "Honey show",
        "The honey show is on 6 September in Quillbury village hall. Entries by 30 August. Clarity will be judged "
        "under the new lamp, since last year's argument about the dark heather honey should not be repeated.",
    ),
    (
        "Any other business",
        "The hedge along the footpath needs cutting before the birds nest. Four volunteers will meet on Saturday at "
        "nine. The meeting closed at 9.20 pm. Next meeting: Thursday 10 April, 7.30 pm.",
    ),
]


def make() -> bytes:
    """Two pages."""
    story: list[object] = [
        paper.heading("Quillbury Beekeepers' Society", size=18, font="Serif-Bold"),
        paper.text(
            "<b>Minutes of the committee meeting of Thursday 13 February 2025</b>, Quillbury village hall", font="Serif"
        ),
        paper.text(
            "Present: Imogen Vance (chair), Rowena Tisdale (treasurer), Hugh Pellow, Agnes Thorncastle (minutes), "
            "and eleven members.",
            font="Serif",
            after=8,
        ),
    ]
    for number, (title, words) in enumerate(_ITEMS, start=1):
        if number == 5:
            story.append(paper.page_break())
        story.append(paper.heading(f"{number}.  {title}", size=12, font="Serif-Bold"))
        story.append(paper.text(words, font="Serif", align="justify"))
    story.append(paper.text("Signed: A. Thorncastle, 16 February 2025", font="Serif-Italic", before=20))
    sheet = paper.Paper(
        title="Minutes, 13 February 2025",
        author="Quillbury Beekeepers' Society",
        language="en-GB",
        footer=lambda page: ("Quillbury Beekeepers' Society, committee", f"{page} / 2"),
    )
    return paper.pdf(story, sheet)
