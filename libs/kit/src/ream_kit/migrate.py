# SPDX-License-Identifier: Apache-2.0
"""Makes the topics of an installation, and seeds offsets: `python -m ream_kit.migrate`."""

import os
import sys
from collections.abc import Mapping

from ream_kit.errors import Retry
from ream_kit.kafka import KafkaSettings
from ream_kit.migration import MigrationError, migrate
from ream_kit.settings import SettingsError, load


def main(environ: Mapping[str, str] | None = None) -> int:
    """Runs the migration with the settings of the environment; running it again changes nothing."""
    try:
        own = load(KafkaSettings, os.environ if environ is None else environ)
        done = migrate(own.kafka_bootstrap, own.topic_prefix, own.group_prefix)
    except (SettingsError, MigrationError, Retry) as error:
        print(f"The topics could not be made: {error}", file=sys.stderr)
        return 1
    changed = [
        f"{word} {name}" for word, names in (("made", done.created), ("altered", done.altered)) for name in names
    ]
    print("\n".join(changed) or "nothing to do: all topics are there")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
