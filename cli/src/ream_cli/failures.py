# SPDX-License-Identifier: Apache-2.0
"""Decides with which exit code and which sentence a command ends that could not do its work."""

from __future__ import annotations

from ream_contracts.codec import Malformed
from ream_kit import Erased, Reject, Retry
from ream_kit.migration import MigrationError
from ream_kit.settings import SettingsError
from ream_kit.store import BadName, NotFound
from ream_local.errors import LocalStackError

OK = 0
"""All is as it should be."""
INCOMPLETE = 1
"""The command did its work, and the answer is no: something failed, is outstanding, is not ready, was not found."""
USAGE = 2
"""The command line cannot be understood."""
UNAVAILABLE = 69
"""A server or the store does not answer."""
OURS = 70
"""A defect of Ream."""
MISCONFIGURED = 78
"""A setting cannot be used."""
INTERRUPTED = 130
"""Ended by Ctrl-C."""

EXIT_CODES = """\
exit codes:
  0    all is as it should be
  1    something failed, is outstanding, is not ready or was not found
  2    the command line cannot be understood
  69   a server or the store does not answer
  70   a defect of Ream
  78   a setting cannot be used
  130  ended by Ctrl-C
"""


class CommandError(Exception):
    """A command could not do its work; the text says what happened and what to do next."""

    def __init__(self, sentence: str, code: int = INCOMPLETE) -> None:
        super().__init__(sentence)
        self.code = code


def explained(error: BaseException) -> CommandError | None:
    """Turns an error into a sentence for a person and an exit code; None for what nobody foresaw."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, Erased):
        return CommandError(f"Document {error.document_id} was erased: nothing of it is kept.")
    if isinstance(error, Retry):
        return CommandError(f"{_WHO.get(error.waiting_for, error.waiting_for)}: {error.reason}. {_START}", UNAVAILABLE)
    if isinstance(error, Reject):
        return CommandError(f"{error.reason}.")
    if isinstance(error, SettingsError):
        return CommandError(f"{error}. Correct it in the environment.", MISCONFIGURED)
    if isinstance(error, MigrationError):
        return CommandError(f"Kafka's topics cannot be brought in order: {error}.")
    if isinstance(error, LocalStackError):
        return CommandError(str(error))
    if isinstance(error, NotFound):
        return CommandError(f"The store has no {error.name}: was it removed?")
    if isinstance(error, Malformed | BadName):
        return CommandError(f"The store holds something that is not what its name says: {error}.")
    if isinstance(error, PermissionError):
        return CommandError(f"{error.filename} may not be read or written by this user: run this as who ran 'ream up'.")
    return None


_WHO = {"kafka": "Kafka is away", "opensearch": "OpenSearch cannot be used", "store": "The store is away"}
_START = "'ream status' shows what runs, 'ream up' starts everything."
