# SPDX-License-Identifier: Apache-2.0
"""S/MIME: what is only signed is read, what is encrypted says so and keeps what its headers tell."""

import datetime
import zlib
from base64 import encodebytes
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st

from ream_extract import sealed
from ream_extract.extractors import mail, sealed_file
from ream_extract.reading import REST, ChildRead, Source, UnitRead, Unreadable

EML, P7M = "message/rfc822", "application/pkcs7-mime"
INNER = (
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSigned words.\r\n'
    b'--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\n1,2\r\n--b--\r\n'
)


def der(tag: int, *contents: bytes) -> bytes:
    body = b"".join(contents)
    size = len(body).to_bytes(4, "big")
    return bytes([tag, 0x84]) + size + body


def ber(tag: int, *contents: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(contents) + b"\x00\x00"


def envelope(kind: str, *contents: bytes) -> bytes:
    return ber(0x30, der(6, bytes.fromhex(kind)), ber(0xA0, ber(0x30, der(2, b"\x01"), *contents)))


DATA = der(6, bytes.fromhex("2a864886f70d010701"))
HALF = len(INNER) // 2
SIGNED = envelope(
    "2a864886f70d010702",
    der(0x31),
    ber(0x30, DATA, ber(0xA0, ber(0x24, der(4, INNER[:HALF]), der(4, INNER[HALF:])))),
    der(0x31),
)
COMPRESSED = envelope(
    "2a864886f70d0109100109",
    der(0x30, der(6, bytes.fromhex("2a864886f70d0109100308"))),
    der(0x30, DATA, der(0xA0, der(4, zlib.compress(INNER)))),
)
ENVELOPED = envelope("2a864886f70d010703", der(0x31), der(0x30, DATA))
SIGNATURE = envelope("2a864886f70d010702", der(0x31), der(0x30, DATA), der(0x31))


def signed_by_a_library() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ann")])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=9))
    signer = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(INNER)
        .add_signer(builder.sign(key, hashes.SHA256()), key, hashes.SHA256())
    )
    return signer.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def letter(path: Path, data: bytes) -> Source:
    head = f'Subject: Terms\nFrom: ann@example.org\nContent-Type: {P7M}; name="smime.p7m"\n'
    path.write_bytes(head.encode() + b"Content-Transfer-Encoding: base64\n\n" + encodebytes(data))
    return Source(path, EML)


@pytest.mark.parametrize("data", [SIGNED, COMPRESSED, signed_by_a_library()], ids=["signed", "compressed", "library"])
def test_letter_that_is_only_signed_is_read(tmp_path: Path, data: bytes) -> None:
    source = letter(tmp_path / "a.eml", data)
    assert [(run.kind, run.count) for run in mail.EXTRACTOR.plan(source).units] == [("body", 1), ("attachment", 1)]
    body, child = (item for item in mail.EXTRACTOR.read(source, 1, 2, tmp_path) if item is not None)
    assert isinstance(body, UnitRead)
    assert body.text == "Terms\nFrom: ann@example.org\nSigned words."
    assert isinstance(child, ChildRead)
    assert child.name == "a.csv"


def test_letter_that_is_encrypted_says_so_and_keeps_its_headers(tmp_path: Path) -> None:
    plan = mail.EXTRACTOR.plan(letter(tmp_path / "a.eml", ENVELOPED))
    assert (plan.verdict, plan.cause, plan.units) == ("failed", "encrypted", ())
    assert plan.metadata == {"title": "Terms", "from": "ann@example.org"}


def test_parts_that_are_cut_off_inside_of_an_envelope_are_missing(tmp_path: Path) -> None:
    short = INNER.replace(b"--b--\r\n", b"")
    data = envelope("2a864886f70d010702", der(0x31), der(0x30, DATA, der(0xA0, der(4, short))), der(0x31))
    assert [run.kind for run in mail.EXTRACTOR.plan(letter(tmp_path / "a.eml", data)).units][-1] == REST


def test_envelope_that_is_broken_hangs_on_the_letter_as_it_is(tmp_path: Path) -> None:
    source = letter(tmp_path / "a.eml", SIGNED[:60])
    assert [(run.kind, run.count) for run in mail.EXTRACTOR.plan(source).units] == [("body", 1), ("attachment", 1)]


def test_envelope_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.p7m"
    path.write_bytes(SIGNED)
    (child,) = sealed_file.EXTRACTOR.read(Source(path, P7M), 1, 1, tmp_path)
    assert isinstance(child, ChildRead)
    assert (tmp_path / child.file).read_bytes() == INNER
    path.write_bytes(SIGNATURE)
    assert sealed_file.EXTRACTOR.plan(Source(path, P7M)).units == ()
    for data, cause in ((ENVELOPED, "encrypted"), (SIGNED[:50], "damaged")):
        path.write_bytes(data)
        with pytest.raises(Unreadable) as refused:
            sealed_file.EXTRACTOR.plan(Source(path, P7M))
        assert refused.value.cause == cause


def test_envelope_that_would_fill_the_memory_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "LARGEST", 20)
    assert sealed.opened(COMPRESSED) is None


@given(st.integers(0, len(SIGNED)), st.binary(max_size=20))
def test_any_bytes_are_looked_at_without_harm(at: int, data: bytes) -> None:
    held = sealed.opened(SIGNED[:at] + data + SIGNED[at + len(data) :])
    assert held is None or held.kind in ("signed", "encrypted")
    assert sealed.opened(b"\x30\x80" * 5_000) is None
