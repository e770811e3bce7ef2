"""Damage by numbers: the same seed makes the same damage."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

Mutation = Callable[[bytearray, random.Random], None]

_HEAD = 4096
_WILD = (0, 1, 2, 0x7F, 0xFF, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


def _choose_place(data: bytearray, rng: random.Random) -> int:
    """Choose a byte: mostly in the head, where structure lies, else anywhere or near the end."""
    kind = rng.random()
    if kind < 0.6:
        return rng.randrange(min(len(data), _HEAD))
    if kind < 0.75:
        return max(0, len(data) - 1 - rng.randrange(min(len(data), _HEAD)))
    return rng.randrange(len(data))


def flip_bits(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        data[_choose_place(data, rng)] ^= 1 << rng.randrange(8)


def truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.choice((_choose_place(data, rng), rng.randrange(len(data)))) :]


def swap_length(data: bytearray, rng: random.Random) -> None:
    """Write a wild number where a length may stand."""
    layout = rng.choice(("<H", "<L", ">H", ">L", "<Q"))
    size = struct.calcsize(layout)
    if len(data) <= size:
        return
    place = min(_choose_place(data, rng) // 2 * 2, len(data) - size)
    value = rng.choice((*_WILD, rng.randrange(2**16), rng.randrange(2**32)))
    struct.pack_into(layout, data, place, value % 2 ** (8 * size))


def exchange_lengths(data: bytearray, rng: random.Random) -> None:
    """Exchange two numbers of the file's own."""
    if len(data) < 16:
        return
    a, b = (min(_choose_place(data, rng) // 2 * 2, len(data) - 4) for _ in range(2))
    data[a : a + 4], data[b : b + 4] = data[b : b + 4], data[a : a + 4]


def remove_part(data: bytearray, rng: random.Random) -> None:
    place = _choose_place(data, rng)
    del data[place : place + rng.choice((1, 2, 4, 16, 300))]


def repeat_part(data: bytearray, rng: random.Random) -> None:
    place = _choose_place(data, rng)
    part = data[place : place + rng.choice((1, 2, 8, 128, 2000))]
    data[place:place] = part * rng.choice((1, 2, 30))


def fill_part(data: bytearray, rng: random.Random) -> None:
    place = _choose_place(data, rng)
    end = min(len(data), place + rng.choice((1, 4, 16, 256)))
    data[place:end] = bytes([rng.choice((0, 0xFF, 0x20, 0x3C, rng.randrange(256)))]) * (end - place)


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, truncate, swap_length, swap_length, exchange_lengths, remove_part, repeat_part,
    fill_part,
)  # fmt: skip


def mutate(original: bytes, seed: int) -> bytes:
    """Return a damaged copy; one to three kinds of damage."""
    rng = random.Random(seed)
    data = bytearray(original)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if data:
            rng.choice(MUTATIONS)(data, rng)
    return bytes(data)
