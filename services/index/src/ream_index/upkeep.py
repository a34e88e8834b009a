# SPDX-License-Identifier: Apache-2.0
"""Keeps the indices within the bounds of the policy: `python -m ream_index.upkeep`, as an administrator.

Once, or with `--every HOURS` for as long as it runs. With `--dry-run` it says what it would do, and does nothing.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opensearchpy import OpenSearch

from ream_index import policy as policies
from ream_index.growing import grow, measured, said_of
from ream_index.opensearch import connect
from ream_index.policy import GB, Policy
from ream_index.retention import Counts, Retention
from ream_index.settings import IndexSettings, OpenSearchSettings, UpkeepSettings
from ream_index.splitting import Overtaken
from ream_kit import Reject, Retry, Store, settings
from ream_kit.clock import Clock, SystemClock
from ream_kit.settings import SettingsError
from ream_kit.store_open import open_store

MISCONFIGURED = 78
_AGAIN_SECONDS = 60.0
"""After a run that failed; what it had begun may hold up writes."""
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One installation and its policy.

    Attributes:
        admin: an administrator's client.
        store: opened when something may be too old.
        wait: lets so many seconds pass.
    """

    admin: OpenSearch
    prefix: str
    policy: Policy
    store: Callable[[], Store]
    said: Said
    clock: Clock
    wait: Callable[[float], object]

    def run(self, *, dry: bool = False) -> None:
        """Splits what is too large and removes what is too old; with `dry`, says what that is.

        Raises:
            Overtaken: another process is at it.
            Retry: OpenSearch or the store is away or busy.
            Reject: OpenSearch refuses the request.
        """
        if not dry:
            grow(self.admin, self.prefix, self.policy, self.said, self.wait)
        for line in said_of(measured(self.admin, self.prefix), self.policy):
            self.said(line)
        if self.policy.retention_days is None:
            self.said("nothing is too old: the policy keeps documents for ever (retention_days: null)")
            return
        retention = Retention(self.store(), self.admin, self.prefix, self.policy, self.clock.now())
        counts = retention.count() if dry else retention.remove()
        self.said(in_words(counts, self.policy, dry=dry))


def in_words(counts: Counts, policy: Policy, *, dry: bool) -> str:
    """Says what was removed, or would be."""
    where = "the indices and the store" if policy.retention_from == "store" else "the indices; the store keeps them"
    line = (
        f"older than {policy.retention_days} days: {counts.families:,} families with {counts.documents:,} documents "
        f"({counts.bytes / GB:.3g} GB of files) and {counts.passages:,} passages "
        f"{'would be' if dry else 'were'} removed from {where}"
    )
    if counts.waiting:
        line += f"; {counts.waiting:,} families wait until all of them is completed"
    return line


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ream_index.upkeep",
        description="Splits indices that have outgrown the policy's bounds, and removes documents that are too old.",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--every", type=_hours, metavar="HOURS", help="again and again, until it is ended")
    return parser.parse_args(words)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 24 * 365:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hours above 0")
    return hours


def main(words: Sequence[str] | None = None) -> int:
    """Does it with the settings of the environment; the exit code is 1 when it could not, 78 for a wrong setting."""
    options = _options(words)
    try:
        own = settings.load(UpkeepSettings, os.environ, "REAM_UPKEEP_")
        policy = policies.load(own.policy)
        prefix = settings.load(IndexSettings, os.environ, "REAM_INDEX_").prefix
        opensearch = settings.load(OpenSearchSettings, os.environ, "REAM_OPENSEARCH_")
        if policy.retention_days is not None:
            open_store(os.environ)  # a setting that is wrong is said at once
    except (SettingsError, Retry) as error:
        print(f"The upkeep of the indices cannot begin: {error}", file=sys.stderr)
        return MISCONFIGURED if isinstance(error, SettingsError) else 1
    over = threading.Event()
    if options.every:
        signal.signal(signal.SIGTERM, lambda *_: over.set())
    client = connect(opensearch)
    try:
        # Not by `over`: a splitting that has begun is brought to its end.
        upkeep = Upkeep(client, prefix, policy, open_store, _print, SystemClock(), threading.Event().wait)
        while True:
            failed = _run(upkeep, dry=options.dry_run)
            if not options.every or over.wait(_AGAIN_SECONDS if failed else options.every * 3600):
                return int(failed)
    finally:
        client.close()


def _run(upkeep: Upkeep, *, dry: bool) -> bool:
    try:
        upkeep.run(dry=dry)
    except Overtaken as other:
        _print(f"{other}")
    except (Retry, Reject) as error:
        print(
            f"The upkeep of the indices could not be done: {error.reason}. It needs an administrator's user and "
            "password, and the store.",
            file=sys.stderr,
            flush=True,
        )
        return True
    return False


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
