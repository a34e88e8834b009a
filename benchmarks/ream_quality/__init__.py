# SPDX-License-Identifier: Apache-2.0
"""Scores what came out of documents against what other programs, or people, say is in them."""
