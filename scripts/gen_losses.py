# SPDX-License-Identifier: Apache-2.0
"""Makes docs/generated/losses.md by losing things on purpose: run it after a change of messages, artifacts or checks.

Usage: gen_losses.py [--check]   (--check writes nothing and exits 1 when the page is out of date)
"""

import logging
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "generated" / "losses.md"
sys.path.insert(0, str(ROOT / "tests" / "receipt"))

from ream_faults.papers import papers  # noqa: E402 (found by the path that is added above)
from ream_faults.runs import Tried, calm, table, trials  # noqa: E402
from ream_faults.seams import NOT_IN_FLOW  # noqa: E402

NOTE = """# What notices a loss

<!-- Made by scripts/gen_losses.py; do not edit. -->

Each loss was made on purpose in a run of its own, with everything else as it is: a message or object that is gone, a
list without its last element, a text cut in half, a count with one less. `tests/receipt` holds that none of them passes
without a word.

"""


def page(results: list[Tried]) -> str:
    """Returns the page."""
    rest = "".join(f"| {seam} | {reason} |\n" for seam, reason in sorted(NOT_IN_FLOW.items()))
    return f"{NOTE}{table(results)}\nNot tried here, and why:\n\n| what | why |\n|---|---|\n{rest}"


def main() -> int:
    """Writes the page, or with --check says whether it is out of date."""
    logging.disable(logging.CRITICAL)
    files = papers()
    text = page(list(trials(files, {name: calm(name, data) for name, data in files.items()})))
    if PAGE.exists() and PAGE.read_text() == text:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"out of date: {PAGE.relative_to(ROOT)}\nrun: .venv/bin/python scripts/gen_losses.py")
        return 1
    PAGE.write_text(text)
    print(f"written: {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
