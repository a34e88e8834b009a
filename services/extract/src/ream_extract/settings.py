# SPDX-License-Identifier: Apache-2.0
"""What a person can set for extract, read from REAM_EXTRACT_..."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ream_extract.reading import Limits, Ocr
from ream_kit.settings import SettingsError, require_at_least, setting


@dataclass(frozen=True, slots=True)
class SecretSettings:
    """Where passwords lie that submissions name (`password_ref`)."""

    secrets_dir: Path | None = setting(
        None, "folder with a file for each password that submissions may name; REAM_SECRET_<NAME> holds one too"
    )

    def __post_init__(self) -> None:
        """Refuses a folder that is not there: every name would be unknown."""
        if self.secrets_dir is not None and not self.secrets_dir.is_dir():
            raise SettingsError("REAM_SECRETS_DIR names no folder")


@dataclass(frozen=True, slots=True)
class TikaSettings:
    """A server of Apache Tika, which is asked about files that nobody here reads."""

    tika_url: str | None = setting(
        None, "server of Apache Tika that reads what nothing else reads; none is asked if empty"
    )
    tika_seconds: float = setting(120.0, "longest time for one file at Apache Tika")

    def __post_init__(self) -> None:
        """Refuses what is no address of a server."""
        if self.tika_url is not None:
            parts = urlsplit(self.tika_url)
            if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
                raise SettingsError("REAM_TIKA_URL must be like http://127.0.0.1:19998, without a name and password")
        if self.tika_seconds <= 0:
            raise SettingsError("REAM_TIKA_SECONDS must be above 0")


@dataclass(frozen=True, slots=True)
class ExtractSettings:
    """Cells, office program and limits."""

    cells: int = setting(2, "documents read at once")
    memory_bytes: int = setting(2 << 30, "address space of one cell")
    idle_seconds: float = setting(60.0, "longest wait for the next page")
    total_seconds: float = setting(900.0, "longest time for one run of pages")
    ocr: Ocr = setting("auto", "pages that ocr reads: auto (as judged), always, never")
    pictures: bool = setting(True, "whether pictures inside documents are kept")
    tables: bool = setting(True, "whether tables of PDF pages are found as cells")
    thumbnails: bool = setting(True, "whether the first page of PDFs and pictures is drawn small once they are read")
    preview_seconds: int = setting(
        0, "seconds from the beginning of a film that are kept as a small preview; 0: none is"
    )
    few_scanned: int = setting(32, "scanned pages up to which a document takes the small lane of ocr")
    depth: int = setting(8, "steps from the submitted file down to which documents inside are taken out")
    units: int = setting(100_000, "units of one document; the rest is counted, not read")
    child_bytes: int = setting(2 << 30, "size of one attachment or archive member")
    frame_pixels: int = setting(150_000_000, "pixels of one frame of an image file")
    office: bool = setting(True, "whether LibreOffice converts legacy documents, where it is installed")
    office_program: str = setting("soffice", "LibreOffice's program")
    office_python: str = setting("/usr/bin/python3", "the Python that has LibreOffice's module uno")
    office_seconds: float = setting(120.0, "longest conversion; then LibreOffice is replaced")
    office_recycle: int = setting(50, "conversions after which LibreOffice is replaced, for it leaks")
    office_memory_bytes: int = setting(4 << 30, "address space of LibreOffice")

    def __post_init__(self) -> None:
        """Refuses numbers with which nothing could be read."""
        above = ("idle_seconds", "total_seconds", "office_seconds")
        whole = ("cells", "memory_bytes", "units", "frame_pixels", "office_recycle", "office_memory_bytes")
        require_at_least(1, self, "REAM_EXTRACT_", *whole)
        require_at_least(0, self, "REAM_EXTRACT_", "preview_seconds", "few_scanned", "depth", "child_bytes")
        for name in above:
            if getattr(self, name) <= 0:
                raise SettingsError(f"REAM_EXTRACT_{name.upper()} must be above 0")

    def limits(self) -> Limits:
        """The limits that a document is held to."""
        return Limits(units=self.units, child_bytes=self.child_bytes, frame_pixels=self.frame_pixels)
