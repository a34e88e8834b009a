# SPDX-License-Identifier: Apache-2.0
"""What a person can set for sweep, read from REAM_SWEEP_..."""

from dataclasses import dataclass

from ream_kit.settings import SettingsError, require_at_least, setting

_MOST_DAYS = 100_000
"""More than anybody waits, and few enough for dates to be reckoned with."""


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

    def __post_init__(self) -> None:
        """Refuses times that no clock keeps, and one with which files would go before anybody has read them."""
        require_at_least(0, self, "REAM_SWEEP_", "interval_seconds", "forget_days", "submitted_hours")
        if not 0 < self.incoming_days <= _MOST_DAYS:
            raise SettingsError(
                f"REAM_SWEEP_INCOMING_DAYS={self.incoming_days}: give a number of days above 0, up to {_MOST_DAYS:,}"
            )
        if self.submitted_hours > 24 * _MOST_DAYS:
            raise SettingsError(f"REAM_SWEEP_SUBMITTED_HOURS={self.submitted_hours}: give {24 * _MOST_DAYS:,} or less")
