# SPDX-License-Identifier: Apache-2.0
"""Encrypted documents: opened with passwords that are named, never said; else missing or wrong, and what to do."""

import io
import logging
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml  # type: ignore[import-untyped]
import py7zr
import pytest
import pyzipper  # type: ignore[import-untyped]
from docx import Document
from pypdf import PdfReader, PdfWriter

from ream_contracts import layout, topics
from ream_contracts.artifacts import Manifest
from ream_contracts.messages import DocumentIngested, PartManifest, Redo
from ream_extract.parameters import Parameters
from ream_extract.passwords import Passwords
from ream_extract.reader import Job, Reader
from ream_extract.reading import Source
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings, SecretSettings
from ream_extract.testing import Cells, NoOffice, failures, ingested, manifest, pdf, sent
from ream_extract.unlocking import ENCRYPTED, MISSING, UNLOCKED, WRONG
from ream_kit import Store
from ream_kit.settings import SettingsError
from ream_kit.testing import LocalBus
from ream_pages.unlocked import opened

pytestmark = pytest.mark.slow
"""Making a key of a password takes long, by intention."""
SECRET = "Öffne dich, Sesam 7"
WORDS = "The rhubarb ledger is kept in Zwiesel."
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PROTECTED, ZIP, SEVEN_ZIP = "application/x-ooxml-protected", "application/zip", "application/x-7z-compressed"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "ledger").write_text(SECRET + "\n")
    (folder / "other").write_text("quite another")
    return folder


@pytest.fixture
def bus(cells: Cells, store: Store, secrets: Path) -> Iterator[LocalBus]:
    """The stage of an operator who keeps two passwords in a folder."""
    reader = Reader(cells, cells, NoOffice(), ExtractSettings(), passwords=Passwords(secrets, {}))
    with LocalBus(extract, store=store, needs={"reader": reader}) as made:
        yield made


def locked_pdf(pages: bytes = b"") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages or pdf("t", "s"))))
    writer.add_attachment("inner.txt", WORDS.encode())
    writer.encrypt(SECRET, "the owner's", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_docx() -> bytes:
    plain, out = io.BytesIO(), io.BytesIO()
    document = Document()
    document.add_paragraph(WORDS)
    document.save(plain)
    plain.seek(0)
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(SECRET, out)
    return out.getvalue()


def zip_with(secret: str, encryption: Any = pyzipper.WZ_AES) -> bytes:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.writestr("open.txt", b"for everybody")
        archive.setpassword(secret.encode())
        archive.setencryption(encryption)
        archive.writestr("../größe.txt", WORDS.encode() * 200)
    return out.getvalue()


def locked_zip() -> bytes:
    return zip_with(SECRET)


def old_zip() -> bytes:
    """A ZIP with the cipher of the first programs, as Info-ZIP's zip makes it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "inner.txt").write_bytes(WORDS.encode() * 200)
        subprocess.run(["zip", "-q", "-P", SECRET, "a.zip", "inner.txt"], cwd=folder, check=True)
        return (Path(folder) / "a.zip").read_bytes()


def seven_zip(*, header: bool = False) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=SECRET, header_encryption=header) as archive:
        archive.writestr(WORDS.encode() * 200, "folder/inner.txt")
        archive.writestr(b"", "empty.txt")
    return out.getvalue()


def hidden_seven_zip() -> bytes:
    return seven_zip(header=True)


KINDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pdf": ("application/pdf", locked_pdf), "docx": (PROTECTED, locked_docx), "zip": (ZIP, locked_zip),
    "7z": (SEVEN_ZIP, seven_zip), "hidden-7z": (SEVEN_ZIP, hidden_seven_zip),
}  # fmt: skip
WHOLE = ("pdf", "docx", "hidden-7z")
"""Of which nothing is known without the password."""


def named(store: Store, kind: str, *names: str) -> DocumentIngested:
    media_type, make = KINDS[kind]
    return ingested(store, make(), media_type, password_ref=names)


def text_of(bus: LocalBus, store: Store) -> str:
    """What was read, of what is inside as well."""
    said = [store.text(read) for read in bus.sent(topics.SEGMENTS_READ)]
    return "\n".join(said + [store.get(name).decode("utf-8", "replace") for name in inside(bus)])


def inside(bus: LocalBus) -> list[str]:
    return [str(one.source).removeprefix("store:") for one in bus.sent(topics.DOCUMENTS_SUBMITTED)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_named_password_opens_it(bus: LocalBus, store: Store, kind: str) -> None:
    sent(bus, named(store, kind, "other", "ledger"))
    assert manifest(bus).verdict is None
    assert failures(bus) == {}
    assert WORDS in text_of(bus, store)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("names", "cause"), [((), ENCRYPTED), (("other",), WRONG), (("absent",), MISSING)])
def test_what_is_missing_is_said(bus: LocalBus, store: Store, kind: str, names: tuple[str, ...], cause: str) -> None:
    sent(bus, named(store, kind, *names))
    plan = manifest(bus)
    assert WORDS not in text_of(bus, store)
    if kind not in WHOLE:
        assert plan.verdict is None
        assert list(failures(bus)) == [cause]
        return
    assert (plan.verdict, plan.cause) == ("failed", cause)
    reason = store.get_artifact(Manifest, plan.manifest).reason or ""
    assert "password_ref" in reason or "REAM_SECRETS_DIR" in reason


@pytest.mark.programs
def test_the_old_cipher_of_zip(bus: LocalBus, store: Store) -> None:
    sent(bus, ingested(store, old_zip(), ZIP, password_ref=("other", "ledger")))
    assert (failures(bus), WORDS in text_of(bus, store)) == ({}, True)


def test_what_is_inside_inherits_the_name_and_what_is_open_comes_out_without(bus: LocalBus, store: Store) -> None:
    sent(bus, named(store, "zip", "other"))
    (child,) = bus.sent(topics.DOCUMENTS_SUBMITTED)
    assert (child.name, tuple(child.password_ref or ())) == ("open.txt", ("other",))
    assert failures(bus) == {WRONG: ((2, 2),)}


def test_each_member_is_opened_with_the_password_that_fits_it(bus: LocalBus, store: Store) -> None:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", encryption=pyzipper.WZ_AES) as archive:
        for secret in (SECRET, "quite another", "nobody's"):
            archive.setpassword(secret.encode())
            archive.writestr(f"{len(secret)}.txt", secret[::-1])
    sent(bus, ingested(store, out.getvalue(), ZIP, password_ref=("ledger", "other")))
    assert len(bus.sent(topics.DOCUMENTS_SUBMITTED)) == 2
    assert failures(bus) == {WRONG: ((3, 3),)}


def test_a_member_that_is_damaged_is_not_taken_for_locked(bus: LocalBus, store: Store) -> None:
    data = bytearray(locked_zip())
    data[data.index("größe.txt".encode()) + 60] ^= 0xFF
    sent(bus, ingested(store, bytes(data), ZIP, password_ref=("ledger",)))
    assert failures(bus) == {"damaged": ((2, 2),)}


def test_scanned_pages_are_read_from_the_copy(bus: LocalBus, store: Store) -> None:
    document = named(store, "pdf", "ledger")
    sent(bus, document)
    (page,) = bus.sent(topics.SEGMENTS_SCANNED)
    assert page.object != document.object
    assert page.size == store.size(page.object)
    assert len(PdfReader(io.BytesIO(store.get(page.object))).pages) == 2
    assert store.exists(layout.thumbnail(document.document_id, 1))
    copy = opened(document, store)
    assert (copy.object, copy.media_type) == (page.object, "application/pdf")


def test_the_kind_of_a_protected_office_file_is_found_once_it_is_open(bus: LocalBus, store: Store) -> None:
    document = named(store, "docx", "ledger")
    sent(bus, document)
    kept = store.get_artifact(Manifest, manifest(bus).manifest)
    assert (kept.extractor, kept.media_type, kept.metadata[UNLOCKED]) == ("docx", PROTECTED, DOCX)
    assert opened(document, store).media_type == DOCX


def test_a_lost_copy_is_made_again(bus: LocalBus, store: Store) -> None:
    document = named(store, "pdf", "ledger")
    sent(bus, document)
    store.delete(opened(document, store).object or "")
    for name in list(store.names(layout.generation(document.document_id, 1) + "notes/")):
        store.delete(name)
    bus.put(topics.DOCUMENTS_INGESTED, document)
    bus.run()
    assert failures(bus) == {}
    assert opened(document, store).object != document.object


def test_the_same_bytes_without_the_name_are_not_had(bus: LocalBus, store: Store) -> None:
    first = named(store, "pdf", "ledger")
    sent(bus, first)
    store.put(layout.contents(first.sha256 or ""), b'{"document_id": "%s"}' % first.document_id.encode())
    document_id = "b" * 32
    store.put(layout.original(document_id, 1), store.get(first.object or ""))
    name = layout.original(document_id, 1)
    other = replace(first, document_id=document_id, root_id=document_id, object=name, password_ref=())
    bus.put(topics.DOCUMENTS_INGESTED, other)
    bus.run()
    parts = [
        p for p in bus.sent(topics.DOCUMENTS_PARTS) if isinstance(p, PartManifest) and p.document_id == document_id
    ]
    assert [part.cause for part in parts] == [ENCRYPTED]
    assert opened(other, store) is other


def test_a_replay_may_name_the_password(bus: LocalBus, store: Store) -> None:
    document = named(store, "docx")
    sent(bus, document)
    bus.put(
        topics.DOCUMENTS_INGESTED,
        replace(document, run=2, redo=(Redo("extract", {"password_ref": "other+ledger"}, 2),)),
    )
    bus.run()
    assert WORDS in text_of(bus, store)


def test_no_event_log_or_object_holds_a_password(
    bus: LocalBus, store: Store, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for kind in KINDS:
        for names in (("ledger",), ("other",), ("other", "ledger")):
            bus.put(topics.DOCUMENTS_INGESTED, named(store, kind, *names))
            bus.run()
    said = repr([bus.sent(topic) for topic in topics.ALL]) + repr(bus.dead_letters) + caplog.text
    said += "".join(capfd.readouterr())
    kept = b"\n".join(store.get(name) for name in store.names("") if not name.endswith("/original"))
    assert "ledger" in said
    for secret in (SECRET, "quite another"):
        assert secret not in said
        for written in ("utf-8", "utf-16-le", "unicode_escape"):
            assert secret.encode(written) not in kept


def test_jobs_and_sources_do_not_show_passwords() -> None:
    shown = repr(Job(Path("a"), "b", None, Parameters(), passwords=(SECRET,)))
    shown += repr(Source(Path("a"), "b", passwords=(SECRET,))) + repr(Passwords(None, {"REAM_SECRET_A": SECRET}))
    assert SECRET not in shown


class TestKept:
    def test_folder_and_environment(self, secrets: Path) -> None:
        kept = Passwords(secrets, {"REAM_SECRET_PAY_ROLL": "from the environment", "PATH": "/bin"})
        assert kept.named(("ledger", "pay-roll", "absent", "ledger")) == (SECRET, "from the environment")

    def test_a_name_leads_nowhere_else(self, secrets: Path, tmp_path: Path) -> None:
        (tmp_path / "outside").write_text("not to be had")
        (secrets / "link").symlink_to(tmp_path / "outside")
        (secrets / "inner").symlink_to(secrets / "ledger")
        (secrets / "folder").mkdir()
        (secrets / "long").write_text("x" * 5_000)
        kept = Passwords(secrets, {"PATH": "/bin"})
        assert kept.named(("link", "../outside", "/etc/hostname", "folder", "long", "PATH", "", "a\0b", ".")) == ()
        assert kept.named(("inner",)) == (SECRET,)

    def test_a_folder_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="REAM_SECRETS_DIR"):
            SecretSettings(tmp_path / "absent")


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "media_type", "secret"),
    [
        ("tika/testEXCEL_protected_passtika.xls", "application/vnd.ms-excel", "tika"),
        ("tika/testEXCEL_protected_passtika_2.xlsx", PROTECTED, "tika"),
        ("tika/testPPT_protected_passtika.ppt", "application/vnd.ms-powerpoint", "tika"),
        ("tika/password.xls", "application/vnd.ms-excel", "password"),
        ("poi/Password_Protected-np-hello.ppt", "application/vnd.ms-powerpoint", "hello"),
    ],
)
def test_legacy_files(bus: LocalBus, store: Store, secrets: Path, name: str, media_type: str, secret: str) -> None:
    (secrets / "theirs").write_text(secret)
    path = Path(os.environ.get("REAM_CORPUS", "")) / "formats" / name
    if not path.is_file() and os.environ.get("REQUIRE_CORPUS") != "1":
        pytest.skip("REAM_CORPUS does not name the folder of real documents")
    data = path.read_bytes()
    sent(bus, ingested(store, data, media_type, password_ref=("theirs",)))
    assert (manifest(bus).verdict, failures(bus)) == (None, {})
    assert text_of(bus, store).strip()


def test_what_everybody_can_open_is_opened_without_a_name(bus: LocalBus, store: Store) -> None:
    plain, out = io.BytesIO(), io.BytesIO()
    document = Document()
    document.add_paragraph(WORDS)
    document.save(plain)
    plain.seek(0)
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("VelvetSweatshop", out)
    sent(bus, ingested(store, out.getvalue(), PROTECTED))
    assert WORDS in text_of(bus, store)


SHORT = "Sesam 7"
"""Word takes 15 letters of a password; of a longer one LibreOffice encrypts nothing."""
WRITER = r"""
import subprocess, sys, time, uno
from com.sun.star.beans import PropertyValue

folder, secret, words = sys.argv[1:]
office = subprocess.Popen(["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
                           f"--accept=pipe,name=made{office_number};urp;"], stdout=2)
here = uno.getComponentContext()
resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
while office.poll() is None:
    try:
        there = resolver.resolve(f"uno:pipe,name=made{office_number};urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.2)
desktop = there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)

def value(name, what):
    one = PropertyValue()
    one.Name, one.Value = name, what
    return one

text = desktop.loadComponentFromURL("private:factory/swriter", "_blank", 0, (value("Hidden", True),))
text.Text.String = words
for name, kind in (("a.odt", "writer8"), ("a.doc", "MS Word 97")):
    text.storeToURL(f"file://{folder}/{name}", (value("FilterName", kind), value("Password", secret)))
text.close(True)
try:
    desktop.terminate()
except Exception:
    pass
office.wait(60)
""".replace("{office_number}", str(os.getpid()))


@pytest.fixture(scope="module")
def made_by_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a text that LibreOffice has encrypted, as ODT and as DOC."""
    folder = tmp_path_factory.mktemp("office")
    command = ["/usr/bin/python3", "-c", WRITER, str(folder), SHORT, WORDS]
    subprocess.run(command, check=True, timeout=240, capture_output=True)
    return folder


@pytest.mark.programs
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "media_type"), [("a.odt", ODT), ("a.doc", "application/msword")])
def test_what_libreoffice_encrypts(
    bus: LocalBus, store: Store, secrets: Path, made_by_libreoffice: Path, name: str, media_type: str
) -> None:
    (secrets / "short").write_text(SHORT)
    data = (made_by_libreoffice / name).read_bytes()
    sent(bus, ingested(store, data, media_type, password_ref=("other",)))
    assert manifest(bus).cause == WRONG
    document = ingested(store, data, media_type, password_ref=("other", "short"))
    bus.put(topics.DOCUMENTS_INGESTED, document)
    bus.run()
    copy = store.get(opened(document, store).object or "")
    assert copy[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    if name == "a.odt":
        assert WORDS in text_of(bus, store)
        with zipfile.ZipFile(io.BytesIO(copy)) as archive:
            assert b"encryption-data" not in archive.read("META-INF/manifest.xml")
    else:
        assert WORDS.encode() in copy or WORDS.encode("utf-16-le") in copy
