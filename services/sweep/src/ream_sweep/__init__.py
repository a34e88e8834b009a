# SPDX-License-Identifier: Apache-2.0
"""Finds what was never answered and sends it again."""
