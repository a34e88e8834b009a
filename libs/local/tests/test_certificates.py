# SPDX-License-Identifier: Apache-2.0
"""Clients that trust the made authority, and only they, accept the made certificate for the loopback address."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest

from ream_local import certificates

NOW = datetime.datetime.now(datetime.UTC)


def _handshake(made: certificates.Certificates, trusted: Path, name: str) -> None:
    """A TLS handshake in memory; raises what the client raises."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(made.certificate, made.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_context = ssl.create_default_context(cafile=str(trusted))
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_loopback_names_are_accepted(tmp_path: Path, name: str) -> None:
    made = certificates.ensure(tmp_path / "one", NOW)
    _handshake(made, made.ca, name)


def test_other_names_are_refused(tmp_path: Path) -> None:
    made = certificates.ensure(tmp_path / "one", NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"example\.org"):
        _handshake(made, made.ca, "example.org")


def test_another_authority_is_refused(tmp_path: Path) -> None:
    made, other = certificates.ensure(tmp_path / "one", NOW), certificates.ensure(tmp_path / "two", NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(made, other.ca, "127.0.0.1")


def test_key_is_its_owners_alone(tmp_path: Path) -> None:
    assert certificates.ensure(tmp_path, NOW).key.stat().st_mode & 0o777 == 0o600


def test_kept_as_long_as_valid_and_renewed_before_its_end(tmp_path: Path) -> None:
    first = certificates.ensure(tmp_path, NOW).certificate.read_bytes()
    assert certificates.ensure(tmp_path, NOW + datetime.timedelta(days=700)).certificate.read_bytes() == first
    assert certificates.ensure(tmp_path, NOW + datetime.timedelta(days=800)).certificate.read_bytes() != first
