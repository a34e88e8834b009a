# SPDX-License-Identifier: Apache-2.0
"""Decides what sound or film is where a mark alone does not say: Ogg, Matroska, bare MP3, transport streams."""

_OGG = (
    (b"\x01vorbis", "audio/ogg"),
    (b"OpusHead", "audio/ogg"),
    (b"Speex   ", "audio/ogg"),
    (b"\x7fFLAC", "audio/ogg"),
    (b"\x80theora", "video/ogg"),
)
"""How the first packet of a stream begins."""
_FIRST_PACKET = 28
_DOCUMENT_TYPE = b"\x42\x82"
_KBITS = (
    (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
"""Of layer III, in version 1 and in the others."""
_HERTZ = (44_100, 48_000, 32_000)
_FRAMES = 3
"""Frames that must follow one another: two bytes alone begin many a file."""
_PACKET = 188


def ogg(head: bytes) -> str:
    """Tells sound from film by the first stream; a film's picture comes first."""
    packet = head[_FIRST_PACKET : _FIRST_PACKET + 8]
    return next((media_type for mark, media_type in _OGG if packet.startswith(mark)), "application/ogg")


def matroska(head: bytes) -> str:
    """Tells WebM from Matroska, of which it is a part, by what the header calls itself."""
    at = head[:64].find(_DOCUMENT_TYPE)
    return "video/webm" if at >= 0 and head[at + 3 : at + 7] == b"webm" else "video/x-matroska"


def bare(head: bytes) -> str | None:
    """Tells MP3 without tags, and MPEG transport streams; None for others."""
    if all(head[place : place + 1] == b"\x47" for place in range(0, 5 * _PACKET, _PACKET)):
        return "video/mp2t"
    at = 0
    for _ in range(_FRAMES):
        size = _frame(head[at : at + 4])
        if not size:
            return None
        at += size
    return "audio/mpeg"


def _frame(header: bytes) -> int:
    """Returns the size of the frame of layer III that begins so; 0 where none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, hertz = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    samples_by_eight, slower = (144, 0) if version == 3 else (72, 1 if version == 2 else 2)
    kbits = _KBITS[version != 3][rate - 1]
    return samples_by_eight * kbits * 1000 // (_HERTZ[hertz] >> slower) + (header[2] >> 1 & 1)
