# SPDX-License-Identifier: Apache-2.0
"""Write the sample documents into the folder `samples/`, whole or by name."""

import argparse
import sys
from pathlib import Path

from ream_samples.catalogue import BY_OFFICE, MAKERS

_SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def main(arguments: list[str] | None = None) -> int:
    """Make the samples; 0 if every one was written, 2 for a name that is not one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="file names of samples; all that need no LibreOffice if none is given")
    parser.add_argument("--into", type=Path, default=_SAMPLES, help="folder to write to (default: samples/)")
    parser.add_argument(
        "--legacy-doc", action="store_true", help="make the legacy DOC too (needs LibreOffice; new bytes each time)"
    )
    options = parser.parse_args(arguments)
    every = {**MAKERS, **BY_OFFICE}
    unknown = sorted(set(options.names) - set(every))
    if unknown:
        print(f"no such sample: {', '.join(unknown)}; there are: {', '.join(sorted(every))}", file=sys.stderr)
        return 2
    names = options.names or sorted({**MAKERS, **(BY_OFFICE if options.legacy_doc else {})})
    options.into.mkdir(parents=True, exist_ok=True)
    for name in names:
        data = every[name]()
        (options.into / name).write_bytes(data)
        print(f"{len(data):>9,} {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
