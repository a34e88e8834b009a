# SPDX-License-Identifier: Apache-2.0
"""Decides how an OpenDocument file is opened with a password: each part is decrypted by what the manifest says of it.

Opened are AES in blocks (CBC) with PBKDF2, as LibreOffice and OpenOffice write since 2012, and Blowfish, as before.
A package within the package (AES-GCM with Argon2, LibreOffice 24.8 and newer) is not.
"""

import base64
import binascii
import hashlib
import hmac
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB8
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree  # type: ignore[import-untyped]

from ream_extract.opc import parse
from ream_extract.open_document import attribute, local
from ream_extract.room import is_full
from ream_extract.zip_check import BROKEN, overlapping, read_part

MANIFEST = "META-INF/manifest.xml"
MOST_ROUNDS = 10_000_000
MOST_BYTES = 512 << 20
"""All parts together, unpacked."""


@dataclass(frozen=True, slots=True)
class _Lock:
    """What the manifest says of one part."""

    size: int
    checksum: bytes
    hash: str
    first_only: bool
    """The checksum is that of the first 1,024 bytes."""
    blowfish: bool
    vector: bytes
    start: str
    salt: bytes
    rounds: int
    key_size: int

    def opened(self, password: str, data: bytes) -> bytes | None:
        """Returns the part as it was before; None where the password does not fit, or the part is damaged."""
        start = hashlib.new(self.start, password.encode()).digest()
        key = hashlib.pbkdf2_hmac("sha1", start, self.salt, self.rounds, self.key_size)
        cipher: Cipher[Any] = (
            Cipher(Blowfish(key), CFB8(self.vector))
            if self.blowfish
            else Cipher(algorithms.AES(key), modes.CBC(self.vector))
        )
        decryptor = cipher.decryptor()
        packed = decryptor.update(data) + decryptor.finalize()
        if not self.blowfish:
            packed = packed[: -packed[-1]] if packed else b""
        said = hashlib.new(self.hash, packed[:1024] if self.first_only else packed).digest()
        if not hmac.compare_digest(said, self.checksum):
            return None
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, self.size + 1)


def unlocked(path: Path, passwords: Iterable[str], target: Path) -> bool:
    """Writes the file without its encryption; False where no password opens every part that is encrypted."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
            manifest = parse(read_part(archive, archive.getinfo(MANIFEST)))
            locks = dict(_locks(manifest))
            parts = {info.filename: info for info in found}
            total = sum(info.file_size for info in found) + sum(lock.size for lock in locks.values())
            if len(parts) != len(found) or total > MOST_BYTES or overlapping(found) or not locks.keys() <= parts.keys():
                return False
            # The smallest part says whether a password fits, before anything is written.
            probe = min(locks, key=lambda name: parts[name].file_size, default="")
            for password in passwords if locks else ():
                if locks[probe].opened(password, read_part(archive, parts[probe])) is not None:
                    return _written(archive, found, manifest, locks, password, target)
    except (*BROKEN, etree.XMLSyntaxError, binascii.Error, TypeError) as failure:
        if is_full(failure):
            raise
    return False


def _written(
    archive: zipfile.ZipFile,
    found: list[zipfile.ZipInfo],
    manifest: Any,
    locks: dict[str, _Lock],
    password: str,
    target: Path,
) -> bool:
    for data in list(manifest.iter("{*}encryption-data")):
        data.getparent().remove(data)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in found:
            part: bytes | None = read_part(archive, info)
            if info.filename == MANIFEST:
                part = etree.tostring(manifest)
            elif info.filename in locks:
                lock = locks[info.filename]
                part = lock.opened(password, part or b"")
                if part is None or len(part) != lock.size:
                    return False
            plain = zipfile.ZipInfo(info.filename, info.date_time)
            plain.compress_type = zipfile.ZIP_STORED if info.filename == "mimetype" else zipfile.ZIP_DEFLATED
            out.writestr(plain, part or b"")
    return True


def _locks(manifest: Any) -> Iterable[tuple[str, _Lock]]:
    """Reads how each part is locked.

    Raises:
        ValueError: in a way that is not known here.
    """
    for entry in manifest.iter("{*}file-entry"):
        data = next((one for one in entry if local(one) == "encryption-data"), None)
        if data is None:
            continue
        inner = {local(one): one for one in data}
        if not {"algorithm", "key-derivation"} <= inner.keys():
            raise ValueError("a part is locked without a way")
        algorithm, derivation = inner["algorithm"], inner["key-derivation"]
        cipher, way = (
            attribute(algorithm, "algorithm-name").lower(),
            attribute(derivation, "key-derivation-name").lower(),
        )
        rounds, size = int(attribute(derivation, "iteration-count")), int(attribute(derivation, "key-size") or 16)
        blowfish = "blowfish" in cipher
        known = re.search(r"#aes(128|192|256)-cbc$", cipher) or blowfish
        if not known or not way.endswith("pbkdf2") or not 0 < rounds <= MOST_ROUNDS or not 0 < size <= 56:
            raise ValueError("a part is locked in a way that is not known here")
        checksum = attribute(data, "checksum-type").lower()
        start = inner.get("start-key-generation")
        begun = attribute(start, "start-key-generation-name").lower() if start is not None else ""
        yield attribute(entry, "full-path"), _Lock(
            int(attribute(entry, "size")),
            base64.b64decode(attribute(data, "checksum")),
            "sha256" if "sha256" in checksum else "sha1",
            checksum.endswith("1k"),
            blowfish,
            base64.b64decode(attribute(algorithm, "initialisation-vector")),
            "sha256" if "sha256" in begun else "sha1",
            base64.b64decode(attribute(derivation, "salt")),
            rounds,
            size,
        )  # fmt: skip
