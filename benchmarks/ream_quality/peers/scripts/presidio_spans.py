# SPDX-License-Identifier: Apache-2.0
"""Reads {"kinds": […], "texts": […]} and writes the spans of each text; runs in the environment of the peers."""

import json
import sys

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine

# The list of suffixes that lies in its package: nothing is fetched.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Blank(SpacyNlpEngine):
    """A pipeline that splits words and knows nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.nlp = {"en": spacy.blank("en")}

    def load(self) -> None:
        """Has been loaded."""


asked = json.load(sys.stdin)
engine = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
found = [engine.analyze(text, "en", entities=asked["kinds"]) for text in asked["texts"]]
json.dump([[(one.entity_type, one.start, one.end) for one in spans] for spans in found], sys.stdout)
