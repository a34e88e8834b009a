# SPDX-License-Identifier: Apache-2.0
"""Saved objects arrive as Dashboards wants them, and a refusal is a sentence."""

import json
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ream_index import dashboards
from ream_index.dashboards import DashboardsError, DashboardsSettings, import_objects
from ream_kit.settings import SettingsError

OBJECTS = b'{"id":"a","type":"search"}\n{"exportedCount":1}\n'


class Dashboards(BaseHTTPRequestHandler):
    """Answers what the test says, and keeps what it was asked."""

    status: ClassVar[int]
    answer: ClassVar[bytes]
    asked: ClassVar[list[tuple[str, dict[str, str], bytes]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Dashboards.status, Dashboards.answer, Dashboards.asked = 200, b'{"success":true,"successCount":1}', []
    with HTTPServer(("127.0.0.1", 0), Dashboards) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def own(url: str, objects: Path = Path("none")) -> DashboardsSettings:
    return DashboardsSettings(objects, url, "admin", "secret-word")


def test_the_file_is_sent_as_an_upload_that_replaces(server: str) -> None:
    assert import_objects(own(server), OBJECTS) == 1
    ((path, headers, body),) = Dashboards.asked
    assert path == "/api/saved_objects/_import?overwrite=true"
    assert headers["osd-xsrf"] == "true"
    assert headers["authorization"] == "Basic YWRtaW46c2VjcmV0LXdvcmQ="
    upload = message_from_bytes(
        f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body, policy=policy.default
    )
    (part,) = upload.iter_parts()  # type: ignore[attr-defined]
    assert part.get_param("name", header="content-disposition") == "file"
    assert part.get_filename().endswith(".ndjson")
    assert part.get_payload(decode=True) == OBJECTS


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, b"", "refuses the user admin"),
        (503, b"OpenSearch Dashboards server is not ready yet", "it answered 503; wait"),
        (200, b'{"success":false,"errors":[{"type":"search","id":"ream-find"}]}', "it did not take search ream-find"),
        (200, b'{"success":false}', "it did not take the file"),
        (200, b"no JSON", "can't be reached"),
    ],
)
def test_a_refusal_says_what_to_do(server: str, status: int, answer: bytes, words: str) -> None:
    Dashboards.status, Dashboards.answer = status, answer
    with pytest.raises(DashboardsError, match=words) as error:
        import_objects(own(server), OBJECTS)
    assert "secret-word" not in str(error.value)


def test_nobody_there_is_a_sentence(
    server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "objects.ndjson"
    file.write_bytes(OBJECTS)
    monkeypatch.setenv("REAM_DASHBOARDS_OBJECTS", str(file))
    monkeypatch.setenv("REAM_DASHBOARDS_URL", "http://127.0.0.1:9")
    assert dashboards.main() == 1
    assert "it can't be reached at http://127.0.0.1:9" in capsys.readouterr().err
    monkeypatch.setenv("REAM_DASHBOARDS_URL", server)
    assert dashboards.main() == 0
    assert capsys.readouterr().out.startswith("1 saved objects are in")


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(SettingsError, match="REAM_DASHBOARDS_URL"):
        own("dashboards:5601")


def test_the_password_does_not_show() -> None:
    assert "secret-word" not in repr(own("http://127.0.0.1:5601"))


def test_thumbnails_are_links_where_a_browser_gets_the_objects_of_the_store(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pattern = {"id": "p", "type": "index-pattern", "attributes": {"title": "p"}}
    file = tmp_path / "objects.ndjson"
    file.write_text(json.dumps(pattern) + "\n" + json.dumps({"id": "a", "type": "search", "attributes": {}}) + "\n")
    monkeypatch.setenv("REAM_DASHBOARDS_OBJECTS", str(file))
    monkeypatch.setenv("REAM_DASHBOARDS_URL", server)
    assert dashboards.main() == 0
    assert Dashboards.asked[-1][2].count(b"fieldFormatMap") == 0
    monkeypatch.setenv("REAM_DASHBOARDS_PICTURES", "https://store.example/ream/")
    assert dashboards.main() == 0
    sent = [json.loads(line) for line in Dashboards.asked[-1][2].splitlines() if line.startswith(b"{")]
    shown = json.loads(sent[0]["attributes"]["fieldFormatMap"])["thumbnail"]
    assert (shown["id"], shown["params"]["urlTemplate"]) == ("url", "https://store.example/ream/{{rawValue}}")
    assert sent[1:] == [{"id": "a", "type": "search", "attributes": {}}]
    with pytest.raises(SettingsError, match="REAM_DASHBOARDS_PICTURES"):
        DashboardsSettings(file, server, pictures="store")
