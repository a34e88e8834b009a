# SPDX-License-Identifier: Apache-2.0
"""What a person can set for sweep, read from REAM_SWEEP_..."""

from dataclasses import dataclass

from ream_kit.settings import setting


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """How often it looks, and how long things are kept."""

    interval_seconds: float = setting(5.0, "how often a wave is looked at; it moves on progress, not on time")
    forget_days: float = setting(7.0, "days after its completion that aggregate drops a document's entry")
    submitted_hours: float = setting(24.0, "hours that submitted messages are kept after ingest has passed them")
    incoming_days: float = setting(
        15.0,
        "days that files in the store's incoming/ are kept; longer than dead letters, which are redriven from them",
    )
