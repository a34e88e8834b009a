# SPDX-License-Identifier: Apache-2.0
"""Whatever is lost on the way is noticed: no document that lost something is called complete, at any seam."""

import importlib.util
from pathlib import Path

import pytest

from ream_faults import seams
from ream_faults.faults import Fault, damaged, faults_of
from ream_faults.flow import Flow
from ream_faults.papers import papers
from ream_faults.runs import Calm, Tried, calm, table, trials, tried
from ream_index import work

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return papers()


@pytest.fixture(scope="module")
def calms(files: dict[str, bytes]) -> dict[str, Calm]:
    return {name: calm(name, data) for name, data in files.items()}


def test_calm_runs_have_no_alarm(calms: dict[str, Calm]) -> None:
    for name, one in calms.items():
        assert one.dead == {}, name
        counts = [dict(ending.counts) for ending in one.endings.values()]
        assert {count["units_incomplete"] for count in counts} == {0}, name
    outcomes = {name: sorted(ending.outcome for ending in one.endings.values()) for name, one in calms.items()}
    assert outcomes == {
        "report.pdf": ["complete"] * 2,
        "minutes.docx": ["complete"] * 2,
        "files.zip": ["complete"] * 2 + ["partial"],
        "long.txt": ["complete"],
    }


def test_every_seam_of_the_schemas_and_the_store_is_tried(calms: dict[str, Calm]) -> None:
    passed = {fault.seam for one in calms.values() for fault in one.possible}
    assert seams.all_seams() - passed == set(seams.NOT_IN_FLOW), "a new seam needs a document that passes it"
    assert passed - seams.all_seams() == {"cell extract", "cell ocr"}


def test_nothing_is_lost_without_a_word_and_the_page_of_losses_is_up_to_date(
    files: dict[str, bytes], calms: dict[str, Calm]
) -> None:
    """Both in one: in two of them, two processes of pytest would each lose everything once."""
    results = list(trials(files, calms))
    assert {str(one.fault): one.silent for one in results if one.silent} == {}
    assert len(results) > 100
    spec = importlib.util.spec_from_file_location("gen_losses", ROOT / "scripts" / "gen_losses.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text() == script.page(results), "run scripts/gen_losses.py"


def test_a_check_that_is_taken_away_is_missed(
    files: dict[str, bytes], calms: dict[str, Calm], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault("artifact SegmentText", ("units", "*", "text"), "cut")
    name = "minutes.docx"
    assert tried(name, files[name], calms[name], fault).silent == ()
    monkeypatch.setattr("ream_classify.service.faults", lambda read, text: iter(()))
    assert tried(name, files[name], calms[name], fault).silent != ()
    monkeypatch.setattr(work.whole, "require", lambda lost, where: None)
    assert tried(name, files[name], calms[name], fault).silent != ()


def test_an_object_that_no_seam_knows_stops_the_run() -> None:
    with pytest.raises(LookupError, match=r"seams\.py"):
        Flow().store.put("documents/somewhere/else", b"")


def test_losses_are_made_once_and_as_said() -> None:
    value = {"units": [[1, 4], [6, 6]], "text": "words", "rows": [["ab"]], "characters": 5, "none": [], "size": 0}
    made = {fault: damaged(value, fault) for fault in faults_of("x", value) if fault.path}
    changed = {(fault.path, fault.how): {key: made[fault][key] for key in value if made[fault][key] != value[key]}
               for fault in made}  # fmt: skip
    assert changed == {
        (("units",), "drop"): {"units": [[1, 4]]},
        (("text",), "cut"): {"text": "wo"},
        (("rows",), "drop"): {"rows": []},
        (("rows", "*"), "drop"): {"rows": [[]]},
        (("rows", "*", "*"), "cut"): {"rows": [["a"]]},
        (("characters",), "less"): {"characters": 4},
    }
    assert damaged({"units": [[1, 4]]}, Fault("x", ("units",), "drop")) == {"units": [[1, 3]]}
    assert damaged({}, Fault("x", ("units",), "drop")) is None


def test_the_table_has_a_row_for_each_seam() -> None:
    one = Tried(Fault("object child", (), "cut"), ("dead letter",), ())
    other = Tried(Fault("object child", (), "drop"), (), ())
    assert table([one, other]).splitlines()[2:] == [
        "| object child | 2 | dead letter; nothing is lost: it is worked out, or said, again |"
    ]
