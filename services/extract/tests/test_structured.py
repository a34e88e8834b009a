# SPDX-License-Identifier: Apache-2.0
"""JSON, XML and Markdown: structure where there is one, the source where there is none, and never fewer words."""

import base64
import io
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ream_contracts.whole import letters
from ream_extract import registry, structured
from ream_extract.extractors import html, json_data, markdown, xml_data
from ream_extract.extractors.text import PIECE
from ream_extract.outline import blocks
from ream_extract.reading import Source, UnitRead

TYPES = {
    "json": ("application/json", json_data), "ndjson": ("application/x-ndjson", json_data),
    "xml": ("application/xml", xml_data), "md": ("text/markdown", markdown),
}  # fmt: skip


def read(path: Path, kind: str, data: str | bytes) -> list[UnitRead]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    media_type, module = TYPES[kind]
    source = Source(path, media_type)
    count = sum(run.count for run in module.EXTRACTOR.plan(source).units)
    units = [item for item in module.EXTRACTOR.read(source, 1, count, path.parent) if isinstance(item, UnitRead)]
    assert [unit.unit for unit in units] == list(range(1, count + 1))
    return units


def only(path: Path, kind: str, data: str | bytes) -> UnitRead:
    (unit,) = read(path, kind, data)
    return unit


ORDER = r"""{"title": "Order 17", "customer": {"name": "Gr\u00f6\u00dfe & Sohn", "tags": ["new", "\ud83d\ude00 late"]},
 "lines": [{"item": "paper", "count": 1.50}, {"item": "ink", "count": 2, "note": "line\nbreak"}],
 "paid": false, "paid": null, "empty": {}, "big": 123456789012345678901234567890}"""


def test_json_is_names_with_values_and_records_are_tables(tmp_path: Path) -> None:
    unit = only(tmp_path / "a", "json", ORDER)
    assert unit.text.splitlines() == [
        "title: Order 17",
        "customer",
        "  name: Größe & Sohn",
        "tags",
        "    - new",
        "    - 😀 late",
        "lines",
        "item\tcount\tnote",
        "paper\t1.50\t",
        "ink\t2\tline break",
        "paid: false",
        "paid: null",
        "empty",
        "big: 123456789012345678901234567890",
    ]
    assert [(heading.level, heading.text) for heading in unit.headings] == [
        (1, "customer"), (2, "tags"), (1, "lines"), (1, "empty"),
    ]  # fmt: skip
    assert [table.rows[1] for table in unit.tables] == [("paper", "1.50", "")]
    assert unit.method == "markup"
    plan = json_data.EXTRACTOR.plan(Source(tmp_path / "a", "application/json"))
    assert plan.metadata["title"] == "Order 17"


def test_letters_of_json_are_counted_without_its_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert json_data._count(ORDER) == letters("Order 17 Größe & Sohn new late paper ink line break")
    data = json.dumps({"a": "shown words", "b": ["lost words"] * 30})
    whole = only(tmp_path / "a", "json", data)
    monkeypatch.setattr(json_data, "blocks", lambda node: list(blocks(node))[:1])
    less = only(tmp_path / "a", "json", data)
    assert "b\n" in whole.text
    assert (less.text, less.method) == (data, "plain")  # fewer words than there are: the source is the text


def test_several_json_texts_and_a_line_that_is_none(tmp_path: Path) -> None:
    unit = only(tmp_path / "a", "ndjson", '{"a": "one", "b": 1}\n{"a": "two", "b": 2}\n')
    assert unit.text == "a\tb\none\t1\ntwo\t2"
    broken = only(tmp_path / "a", "ndjson", '{"a": "one"}\nbroken {"a": \n[1]\n')
    assert broken.text.splitlines() == ["-", "  a: one", '- broken {"a": ', "-", "  - 1"]


@pytest.mark.parametrize("data", ["just words\nand more", '{"a": [1, 2', "[" * 5_000, '{"a":\n' * 30, "\x00"])
def test_what_is_no_json_stays_as_it_is_written(tmp_path: Path, data: str) -> None:
    unit = only(tmp_path / "a", "json", data)
    assert unit.text.replace("\n", "") == data.replace("\n", "").replace("\x00", "")
    assert unit.method in ("plain", "none")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.booleans(),
)
def test_every_value_of_any_json_comes_out(value: object, escaped: bool) -> None:
    def values(node: object) -> list[str]:
        if isinstance(node, dict):
            return [text for inner in node.values() for text in values(inner)]
        if isinstance(node, list):
            return [text for inner in node for text in values(inner)]
        return [node] if isinstance(node, str) else [json.dumps(node)]

    written = json.dumps(value, ensure_ascii=escaped)
    try:
        found = json_data.structure(b"", written)
    except ValueError:
        pytest.fail("it is JSON")
    shown = "\n".join(block.text for block in found.blocks)
    wanted = sum(letters(structured.tidy(text)) for text in values(value))
    assert letters(shown) >= wanted
    assert json_data._count(written) <= wanted + sum(text.count("\\") for text in values(value))


def test_xml_is_names_with_values_text_and_tables(tmp_path: Path) -> None:
    data = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE order [<!ENTITY firm "Muster AG">]>
<?style sheet?><order xmlns="urn:x" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="no" id="17">
  <title>Größe</title><!-- not shown --><empty/>
  <from>&firm; &amp; <b>Sohn</b>, see <a href="http://x.org/">here</a></from>
  <line nr="1"><item>paper</item></line>
  <line nr="2"><item>ink</item></line>
  <deep><er><text><![CDATA[if a < b]]></text></er></deep>
</order>"""
    unit = only(tmp_path / "a", "xml", data.encode("iso-8859-1"))
    assert unit.text.splitlines() == [
        "order",
        "  id: 17",
        "  title: Größe",
        "from",
        "    Muster AG & Sohn, see here",
        "    href: http://x.org/",
        "line",
        "nr\titem",
        "1\tpaper",
        "2\tink",
        "deep",
        "    er",
        "      text: if a < b",
    ]
    assert unit.tables[0].rows == (("nr", "item"), ("1", "paper"), ("2", "ink"))
    plan = xml_data.EXTRACTOR.plan(Source(tmp_path / "a", "application/xml"))
    assert plan.metadata["title"] == "Größe"


def test_paragraphs_of_words_own_xml_are_not_cut_at_their_runs(tmp_path: Path) -> None:
    place = "http://schemas.microsoft.com/office/word/2003/wordml"
    body = "<w:p><w:r><w:t>One wo</w:t></w:r><w:r><w:b/><w:t>rd</w:t><w:tab/><w:t>more</w:t></w:r></w:p>"
    unit = only(tmp_path / "a", "xml", f'<w:wordDocument xmlns:w="{place}"><w:body>{body}</w:body></w:wordDocument>')
    assert "One word\tmore" in unit.text


@pytest.mark.parametrize(
    "data",
    [
        "<a><b>not closed</a>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x; words</a>',
        "<!DOCTYPE a [<!ENTITY x '" + "lol" * 99 + "'>" + "".join(
            f"<!ENTITY x{n} '{f'&x{n - 1 if n else str()};' * 10}'>" for n in range(8)
        ) + "]><a>&x7;</a>",
        "<a>" * 400 + "deep" + "</a>" * 400,
    ],
    ids=["broken", "external", "laughing", "deep"],
)  # fmt: skip
def test_xml_that_cannot_be_read_stays_as_it_is_written(tmp_path: Path, data: str) -> None:
    begun = time.process_time()
    unit = only(tmp_path / "a", "xml", data)
    assert (unit.text, unit.method) == (data, "plain")
    assert "root:" not in unit.text
    assert time.process_time() - begun < 5


def test_markdown_is_read_as_its_page(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (20, 30)).save(picture, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
    data = f"""---
title: The plan
author: "Ana"
---

Größe
=====

Some *text* with `code <b>` and [a link](http://x.org/a_(b) "tip"), [another][1].

## Second

| a | b |
|---|---|
| 1 | 2 |

1. first
   > quoted

```python
print("fenced")
```

<details>hidden <b>html</b></details>

![a dot]({address})

[1]: http://y.org/
"""
    unit = only(tmp_path / "a", "md", data)
    assert [(heading.level, heading.text) for heading in unit.headings] == [(1, "Größe"), (2, "Second")]
    assert [table.rows for table in unit.tables] == [(("a", "b"), ("1", "2"))]
    for words in ("Some text with code <b> and a link, another.", "first", "quoted", 'print("fenced")', "hidden html"):
        assert words in unit.text
    assert [note.text for note in unit.annotations] == ["http://x.org/a_(b)", "http://y.org/", "a dot"]
    assert [(one.width, one.height) for one in unit.pictures] == [(20, 30)]
    assert unit.counted is not None
    assert 0.95 * letters(unit.text) <= unit.counted <= letters(unit.text)
    told = {"title": "The plan", "author": "Ana"}
    metadata = markdown.EXTRACTOR.plan(Source(tmp_path / "a", "text/markdown")).metadata
    assert {name: metadata[name] for name in told} == told


def test_markdown_that_its_parser_gives_up_on_stays_as_it_is_written(tmp_path: Path) -> None:
    deep = ">" * 100 + " words far inside of quotes in quotes"
    unit = only(tmp_path / "a", "md", f"above\n\n{deep}\n")
    assert (unit.method, deep in unit.text) == ("plain", True)
    begun = time.process_time()
    unit = read(tmp_path / "a", "md", "![" * 100_000)[0]
    assert unit.method == "plain"
    assert time.process_time() - begun < 5


@given(st.text("ab1 \n*_`[]()<>#-|!&;:\\~=", max_size=200))
def test_markdown_of_any_kind_keeps_its_letters(text: str) -> None:
    found = markdown.structure(b"", text)
    assert isinstance(found.counted, int)


@pytest.mark.parametrize("kind", TYPES)
def test_large_files_are_read_in_pieces_and_not_parsed(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = TYPES[kind][1]
    small = structured.StructuredExtractor("x", "1", ("a/b",), module.EXTRACTOR.structure, largest=100)
    monkeypatch.setattr(module, "EXTRACTOR", small)
    line = "<p>words of a long file</p>\n"
    units = read(tmp_path / "a", kind, line * (3 * PIECE // len(line)))
    assert len(units) == 3
    assert sum(unit.text.count("words of") for unit in units) == 3 * PIECE // len(line)


@pytest.mark.slow
def test_bodies_of_a_long_file_hold_all_of_it(tmp_path: Path) -> None:
    records = [{"name": f"person {number}", "more": [number]} for number in range(4_000)]
    units = read(tmp_path / "a", "json", json.dumps(records))
    assert len(units) == 3
    assert sum(unit.text.count("person ") for unit in units) == 4_000
    assert all(unit.counted is not None and letters(unit.text) >= unit.counted for unit in units)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("kind", "data"), [("json", '{"a": "Größe"}'), ("xml", "<a>Größe</a>"), ("md", "*Größe*")])
def test_marks_of_encodings(tmp_path: Path, kind: str, data: str, encoding: str) -> None:
    assert "Größe" in only(tmp_path / "a", kind, data.encode(encoding)).text
    assert read(tmp_path / "b", kind, b"\xef\xbb\xbf") == []


def test_drawings_show_their_words(tmp_path: Path) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg"><title/><text>Hello <tspan>there</tspan></text><text>2nd</text></svg>'
    )
    (tmp_path / "a").write_text(drawing)
    (unit,) = html.EXTRACTOR.read(Source(tmp_path / "a", "image/svg+xml"), 1, 1, tmp_path)
    assert isinstance(unit, UnitRead)
    assert unit.text == "Hello there\n2nd"


def test_nobody_else_reads_these() -> None:
    known = registry.known()
    names = {media_type: known.find(media_type) for media_type, _ in TYPES.values()}
    assert {one.name for one in names.values() if one} == {"json", "xml", "markdown"}
    assert None not in names.values()
