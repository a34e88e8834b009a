# SPDX-License-Identifier: Apache-2.0
"""Decides what a second look at the objects of a PDF page says: what it draws from that is damaged, by pypdf."""

import ctypes
import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NullObject, StreamObject

from ream_extract.pdf_packed import Unknown, unpacked
from ream_extract.pdf_suspicion import Suspicion, suspicion

MOST_STREAMS = 2_000
"""Streams of one page that are looked at."""
MOST_RUNS = 10_000
"""Runs of letters of one page that are read one by one."""
SAME_COLUMN = 0.75
"""Sizes of a letter from one column to the next at least."""
SAMPLED = 400
"""Letters that are asked where they stand."""
NESTED = 8
"""Depth of forms inside forms that is looked into."""
UNPACKED = 64 << 20
"""Bytes of one stream that are unpacked."""


def second_look(path: Path) -> "SecondLook":
    """Returns what looks at pages of a file again; the same one for all runs of a file that follow one another."""
    told = path.stat()
    return _kept(path, told.st_ino, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=1)
def _kept(path: Path, *identity: int) -> "SecondLook":
    del identity
    return SecondLook(path, suspicion(path))


class SecondLook:
    """Looks at pages of one file again where a look over its bytes gives a reason; most files give none."""

    def __init__(self, path: Path, why: Suspicion) -> None:
        self._path = path
        self._why = why
        self._reader: PdfReader | None = None
        self._known: dict[object, bool] = {}

    def is_damaged(self, number: int) -> bool:
        """Says whether something that a page draws from does not come out whole; of a page nobody finds, not."""
        if not self._why.damaged:
            return False
        page = self._page(number)
        return page is not None and not all(map(self._is_whole, _drawn_from(page)))

    def text(self, number: int) -> str:
        """Reads a page once more, by PDFium, from a copy that it understands better; empty where there is none.

        In the copy streams that are damaged hold what comes out of them, and fonts that are set from top to bottom are
        set across: of letters without a shape in the file, PDFium sees none where they stand in columns.
        """
        try:
            with self._copy(number) as page:
                words = page.get_textpage()
                try:
                    return _column_by_column(page, words) if self.is_upright(number) else words.get_text_bounded()
                finally:
                    words.close()
        except Exception:
            return ""

    def is_lost(self, number: int) -> bool:
        """Says whether a page names content that is not in the file."""
        page = self._page(number)
        if page is None or "/Contents" not in page:
            return False
        contents = _object(page.get("/Contents"))
        return any(_object(one) is None for one in (contents if isinstance(contents, list) else [contents]))

    def unseen(self, number: int) -> str:
        """Reads by pypdf what a page says on which PDFium sees nothing; empty where that is nothing too."""
        try:
            page = self._page(number)
            return "" if page is None else str(page.extract_text()).strip()
        except Exception:
            return ""

    def is_upright(self, number: int) -> bool:
        """Says whether a page has fonts that are set from top to bottom."""
        page = self._page(number) if self._why.upright else None
        return page is not None and any(_is_upright(font) for font in _fonts(page))

    def has_fax_of_group_4(self, number: int) -> bool:
        """Says whether all faxes that a page draws as images are of group 4."""
        page = self._page(number)
        kinds = [kind for holder in _holders(page) for kind in _fax_kinds(holder)] if page is not None else []
        return bool(kinds) and all(kind < 0 for kind in kinds)

    def _page(self, number: int) -> Any:
        """Returns the objects of a page, None where pypdf does not find them."""
        try:
            if self._reader is None:
                with self._path.open("rb") as file:
                    # Of a path, or of a file, pypdf would keep all bytes in memory for as long as it is there.
                    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._reader = PdfReader(cast(IO[bytes], mapped), strict=False)
            return self._reader.pages[number - 1]
        except Exception:
            return None

    def _is_whole(self, stream: Any) -> bool:
        identity = getattr(stream.indirect_reference, "idnum", None) or id(stream)
        if identity not in self._known:
            self._known[identity] = _comes_out(stream)[1]
        return self._known[identity]

    @contextmanager
    def _copy(self, number: int) -> Iterator[pdfium.PdfPage]:
        writer = PdfWriter()
        page = writer.add_page(self._page(number))
        for stream in list(_drawn_from(page)):
            content, whole = _comes_out(stream)
            if not whole:
                for key in ("/Filter", "/DecodeParms", "/F"):
                    stream.pop(key, None)
                stream._data = content
        for font in _fonts(page):
            if _is_upright(font):
                font[NameObject("/Encoding")] = NameObject(font["/Encoding"][:-1] + "H")
        held = io.BytesIO()
        writer.write(held)
        document = pdfium.PdfDocument(held.getvalue())
        try:
            yield document[0]
        finally:
            document.close()


def stands(words: pdfium.PdfTextPage) -> bool:
    """Says whether most letters of a page stand below one another, as far as PDFium sees them."""
    x, y = ctypes.c_double(), ctypes.c_double()
    below = looked = 0
    before = (0.0, 0.0)
    for index in range(min(words.count_chars(), SAMPLED)):
        raw.FPDFText_GetCharOrigin(words.raw, index, x, y)
        across, down = x.value - before[0], before[1] - y.value
        below += abs(across) < down / 2
        looked += 1
        before = (x.value, y.value)
    return 2 * below > looked


def _column_by_column(page: pdfium.PdfPage, words: pdfium.PdfTextPage) -> str:
    """Returns what each run of letters says, in the order of the file; runs that begin side by side are columns."""
    said: list[str] = []
    before = None
    size = ctypes.c_float()
    for run in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=NESTED), MOST_RUNS):
        length = raw.FPDFTextObj_GetText(run.raw, words.raw, None, 0)
        held = ctypes.create_string_buffer(max(2, length))
        raw.FPDFTextObj_GetText(run.raw, words.raw, ctypes.cast(held, ctypes.POINTER(ctypes.c_ushort)), length)
        matrix = run.get_matrix()
        raw.FPDFTextObj_GetFontSize(run.raw, size)
        wide = SAME_COLUMN * abs(size.value * matrix.a)
        if before is not None and abs(matrix.e - before) >= wide:
            said.append("\n")
        said.append(held.raw[: max(0, length - 2)].decode("utf-16-le", "replace").strip())
        before = matrix.e
    return "".join(said)


def _drawn_from(page: Any) -> Iterator[Any]:
    """Yields the streams in which a page says what it draws: its own, and those of its forms."""
    left = MOST_STREAMS
    contents = page.get("/Contents")
    for one in contents if isinstance(contents, list) else [contents]:
        stream = _object(one)
        if isinstance(stream, StreamObject) and left:
            left -= 1
            yield stream
    waiting, seen = [(_object(page.get("/Resources")), 0)], set()
    while waiting and left:
        resources, depth = waiting.pop()
        for name in _object(resources.get("/XObject")) or () if hasattr(resources, "get") else ():
            form = _object(resources["/XObject"].get(name))
            if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form" or id(form) in seen or not left:
                continue
            seen.add(id(form))
            left -= 1
            yield form
            if depth < NESTED:
                waiting.append((_object(form.get("/Resources")), depth + 1))


def _holders(page: Any) -> Iterator[Any]:
    """Yields what has resources: the page and its forms."""
    yield page
    yield from (one for one in _drawn_from(page) if one.get("/Subtype") == "/Form")


def _fax_kinds(holder: Any) -> Iterator[float]:
    """Yields what the images of a page or form say of how they were faxed: below 0 is group 4."""
    resources = _object(holder.get("/Resources"))
    images: Any = _object(resources.get("/XObject")) if hasattr(resources, "get") else None
    for name in images or ():
        image = _object(images[name])
        if isinstance(image, StreamObject) and "/CCITTFaxDecode" in str(image.get("/Filter")):
            told = _object(image.get("/DecodeParms"))
            told = _object(told[-1]) if isinstance(told, list) and told else told
            kind = told.get("/K", 0) if hasattr(told, "get") else 0
            yield kind if isinstance(kind, int | float) else 0


def _fonts(page: Any) -> Iterator[Any]:
    for holder in _holders(page):
        resources = _object(holder.get("/Resources"))
        fonts: Any = _object(resources.get("/Font")) if hasattr(resources, "get") else None
        for name in fonts or ():
            font = _object(fonts[name])
            if hasattr(font, "get"):
                yield font


def _is_upright(font: Any) -> bool:
    encoding = font.get("/Encoding")
    return isinstance(encoding, str) and (encoding == "/V" or encoding.endswith("-V"))


def _object(one: Any) -> Any:
    try:
        found = one.get_object() if hasattr(one, "get_object") else one
    except Exception:
        return None
    return None if isinstance(found, NullObject) else found


def _comes_out(stream: Any) -> tuple[bytes, bool]:
    """Returns what comes out of a stream, and whether it is all of it."""
    filters = stream.get("/Filter") or ()
    names = [str(_object(one)) for one in (filters if isinstance(filters, list) else [filters])]
    try:
        return unpacked(stream._data, names, UNPACKED)
    except Unknown:
        pass
    except ValueError:
        return b"", False
    try:
        return stream.get_data(), True
    except Exception:
        return b"", False
