# SPDX-License-Identifier: Apache-2.0
"""Archives whose names want to leave, that hold themselves, or that claim to be far larger than they are."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile

from ream_hostile.attack import ESCAPE, Attack, ends

_LONG_AGO = (2020, 1, 1, 0, 0, 0)
_SLIPS = (
    f"{ESCAPE}-absolute.txt",
    f"../../../../../../../../../..{ESCAPE}-climbing.txt",
    f"..\\..\\..\\..{ESCAPE.replace('/', chr(92))}-backslash.txt",
    f"C:{ESCAPE}-drive.txt",
    f"{ESCAPE}-nul.txt\x01",
    "inside/../../original",
    "source.json",
)
_LEVELS = 10
_OVERLAPPING = 60
_CENTRAL, _LOCAL, _END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


def zip_slip() -> bytes:
    """A ZIP whose members are called so that a careless reader writes them anywhere."""
    return _zipped({name: f"Member {number} wanted to leave.\n".encode() for number, name in enumerate(_SLIPS)})


def tar_links() -> bytes:
    """A TAR with links out of it, and members that are to be written through them."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, kind, target in (
            ("out", tarfile.SYMTYPE, "/tmp"),
            ("hard", tarfile.LNKTYPE, "/etc/passwd"),
            ("up", tarfile.SYMTYPE, "../../../../.."),
        ):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, target
            archive.addfile(link)
        for name in (f"out/{ESCAPE.rpartition('/')[2]}-through-link", f"up{ESCAPE}-up", f"{ESCAPE}-tar"):
            data = b"It was written through a link.\n"
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


def nested() -> bytes:
    """A ZIP in a ZIP in a ZIP, deeper than documents are taken out."""
    data = _zipped({"bottom.txt": b"Nobody should come down here.\n"})
    for level in range(_LEVELS, 1, -1):
        data = _zipped({f"level-{level}.zip": data})
    return data


def overlapping() -> bytes:
    """A ZIP whose directory names the same bytes many times over: small to send, large to unpack."""
    whole = _zipped({"a.txt": b"\0" * (1 << 20)})
    start = whole.index(_CENTRAL)
    entry = whole[start : whole.index(_END)]
    directory = entry * _OVERLAPPING
    end = struct.pack("<4s4H2IH", _END, 0, 0, _OVERLAPPING, _OVERLAPPING, len(directory), start, 0)
    return whole[:start] + directory + end


def swollen() -> bytes:
    """A ZIP whose one member says that it becomes 1,900 MB from a kilobyte."""
    data = bytearray(_zipped({"zeros": b"\0" * (1 << 20)}))
    struct.pack_into("<I", data, data.index(_CENTRAL) + 24, 1_900_000_000)
    struct.pack_into("<I", data, data.index(_LOCAL) + 22, 1_900_000_000)
    return bytes(data)


def endless_directory() -> bytes:
    """A ZIP that says its directory has four thousand million bytes."""
    data = bytearray(_zipped({"a.txt": b"a"}))
    struct.pack_into("<I", data, data.rindex(_END) + 12, 0xFFFFFFF0)
    return bytes(data)


def _zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo("placeholder", _LONG_AGO)
            info.filename = name  # as it is: the constructor would make it harmless
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


ATTACKS = (
    Attack("zip-slip.zip", zip_slip, ends("empty"), children=len(_SLIPS)),
    Attack("links.tar", tar_links, ends("empty"), children=3),
    Attack("nested.zip", nested, ends("empty"), children=8),
    Attack("overlapping.zip", overlapping, ends(("failed", "bomb"))),
    Attack("swollen.zip", swollen, ends(("failed", "bomb"))),
    Attack("endless-directory.zip", endless_directory, ends(("failed", "bomb"))),
)
