# SPDX-License-Identifier: Apache-2.0
"""Loses things on purpose: documents through the whole flow in memory, one message or object damaged on the way."""
