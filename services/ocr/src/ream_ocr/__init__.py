# SPDX-License-Identifier: Apache-2.0
"""Reads pages that are pictures."""
