# SPDX-License-Identifier: Apache-2.0
"""Plumbing of every Ream service: stages, runner, store, cells, dead letters."""
