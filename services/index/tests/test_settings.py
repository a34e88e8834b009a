# SPDX-License-Identifier: Apache-2.0
"""Settings that index could not work with are named before it begins."""

import pytest

from ream_index.opensearch import connect
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_kit.settings import SettingsError, load


@pytest.mark.parametrize("given", ["0", "-3"])
def test_a_size_with_which_cutting_would_never_end_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=f"REAM_INDEX_PASSAGE_CHARACTERS={given}"):
        load(IndexSettings, {"REAM_INDEX_PASSAGE_CHARACTERS": given}, "REAM_INDEX_")


@pytest.mark.parametrize(
    "url", ["127.0.0.1:9200", "https://:9200", "https://host:port", "https://host:0", "ftp://host"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="REAM_OPENSEARCH_URL is no address"):
        load(OpenSearchSettings, {"REAM_OPENSEARCH_URL": url}, "REAM_OPENSEARCH_")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://search.example.org", "https://[::1]:9200/path"])
def test_an_address_is_taken(url: str) -> None:
    own = load(OpenSearchSettings, {"REAM_OPENSEARCH_URL": url}, "REAM_OPENSEARCH_")
    connect(own).close()
