# SPDX-License-Identifier: Apache-2.0
"""Pictures that people send instead of documents: a photographed till receipt and a screenshot of an e-mail."""

from PIL import Image, ImageDraw

from ream_samples import fonts, pictures, scanner

_RECEIPT = """\
^HOLLOWAY & PIKE
^Hardware and Garden
^14 Cooper's Row, Ambleford
^Tel. 020 7946 0371

26 Apr 2025   16:42    Till 03
Receipt 0031-88274
-
Masonry paint 5 l        34.95
Paint roller set          8.49
Masking tape 50 m         3.20
Wood screws 5x60          6.75
  Box of 200
Garden hose 25 m         27.50
Brass tap connector       4.20
  2 x 2.10
-
*TOTAL GBP                85.09
VAT 20 % included        14.18

Card ************1111
Authorised         Code 604417
-
^Returns within 28 days
^with this receipt.
^Thank you for your custom!
^Keep Ambleford growing"""

_MAIL = [
    "Good morning Percival,",
    "",
    "thank you for coming out to the orchard yesterday. The pump has been running without",
    "the rattle since you changed the bearing, and the pressure holds at 3.2 bar.",
    "",
    "Could you please send the quotation for the second borehole to both of us by Friday?",
    "The cooperative meets on Monday evening and will decide then. If the drilling can",
    "start before the harvest, we would prefer the week of 11 August.",
    "",
    "One more thing: the key to the pump house is now with the Marchbanks family.",
    "",
    "Kind regards",
    "Odessa Winterbourne",
    "Ferncliffe Orchard Cooperative",
]


def receipt() -> bytes:
    """One JPEG of 1500 by 2000 pixels: perspective, wood, uneven light, a shadow."""
    lines = _RECEIPT.splitlines()
    font, bold = fonts.face("Mono", 30), fonts.face("Mono-Bold", 34)
    sheet = Image.new("L", (660, 60 + 44 * len(lines) + 90), 244)
    draw = ImageDraw.Draw(sheet)
    for i, line in enumerate(lines):
        y = 60 + 44 * i
        if line == "-":
            draw.text((40, y), "-" * 32, font=font, fill=70)
        elif line.startswith("^"):
            draw.text((330, y), line[1:], font=bold if i == 0 else font, fill=45, anchor="ma")
        elif line.startswith("*"):
            draw.text((40, y), line[1:], font=fonts.face("Mono-Bold", 30), fill=30)
        else:
            draw.text((40, y), line, font=font, fill=55)
    corners = [(322, 108), (1172, 92), (1232, 1900), (262, 1908)]
    return scanner.jpeg(scanner.photographed(sheet, corners, (1500, 2000), seed=71), quality=62, dpi=72)


def screenshot() -> bytes:
    """One PNG of 1280 by 800 pixels: the window of a mail program."""
    image = Image.new("RGB", (1280, 800), "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1280, 54), fill="#30475e")
    draw.text((24, 27), "Inbox", font=fonts.face("Sans-Bold", 24), fill="#ffffff", anchor="lm")
    for x, label in ((880, "Reply"), (990, "Forward"), (1130, "Archive")):
        draw.rounded_rectangle((x, 12, x + 104, 42), 6, fill="#4f6d8a")
        draw.text((x + 52, 27), label, font=fonts.face("Sans", 18), fill="#ffffff", anchor="mm")
    head = [
        ("Subject:", "Pump house and second borehole"),
        ("From:", "Odessa Winterbourne <odessa@ferncliffe.example.org>"),
        ("To:", "Percival Stroud <service@stroud-pumps.example.org>"),
        ("Date:", "Tuesday, 22 July 2025, 08:14"),
    ]
    for i, (name, value) in enumerate(head):
        draw.text((40, 84 + i * 36), name, font=fonts.face("Sans-Bold", 22), fill="#555555")
        draw.text((160, 84 + i * 36), value, font=fonts.face("Sans", 22), fill="#111111")
    draw.line((40, 242, 1240, 242), fill="#cccccc", width=2)
    for i, line in enumerate(_MAIL):
        draw.text((40, 266 + i * 35), line, font=fonts.face("Sans", 24), fill="#111111")
    return pictures.png(image)
