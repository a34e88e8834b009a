# SPDX-License-Identifier: Apache-2.0
"""Files that nothing here reads, by a server of Apache Tika: what comes of its page, and whose fault a failure is."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ream_contracts import topics
from ream_contracts.artifacts import Manifest, SegmentText
from ream_extract import tika as adapter
from ream_extract.reader import Reader
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings, TikaSettings
from ream_extract.testing import Cells, NoOffice, ingested, manifest, sent
from ream_extract.tika import Tika, opened
from ream_kit import Retry, Store
from ream_kit.settings import SettingsError
from ream_kit.testing import LocalBus
from ream_pages.office import ConversionFailed

DBF = "application/x-dbf"
PAGE = """<html xmlns="http://www.w3.org/1999/xhtml">

    <head>

        <meta name="X-TIKA:Parsed-By" content="org.apache.tika.parser.dbf.DBFParser"/>

        <meta name="Content-Type" content="application/x-dbf; format=FoxBASE_plus"/>

        <title>&#0;</title>

    </head>

    <body>
        <p>Orchard stock</p>
        <table>
            <tr>
                <td>M&uuml;ller's pear</td>
                <td>\N{CJK UNIFIED IDEOGRAPH-68A8} 3</td>
            </tr>
        </table>
    </body>
</html>"""
NO_WORDS = "<html><head><meta name='a' content='b'/><title>&#0;</title></head><body/></html>"


class Page:
    """In the place of the server: gives a page, or fails."""

    def __init__(self, page: str, cause: str = "") -> None:
        self.page = page
        self.cause = cause
        self.asked = 0

    def convert(self, source: Path, target: Path) -> None:
        self.asked += 1
        if self.cause:
            raise ConversionFailed(self.cause)
        target.write_text(self.page, encoding="utf-8")


@contextmanager
def stage(store: Store, tika: Page | None) -> Iterator[LocalBus]:
    reader = Reader(Cells(), Cells(), NoOffice(), ExtractSettings(), tika=tika)
    with LocalBus(extract, store=store, needs={"reader": reader}) as bus:
        yield bus


def test_what_nobody_else_reads_is_read_from_its_page(store: Store) -> None:
    tika = Page(PAGE)
    with stage(store, tika) as bus:
        sent(bus, ingested(store, b"\x03stock", DBF))
        part = manifest(bus)
        assert (part.unit_kind, part.units, part.verdict) == ("body", 1, None)
        (read,) = bus.sent(topics.SEGMENTS_READ)
        assert read.method == "converted"
        (unit,) = store.get_artifact(SegmentText, read.text).units
        assert unit.text.split("\n")[0] == "Orchard stock"
        assert unit.tables[0].rows == (("Müller's pear", "\N{CJK UNIFIED IDEOGRAPH-68A8} 3"),)
        assert [note.text for note in unit.annotations if "Apache Tika" in note.text]
    metadata = store.get_artifact(Manifest, part.manifest).metadata
    assert metadata["read_by"] == "Apache Tika"
    assert metadata["content-type"].startswith("application/x-dbf")
    assert tika.asked == 1


def test_what_we_read_is_never_sent_away(store: Store) -> None:
    tika = Page(PAGE)
    with stage(store, tika) as bus:
        for media_type in ("text/plain", "text/x-unheard-of", "text/html", "application/pdf"):
            sent(bus, ingested(store, b"words", media_type))
    assert tika.asked == 0


def test_without_a_server_it_is_not_read(store: Store) -> None:
    with stage(store, None) as bus:
        sent(bus, ingested(store, b"\x03stock", DBF))
        assert (manifest(bus).verdict, manifest(bus).cause) == ("unsupported", "unsupported-type")


@pytest.mark.parametrize(
    ("page", "cause", "verdict", "said"),
    [
        (NO_WORDS, "", "unsupported", "unsupported-type"),
        ("", "", "unsupported", "unsupported-type"),
        (PAGE, "refused", "failed", "conversion-failed"),
        (PAGE, "crashed", "failed", "conversion-failed"),
        (PAGE, "out-of-time", "failed", "out-of-time"),
        (PAGE, "too-large", "failed", "too-much-output"),
    ],
)
def test_the_documents_own_fault(store: Store, page: str, cause: str, verdict: str, said: str) -> None:
    with stage(store, Page(page, cause)) as bus:
        sent(bus, ingested(store, b"\x03stock", DBF))
        part = manifest(bus)
        assert (part.verdict, part.cause, part.units) == (verdict, said, 0)
        reason = store.get_artifact(Manifest, part.manifest).reason
        assert "Apache Tika" in (reason or "")


class Server(ThreadingHTTPServer):
    """Answers as a test says."""

    daemon_threads = True

    def __init__(self, put: "Callable[[BaseHTTPRequestHandler, bytes], None]") -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self, 200, b"Apache Tika 0")

            def do_PUT(self) -> None:
                put(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"") -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(put: "Callable[[BaseHTTPRequestHandler, bytes], None]", seconds: float = 5.0) -> Iterator[Tika]:
    server = Server(put)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    tika = Tika(server.url, seconds, 1_000)
    try:
        yield tika
    finally:
        tika.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "given").write_bytes(b"x" * 200_000)
    return tmp_path / "given", tmp_path / "made"


def test_the_page_comes_back_whole(files: tuple[Path, Path]) -> None:
    with serving(lambda handler, data: answer(handler, 200, b"%d</html>\n" % len(data))) as tika:
        tika.convert(*files)
    assert files[1].read_text() == "200000</html>\n"


@pytest.mark.parametrize(
    ("status", "size", "cause"),
    [(422, 0, "refused"), (415, 0, "refused"), (500, 0, "refused"), (200, 1_001, "too-large")],
)
def test_a_file_that_tika_cannot_read(files: tuple[Path, Path], status: int, size: int, cause: str) -> None:
    with serving(lambda handler, _: answer(handler, status, b"x" * size)) as tika:
        with pytest.raises(ConversionFailed) as failed:
            tika.convert(*files)
        assert (failed.value.cause, tika.guard.is_open) == (cause, False)


@pytest.mark.parametrize("status", [404, 503])
def test_a_server_that_is_busy_or_another_is_nobodys_fault(files: tuple[Path, Path], status: int) -> None:
    with serving(lambda handler, _: answer(handler, status)) as tika:
        for _ in range(3):
            with pytest.raises(Retry, match=str(status)) as away:
                tika.convert(*files)
            assert away.value.waiting_for == "tika"
        assert tika.guard.is_open


def test_a_server_that_is_away_is_nobodys_fault(files: tuple[Path, Path]) -> None:
    with serving(lambda handler, _: answer(handler, 200)) as gone:
        url = gone._parts.geturl()
    tika = Tika(url, 1.0, 1_000)
    with pytest.raises(Retry, match="REAM_TIKA_URL"):
        tika.convert(*files)


def test_a_file_that_takes_too_long(files: tuple[Path, Path]) -> None:
    over = threading.Event()
    with serving(lambda handler, _: over.wait(10) and None, seconds=0.2) as tika:
        with pytest.raises(ConversionFailed) as failed:
            tika.convert(*files)
        over.set()
    assert failed.value.cause == "out-of-time"


def broken_off(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.close_connection = True


def test_a_file_over_which_the_server_goes_down_twice(files: tuple[Path, Path]) -> None:
    with serving(broken_off) as tika:
        with pytest.raises(ConversionFailed) as failed:
            tika.convert(*files)
        assert (failed.value.cause, tika.guard.is_open) == ("crashed", False)


def test_a_server_that_somebody_ended_is_asked_again(files: tuple[Path, Path]) -> None:
    asked: list[int] = []

    def put(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        asked.append(1)
        broken_off(handler, data) if len(asked) == 1 else answer(handler, 200, b"made</html>")

    with serving(put) as tika:
        tika.convert(*files)
    assert files[1].read_text() == "made</html>"


def test_a_server_that_does_not_come_back_is_waited_for(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "BACK_SECONDS", 0.0)
    servers: list[Server] = []

    def put(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        servers[0].socket.close()
        broken_off(handler, data)

    server = Server(put)
    servers.append(server)
    threading.Thread(target=server.handle_request).start()
    with pytest.raises(Retry):
        Tika(server.url, 5.0, 1_000).convert(*files)


@pytest.mark.parametrize("url", ["127.0.0.1:1", "file:///etc/passwd", "http://u:p@host", "http://"])
def test_only_addresses_of_servers_are_taken(url: str) -> None:
    with pytest.raises(SettingsError, match="REAM_TIKA_URL"):
        TikaSettings(url)


def test_none_is_asked_where_none_is_named() -> None:
    with opened(TikaSettings(), 1) as server:
        assert server is None


def test_a_page_that_is_cut_off_is_none(files: tuple[Path, Path]) -> None:
    half = b"<html><body>half of"
    with serving(lambda handler, _: answer(handler, 200, half)) as tika, pytest.raises(ConversionFailed) as failed:
        tika.convert(*files)
    assert failed.value.cause == "crashed"


def test_an_orderly_end_does_not_wait_for_a_file(files: tuple[Path, Path]) -> None:
    over, begun = threading.Event(), threading.Event()

    def put(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        begun.set()
        over.wait(20)

    with serving(put, seconds=20.0) as tika:
        ending = threading.Thread(target=lambda: begun.wait(20) and tika.close())
        ending.start()
        with pytest.raises(Retry, match="ending"):
            tika.convert(*files)
        ending.join()
        over.set()
