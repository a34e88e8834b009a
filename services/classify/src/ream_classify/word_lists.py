# SPDX-License-Identifier: Apache-2.0
"""Reads the lists of words that ship with classify: YAML of names, each with its words in one text."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml


@cache
def word_lists(file: str) -> Mapping[str, frozenset[str]]:
    """Returns the lists of a file of this package by name; read once a process."""
    listed = yaml.safe_load(files("ream_classify").joinpath(file).read_text("utf-8"))
    return {name: frozenset(words.split()) for name, words in listed.items()}
