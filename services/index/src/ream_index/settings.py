# SPDX-License-Identifier: Apache-2.0
"""What a person can set for index, read from REAM_OPENSEARCH_… and REAM_INDEX_…."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ream_kit.settings import SettingsError, require_at_least, setting


def require_url(variable: str, url: str) -> None:
    """Refuses what is no address of a server.

    Raises:
        SettingsError: the text names the variable and says what to give.
    """
    if not _is_url(url):
        raise SettingsError(f"{variable} is no address of a server: give http://host:port or https://host:port")


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # what stands for the port is none
        return False


@dataclass(frozen=True, slots=True)
class OpenSearchSettings:
    """Where OpenSearch is, and as whom to speak to it."""

    url: str = setting("https://127.0.0.1:19200", "address of the node")
    user: str = setting("ream", "user of the application role, which may not create indices")
    password: str = setting("", "its password")
    ca: str = setting("", "file with the certificate authority; empty for the system's")

    def __post_init__(self) -> None:
        """Refuses an address that nothing could be asked at."""
        require_url("REAM_OPENSEARCH_URL", self.url)


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How documents become index entries."""

    prefix: str = setting("ream-", "what index names begin with")
    whole_text_characters: int = setting(1_000_000, "characters of a document's text kept in `documents`")
    passage_characters: int = setting(2_000, "largest passage, in characters; a page is cut at its paragraphs")

    def __post_init__(self) -> None:
        """Refuses sizes with which no text could be cut."""
        require_at_least(1, self, "REAM_INDEX_", "passage_characters")
        require_at_least(0, self, "REAM_INDEX_", "whole_text_characters")


@dataclass(frozen=True, slots=True)
class UpkeepSettings:
    """What the indices are kept within."""

    policy: str = setting("", "file with bounds of shards and age, as policy.json of ream_index; empty for that one")
