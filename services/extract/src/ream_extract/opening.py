# SPDX-License-Identifier: Apache-2.0
"""Decides with which cells and programs the reader of a process works: by its settings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ream_extract import tika
from ream_extract.passwords import Passwords
from ream_extract.reader import Reader
from ream_extract.settings import ExtractSettings, SecretSettings, TikaSettings
from ream_kit import settings
from ream_kit.cells import Cells
from ream_kit.cells import Limits as CellLimits
from ream_pages.office import Office

_TARGET = "ream_extract.cell:work"


@contextmanager
def open_reader() -> Iterator[Reader]:
    """Opens the reader of this process from its settings."""
    chosen = settings.load(ExtractSettings, os.environ, "REAM_EXTRACT_")
    limits = CellLimits(
        memory_bytes=chosen.memory_bytes,
        cpu_seconds=int(chosen.total_seconds),
        idle_seconds=chosen.idle_seconds,
        total_seconds=chosen.total_seconds,
        output_bytes=2 * chosen.child_bytes,
    )
    programs = CellLimits(memory_bytes=chosen.memory_bytes, idle_seconds=chosen.idle_seconds, programs=True)
    office = Office(
        python=chosen.office_python,
        program=chosen.office_program,
        seconds=chosen.office_seconds,
        recycle_after=chosen.office_recycle,
        memory_bytes=chosen.office_memory_bytes,
    )
    # These pools are not entered: their one cell starts when antiword, ffmpeg or a password is needed.
    rare = Cells(_TARGET, size=1, limits=programs)
    once = Cells(_TARGET, size=1, limits=limits, recycle_after=1)
    secrets = settings.load(SecretSettings, os.environ)
    others = tika.opened(settings.load(TikaSettings, os.environ), chosen.limits().markup_bytes)
    with Cells(_TARGET, size=chosen.cells, limits=limits) as cells, office, others as server:
        try:
            yield Reader(
                cells.call,
                rare.call,
                office if chosen.office else None,
                chosen,
                lambda: (
                    cells.confinement() + (office.confinement and (f"LibreOffice: {' '.join(office.confinement)}",))
                ),
                once.call,
                Passwords(secrets.secrets_dir, os.environ),
                server,
            )
        finally:
            rare.close()
            once.close()
