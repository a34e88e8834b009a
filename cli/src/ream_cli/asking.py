# SPDX-License-Identifier: Apache-2.0
"""Asks services on their health ports what they do; a service that does not answer is an answer too."""

from __future__ import annotations

import http.client
import json
import socket
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said of itself.

    Attributes:
        why_not: why it does no work at present; None when it is ready.
        status: its page /status; empty when it does not answer.
    """

    why_not: str | None
    status: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether it works."""
        return self.why_not is None

    def waiting(self) -> list[Mapping[str, Any]]:
        """For whom it waits, since when and why."""
        return [each for each in self.status.get("waiting") or () if isinstance(each, Mapping)]

    def deleted_unread(self) -> dict[str, int]:
        """How many records of each topic were deleted before it had read them."""
        found: Counter[str] = Counter()
        for each in self.status.get("deleted_unread") or ():
            if isinstance(each, Mapping) and isinstance(each.get("records"), int):
                found[str(each.get("topic"))] += each["records"]
        return dict(found)


def ask(port: int) -> Answer:
    """Asks one service; quick, and never an error."""
    try:
        code, text = _get(port, "/readyz")
        _, status = _get(port, "/status")
        return Answer(None if code == 200 else text.strip() or f"it answers {code}", _object(status))
    except (OSError, http.client.HTTPException):
        return Answer("it does not answer yet")


def ask_all(ports: Mapping[str, int]) -> dict[str, Answer]:
    """Asks every service at the same time."""
    if not ports:
        return {}
    with ThreadPoolExecutor(len(ports)) as threads:
        return dict(zip(ports, threads.map(ask, ports.values()), strict=True))


def listens(address: str) -> bool:
    """Whether somebody listens on the first of `host:port[,host:port...]`: quicker than a client of Kafka finds out."""
    host, _, port = address.split(",")[0].rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=2.0):
            return True
    except (OSError, ValueError):
        return False


def _get(port: int, page: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
