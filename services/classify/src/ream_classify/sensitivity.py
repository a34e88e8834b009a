# SPDX-License-Identifier: Apache-2.0
"""Decides what of a unit bears on who may see it: the marks, the secrets and the personal data in its text."""

from collections.abc import Iterator

from ream_classify import markings, personal_data
from ream_classify.markings import Markings
from ream_classify.scan import Hit, Scan


def find(scan: Scan, rules: Markings) -> Iterator[Hit]:
    """Yields every mark, secret and piece of personal data; each hit adds one to the score that it names."""
    yield from markings.find(scan, rules)
    yield from personal_data.find(scan)
