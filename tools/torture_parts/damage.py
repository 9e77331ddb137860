"""Mutates files of every kind that a program reads."""
import json
import struct

from torture_parts.commands import prepare
from torture_parts.trial import Wrong

NUMBERS = (0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
           0x7fffffffffffffff, 0xffffffffffffffff)
VALUES = (None, True, -1, 0, 1e308, 2**63, 2**64, "", "x" * 5000, "\u0000", "\u001b[31m", [], {},
          [[[]]], "nan", "../../x", "none")


def flip(data, rng):
    for _ in range(rng.choice((1, 1, 4, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def cut(data, rng):
    del data[rng.randrange(len(data)):]


def grow(data, rng):
    data += rng.randbytes(rng.choice((1, 7, 4096)))


def number(data, rng):
    """A number of 1, 2, 4 or 8 bytes, of either order, mostly near the head."""
    width = rng.choice("BHIQ")
    value = rng.choice(NUMBERS) & (1 << 8 * struct.calcsize(width)) - 1
    packed = struct.pack(rng.choice("<>") + width, value)
    at = rng.randrange(min(len(data), rng.choice((64, 1024, 1 << 30))))
    data[at:at + len(packed)] = packed


def move(data, rng):
    a, b = sorted(rng.randrange(len(data)) for _ in range(2))
    piece = data[a:min(b, a + 4096)]
    at = rng.randrange(len(data))
    if rng.random() < 0.5:
        data[at:at] = piece
    else:
        data[at:at + len(piece)] = piece


def drop(data, rng):
    at = rng.randrange(len(data))
    del data[at:at + rng.choice((1, 2, 8, 512))]


def fill(data, rng):
    at, count = rng.randrange(len(data)), rng.choice((1, 8, 512))
    data[at:at + count] = bytes([rng.choice((0, 0xff, 0x20))]) * min(count, len(data) - at)


def replace(data, rng):
    data[:] = rng.choice((b"", b"\0", b"{}", b"[]", b"[" * 100_000, b"\xff" * 1000, b"<html>",
                          b"PK\x05\x06" + bytes(18), b"\x1f\x8b", b"\x89PNG\r\n\x1a\n", b"GIF89a",
                          b"\xff\xd8\xff", b"RIFF", b"\x93NUMPY\x01\x00", rng.randbytes(300)))


MUTATIONS = (flip, flip, cut, grow, number, number, number, move, drop, fill, replace)


def mutate_json(text, rng):
    """Changes the value of one key, at any depth, or removes or adds a key."""
    root = json.loads(text)
    place = root
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = rng.choice(keys)
        if not (isinstance(place[key], (dict, list)) and place[key] and rng.random() < 0.8):
            break
        place = place[key]
    way = rng.randrange(6)
    if way == 0:
        del place[key]
    elif way == 1 and isinstance(place, dict):
        place[f"{key}x"] = place[key]
    else:
        place[key] = rng.choice(VALUES)
    return json.dumps(root).encode()


def mutate(data, rng, name):
    if name.endswith(".json") and rng.random() < 0.6:
        return mutate_json(data, rng)
    if name.endswith(".safetensors") and rng.random() < 0.4:
        length, = struct.unpack("<Q", data[:8])
        header = mutate_json(data[8:8 + length], rng)
        return struct.pack("<Q", len(header)) + header + data[8 + length:]
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 3))):
        rng.choice(MUTATIONS)(data, rng)
        if not data:
            break
    return bytes(data)


def damaged_file(trial):
    command, path = prepare(trial)
    damaged = mutate(path.read_bytes(), trial.rng, path.name)
    path.write_bytes(damaged)
    before = {file: file.read_bytes() for file in trial.folder.rglob("checkpoint.safetensors")}
    if path.name == "config.json":  # other settings may rightly run forever
        outcome = trial.run_or_interrupt(command.arguments)
    else:
        outcome = trial.run(command.arguments)
    for file, data in before.items():
        if outcome.status != 0 and (not file.exists() or file.read_bytes() != data):
            raise Wrong(f"{file} was changed by a command that failed")
