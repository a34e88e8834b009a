# SPDX-License-Identifier: Apache-2.0
"""An English paper for a school's governors as DOCX: header, footer, notes, comment, text box, table, picture."""

from docx.document import Document
from docx.text.run import Run

from ream_samples import pictures, word

_COSTS = [
    ["Item", "Option A: refit", "Option B: new annexe"],
    ["Building work", "£148,000", "£392,000"],
    ["Ovens, fridges, dishwasher", "£61,500", "£61,500"],
    ["Ventilation", "£37,200", "£22,800"],
    ["Meals brought in during the works", "£26,400", "£9,100"],
    ["Total", "£273,100", "£485,400"],
]


def make() -> bytes:
    """About two pages."""
    document = word.new("The school kitchen: two options", "Dorothea Amblethwaite", "en-GB")
    section = document.sections[0]
    section.header.paragraphs[0].text = "Saltmarsh Primary School · Paper 6 for the governors"
    section.footer.paragraphs[0].text = "Internal. Not for circulation outside the governing body."
    document.add_heading("The school kitchen: two options", level=0)
    document.add_paragraph("Report by Dorothea Amblethwaite, business manager, for the meeting of 19 June 2025")
    document.add_heading("Why now", level=1)
    counted = _reasons(document)
    document.add_heading("The options", level=1)
    _options(document)
    document.add_heading("Recommendation", level=1)
    promised = _advice(document)
    word.footnotes(
        document,
        [
            (counted, "Average of the four weeks from 28 April; on fish days 341."),
            (promised, "Letter of the diocesan surveyor, 12 May 2025, reference DS/0883."),
        ],
    )
    return word.saved(document)


def _reasons(document: Document) -> Run:
    """Say why now; what comes back is the run that gets a footnote."""
    first = document.add_paragraph(
        "The kitchen was built in 1974 for 180 meals a day. This term it serves 312, in two sittings, from four "
        "ovens of which one has been waiting for a part since February."
    )
    counted = first.add_run("")
    first.add_run(" The environmental health officer gave us three stars and asked for a plan by the end of September.")
    return counted


def _options(document: Document) -> None:
    options = document.add_paragraph(
        "Option A keeps the walls and renews everything between them during the summer holidays. "
    )
    options.add_run(
        "Option B puts a timber annexe on the old netball court and leaves the present kitchen running until it is "
        "finished, which takes two terms."
    )
    word.text_box(
        document.add_paragraph(),
        ["In short: the refit costs £212,300 less,", "the annexe lasts twenty-five years longer."],
        width=110,
        height=18,
    )
    word.table(document, _COSTS)
    word.picture(
        document,
        pictures.png(pictures.floor_plan(["Kitchen", "Cold store", "Dining hall", "Servery"])),
        130,
        "Figure 1: The annexe, ground floor.",
    )


def _advice(document: Document) -> Run:
    """Recommend, with a comment; what comes back is the run that gets a footnote."""
    advice = document.add_paragraph(
        "The premises committee recommends Option B, provided that the diocese confirms its contribution of "
        "£200,000 in writing before the end of the summer term."
    )
    promised = advice.add_run("")
    # Behind both footnotes: LibreOffice 7.4 shows the first note's text for each note that follows a comment.
    doubted = advice.add_run(" The netball court would be laid anew behind the library.")
    comment = document.add_comment(
        doubted,
        text="Has anybody asked the netball club? They have the court until 2027.",
        author="Gideon Sparrowhawk",
        initials="GS",
    )
    comment._comment_elm.date = word.WRITTEN
    return promised
