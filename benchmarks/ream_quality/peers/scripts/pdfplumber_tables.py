# SPDX-License-Identifier: Apache-2.0
"""Reads a list of PDF files and writes the rows of the tables of each; runs in the environment of the peers."""

import json
import sys

import pdfplumber


def tables(path: str) -> list[list[list[str]]]:
    """The tables of a file; a cell without text is an empty one."""
    with pdfplumber.open(path) as document:
        return [
            [[cell or "" for cell in row] for row in table]
            for page in document.pages
            for table in page.extract_tables()
        ]


json.dump([tables(path) for path in json.load(sys.stdin)], sys.stdout)
