# SPDX-License-Identifier: Apache-2.0
"""Decides which documents a password opens as a whole; the members of archives are opened as they are taken out."""

from ream_pages.kinds import OFFICE, PDF

PROTECTED = "application/x-ooxml-protected"
LEGACY = ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint")
ODF = tuple(one for one in OFFICE if "opendocument" in one)
WITHOUT = (PROTECTED, *LEGACY)
"""Those that may open with a password that everybody knows."""
MEDIA_TYPES = (PDF, *WITHOUT, *ODF)
