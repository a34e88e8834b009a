# SPDX-License-Identifier: Apache-2.0
"""Decides which failures of the local stack a person is told about in a sentence, without a traceback."""


class LocalStackError(Exception):
    """Something on this machine stands in the way; the text says what happened and what to do next."""
