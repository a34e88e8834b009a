# SPDX-License-Identifier: Apache-2.0
"""Decides the bytes of an empty Java interface, so that one can be declared where there is no Java compiler."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

_MAGIC = 0xCAFEBABE
_JAVA_21 = 65
_PUBLIC_INTERFACE = 0x0001 | 0x0200 | 0x0400
_UTF8, _CLASS = 1, 7
_EPOCH = (1980, 1, 1, 0, 0, 0)


def empty_interface(name: str) -> bytes:
    """The class file of `public interface NAME {}`.

    Args:
        name: full name with dots, as in `java.lang.Runnable`.
    """
    return (
        struct.pack(">IHHH", _MAGIC, 0, _JAVA_21, 5)
        + _utf8(name.replace(".", "/"))  # constant 1
        + struct.pack(">BH", _CLASS, 1)  # constant 2: this class
        + _utf8("java/lang/Object")  # constant 3
        + struct.pack(">BH", _CLASS, 3)  # constant 4: its superclass
        + struct.pack(">HHH", _PUBLIC_INTERFACE, 2, 4)
        + struct.pack(">HHHH", 0, 0, 0, 0)  # no interfaces, fields, methods, attributes
    )


def write_jar(path: Path, interfaces: Iterable[str]) -> None:
    """Write a jar that declares empty interfaces; the same names always give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as jar:
        jar.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF", _EPOCH), "Manifest-Version: 1.0\r\n\r\n")
        for name in sorted(interfaces):
            jar.writestr(zipfile.ZipInfo(f"{name.replace('.', '/')}.class", _EPOCH), empty_interface(name))


def _utf8(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">BH", _UTF8, len(encoded)) + encoded
