# SPDX-License-Identifier: Apache-2.0
"""Plumbing of every Ream service: stages, runner, store, cells, dead letters."""

from ream_kit.errors import Erased, Reject, Retry, Skip
from ream_kit.stage import Origin, Stage, To, stage
from ream_kit.store import Store

__all__ = ["Erased", "Origin", "Reject", "Retry", "Skip", "Stage", "Store", "To", "stage"]
