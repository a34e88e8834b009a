# SPDX-License-Identifier: Apache-2.0
"""Decides how an encrypted document is planned: unlocked where a named password opens it, else with what to do next."""

from dataclasses import replace
from pathlib import Path

from ream_contracts.artifacts import Manifest
from ream_contracts.messages import DocumentIngested
from ream_extract.catalogue import Known
from ream_extract.lockable import MEDIA_TYPES, WITHOUT
from ream_extract.parameters import Parameters
from ream_extract.reader import Job, Reader
from ream_extract.reading import Plan
from ream_kit import Store, log
from ream_kit.cells import CellDied, NotStarted
from ream_pages import unlocked

ENCRYPTED, WRONG, MISSING = "encrypted", "password-wrong", "password-missing"
UNLOCKED = "unlocked"
"""Key of a manifest's metadata: the document was encrypted, and this is the media type of what came out."""
_AGAIN = "ream replay --stage extract"
_REASONS = {
    ENCRYPTED: (
        "It is encrypted, and nobody gave a password: have the operator keep it under a name where extract runs, and "
        f"name it (ream ingest --password-ref NAME; a document that is there: {_AGAIN} --set password_ref=NAME)."
    ),
    MISSING: (
        "It is encrypted, and no password is kept under the name that was given: put it into a file of this name in "
        "the folder REAM_SECRETS_DIR of extract, or into the variable REAM_SECRET_<NAME> of its environment, and run "
        f"it again ({_AGAIN})."
    ),
    WRONG: (
        "It is encrypted, and no password that was named opens it: name another, or correct what is kept under the "
        f"name, and run it again ({_AGAIN} --set password_ref=NAME)."
    ),
}
_NO_WAY = (
    "It is encrypted in a way that is not opened here, also with a password: save it without, and submit it again."
)
_TOO_MUCH = (
    "It is encrypted, and opening it took more than a cell may: save it without its password, and submit it again."
)
_LOG = log.logger("extract.unlocking")


def planned(ingested: DocumentIngested, store: Store, reader: Reader, job: Job, known: Known) -> Plan:
    """Plans a document that may be encrypted; a copy without the encryption is kept, and planned instead.

    Raises:
        CellDied, CellFailed, Retry: as `Reader.plan`.
    """
    plan = reader.plan(job)
    if plan.cause not in (ENCRYPTED, WRONG):
        return plan
    if known.takes_passwords:
        return _refused(plan, plan.cause, job)
    if job.media_type not in MEDIA_TYPES:
        return replace(plan, reason=_NO_WAY) if job.parameters.password_ref else plan
    job = replace(job, passwords=reader.passwords(job.parameters))
    try:
        is_open = bool(job.passwords or job.media_type in WITHOUT) and _unlocked(ingested, store, reader, job)
    except NotStarted:
        raise
    except CellDied as death:
        _LOG.warning("not_unlocked", cause=death.cause)
        return replace(plan, cause=death.cause, reason=_TOO_MUCH)
    if is_open:
        copy = unlocked.opened(ingested, store)
        with store.local(copy.object or "") as path:
            again = reader.plan(_of(copy, path, reader, job))
        return replace(again, unlocked=copy.media_type)
    return _refused(plan, WRONG if job.passwords else ENCRYPTED, job)


def copy_of(
    ingested: DocumentIngested, manifest: Manifest, store: Store, reader: Reader, parameters: Parameters
) -> DocumentIngested:
    """Returns the message as if the copy that was planned had been submitted; makes the copy anew where it was lost.

    Raises:
        CellDied, CellFailed, Retry: as `Reader.unlock`.
    """
    if UNLOCKED not in manifest.metadata:
        return ingested
    found = unlocked.opened(ingested, store)
    if found is ingested and ingested.object is not None:
        with store.local(ingested.object) as path:
            job = Job(path, ingested.media_type, None, parameters, passwords=reader.passwords(parameters))
            _unlocked(ingested, store, reader, job)
        found = unlocked.opened(ingested, store)
    return found


def _unlocked(ingested: DocumentIngested, store: Store, reader: Reader, job: Job) -> bool:
    return reader.unlock(job, lambda path, ending: store.put(unlocked.name(ingested, ending), path))


def _of(copy: DocumentIngested, path: Path, reader: Reader, job: Job) -> Job:
    known = reader.catalogue.find(copy.media_type)
    return Job(path, copy.media_type, known.name if known is not None else None, job.parameters)


def _refused(plan: Plan, cause: str, job: Job) -> Plan:
    if job.parameters.password_ref and not job.passwords:
        cause = MISSING
    return replace(plan, cause=cause, reason=_REASONS[cause])
