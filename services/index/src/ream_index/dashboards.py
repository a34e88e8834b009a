# SPDX-License-Identifier: Apache-2.0
"""Brings saved objects (index patterns, searches) into OpenSearch Dashboards: `python -m ream_index.dashboards`.

Objects that are there are replaced, so that running it again brings them to this version.
"""

import base64
import http.client
import json
import os
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ream_index.settings import require_url
from ream_kit import settings
from ream_kit.settings import SettingsError, setting

_SECONDS = 60


class DashboardsError(Exception):
    """The import could not be done; the text says what to do."""


@dataclass(frozen=True, slots=True)
class DashboardsSettings:
    """Where Dashboards is, as whom to speak to it, and what to bring."""

    objects: Path = setting(doc="file with the saved objects, one JSON object a line")
    url: str = setting("http://127.0.0.1:5601", "address of OpenSearch Dashboards")
    user: str = setting("admin", "who brings them")
    password: str = field(default="", repr=False, metadata={"doc": "the password"})
    pictures: str = setting("", "address below which a browser gets the objects of the store; makes thumbnails links")

    def __post_init__(self) -> None:
        require_url("REAM_DASHBOARDS_URL", self.url)
        if self.pictures:
            require_url("REAM_DASHBOARDS_PICTURES", self.pictures)


def with_links(objects: bytes, pictures: str) -> bytes:
    """Returns the same objects, with thumbnails as links to the store's objects below an address."""
    template = {"type": "a", "urlTemplate": f"{pictures.rstrip('/')}/{{{{rawValue}}}}", "labelTemplate": "first page"}
    shown = json.dumps({"thumbnail": {"id": "url", "params": template}})
    made = []
    for line in objects.splitlines():
        one = json.loads(line)
        if one.get("type") == "index-pattern":
            one["attributes"]["fieldFormatMap"] = shown
        made.append(json.dumps(one, separators=(",", ":")))
    return "".join(f"{line}\n" for line in made).encode()


def import_objects(own: DashboardsSettings, objects: bytes) -> int:
    """Imports the lines of an export, replacing what is there; returns how many objects that were.

    Raises:
        DashboardsError: Dashboards can't be reached, is not ready, refuses us, or refuses an object.
    """
    boundary = uuid.uuid4().hex
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="saved-objects.ndjson"\r\n'
        "Content-Type: application/ndjson\r\n\r\n"
    ).encode() + objects + f"\r\n--{boundary}--\r\n".encode()  # fmt: skip
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Authorization": "Basic " + base64.b64encode(f"{own.user}:{own.password}".encode()).decode("ascii"),
        "osd-xsrf": "true",  # any request without it is refused
    }
    status, answer = _post(own.url, "/api/saved_objects/_import?overwrite=true", headers, body)
    if status in (401, 403):
        raise DashboardsError(f"it refuses the user {own.user} ({status}): check REAM_DASHBOARDS_PASSWORD")
    if status != 200:
        raise DashboardsError(f"it answered {status}; wait until {own.url} shows its login page, then try again")
    if not answer.get("success"):
        refused = ", ".join(f"{one.get('type')} {one.get('id')}" for one in answer.get("errors", ()))
        raise DashboardsError(f"it did not take {refused or 'the file'}")
    return int(answer["successCount"])


def _post(url: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=_SECONDS)
    try:
        connection.request("POST", place.path.rstrip("/") + path, body, headers)
        response = connection.getresponse()
        content = response.read()
        answer = json.loads(content) if response.status == 200 else {}
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DashboardsError(f"it can't be reached at {url} ({type(error).__name__})") from error
    finally:
        connection.close()
    return response.status, answer if isinstance(answer, dict) else {}


def main() -> int:
    """Imports with the settings of the environment."""
    try:
        own = settings.load(DashboardsSettings, os.environ, "REAM_DASHBOARDS_")
        objects = own.objects.read_bytes()
        count = import_objects(own, with_links(objects, own.pictures) if own.pictures else objects)
    except (SettingsError, DashboardsError, OSError) as error:
        print(f"The saved objects could not be brought into OpenSearch Dashboards: {error}", file=sys.stderr)
        return 1
    print(f"{count} saved objects are in OpenSearch Dashboards at {own.url}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
