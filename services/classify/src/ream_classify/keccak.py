# SPDX-License-Identifier: Apache-2.0
"""Decides the Keccak-256 hash of a few bytes: the form before SHA-3, by which Ethereum's addresses are checked."""

from itertools import product

_MASK = (1 << 64) - 1
_RATE = 136
_ROUNDS = 24


def _rotated(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & _MASK if by else lane


def _constants() -> tuple[int, ...]:
    """The constants of the rounds, from the linear feedback register that defines them."""
    register, constants = 1, []
    for _ in range(_ROUNDS):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register >> 7 else 0)
        constants.append(constant)
    return tuple(constants)


def _offsets() -> dict[tuple[int, int], int]:
    offsets, x, y = {(0, 0): 0}, 1, 0
    for step in range(_ROUNDS):
        offsets[x, y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return offsets


_CONSTANTS = _constants()
_OFFSETS = _offsets()
_LANES = tuple(product(range(5), range(5)))


def _permuted(state: list[list[int]]) -> list[list[int]]:
    for constant in _CONSTANTS:
        parity = [state[x][0] ^ state[x][1] ^ state[x][2] ^ state[x][3] ^ state[x][4] for x in range(5)]
        change = [parity[x - 1] ^ _rotated(parity[(x + 1) % 5], 1) for x in range(5)]
        moved = [[0] * 5 for _ in range(5)]
        for x, y in _LANES:
            moved[y][(2 * x + 3 * y) % 5] = _rotated(state[x][y] ^ change[x], _OFFSETS[x, y])
        state = [[moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        state[0][0] ^= constant
    return state


def keccak256(data: bytes) -> bytes:
    """Returns the 32 bytes of the hash."""
    padded = bytearray(data + b"\x01" + bytes(-(len(data) + 1) % _RATE))
    padded[-1] |= 0x80
    state = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), _RATE):
        for place in range(_RATE // 8):
            lane = int.from_bytes(padded[start + 8 * place : start + 8 * place + 8], "little")
            state[place % 5][place // 5] ^= lane
        state = _permuted(state)
    return b"".join(state[place % 5][place // 5].to_bytes(8, "little") for place in range(4))
