# SPDX-License-Identifier: Apache-2.0
"""Lets extract find the planted parser; Python imports this file by itself where PYTHONPATH names its folder."""

from pathlib import Path

from ream_extract import extractors

extractors.__path__.append(str(Path(__file__).with_name("planted_extractors")))
