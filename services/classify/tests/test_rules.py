# SPDX-License-Identifier: Apache-2.0
"""Holds that rules come from where they should, and that their fingerprint tells any two apart."""

from importlib.resources import files
from pathlib import Path

import pytest

from ream_classify import rules
from ream_classify.yaml_lines import RuleError

TAXONOMY = "labels:\n  note:\n    description: A note.\n    words: {en: {note: 9}}\n"


def test_without_files_the_shipped_rules_stand_in() -> None:
    shipped = [Path(str(files("ream_classify") / f"{name}.yaml")) for name in ("taxonomy", "markings", "topics")]
    taxonomy, markings, topics = shipped
    named, unnamed = rules.load(taxonomy, markings, topics_file=topics), rules.load()
    assert unnamed.fingerprint == named.fingerprint
    assert unnamed.versions == named.versions


@pytest.mark.slow
def test_own_files_change_the_fingerprint(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(TAXONOMY, "utf-8")
    marks = tmp_path / "marks.yaml"
    marks.write_text("public:\n  en: [open]\n", "utf-8")
    prints = {
        rules.load().fingerprint,
        rules.load(taxonomy_file=own).fingerprint,
        rules.load(markings_file=marks).fingerprint,
        rules.load(listed=7).fingerprint,
        rules.load(own, marks).fingerprint,
    }
    assert len(prints) == 5


def test_a_file_with_a_mistake_is_refused_by_its_name(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(TAXONOMY.replace("9", "99"), "utf-8")
    with pytest.raises(RuleError, match=r"own\.yaml, line 4: the weight of 'note'"):
        rules.load(taxonomy_file=own)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"absent\.yaml.*cannot be read"):
        rules.load(taxonomy_file=tmp_path / "absent.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("labels: {é: 1}".encode("latin-1"))
    with pytest.raises(RuleError, match="UTF-8"):
        rules.load(taxonomy_file=latin)


def test_parameters_of_a_redo_give_other_rules() -> None:
    base = rules.load()
    assert base.changed({}, None) is base
    more = base.changed({"findings": 5}, None)
    assert more.listed == 5
    again = [base.changed({}, run).fingerprint for run in (2, 3)]
    assert len({base.fingerprint, more.fingerprint, *again}) == 4
