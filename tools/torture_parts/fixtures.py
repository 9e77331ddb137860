"""The good files that trials start from, made once by the programs themselves."""
import gzip
import io
import os
import random
import struct
import subprocess
import time
import zipfile
import zlib

from torture_parts import trial

SIDE = 16  # the least that a scorer takes
STEPS = 48

# A run with every kind of record; `data` is given apart.
SETTINGS = ("batch=4", "g.batch=4", "log_every=2", "sample_every=4", "checkpoint_every=3",
            "gradients_every=6", "score_every=8", "score_images=8")


class Good:
    """The folder of good files, and the capabilities of this machine."""

    def __init__(self, programs, folder):
        self.folder = folder
        self.programs = {path.rpartition("/")[2]: programs / path for path in trial.PROGRAMS}
        self.notes = []
        self.seconds = 0  # that the uninterrupted run took

    def __truediv__(self, name):
        return self.folder / name

    def train(self, out, steps=STEPS):
        return ["gan", "train", "--preset", "sn-small", "--data", f"images:{self / 'images'}",
                "--scorer", self / "scorer.onnx", "--set", *SETTINGS, "--steps", str(steps),
                "--out", out]


def png(width, height, pixels):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    rows = b"".join(b"\0" + pixels[y * width * 3:(y + 1) * width * 3] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


def bmp(width, height, pixels):
    return (b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) +
            struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 0, 0, 0, 0) +
            pixels)


def tga(width, height, pixels):
    return struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, width, height, 24, 32) + pixels


def ppm(width, height, pixels):
    return b"P6\n%d %d\n255\n" % (width, height) + pixels


def npy(kind, shape, data):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def images(folder, rng):
    """Two classes; the files of several formats that the standard library can write."""
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for form in (png, bmp, ppm, tga):
            pixels = rng.randbytes(SIDE * SIDE * 3)
            (folder / name / f"1.{form.__name__}").write_bytes(form(SIDE, SIDE, pixels))


def mnist(folder, rng):
    folder.mkdir()
    for split, zipped in (("train", True), ("t10k", False)):
        for kind, data in (("labels-idx1", struct.pack(">II", 0x801, 4) + bytes(range(4))),
                           ("images-idx3",
                            struct.pack(">IIII", 0x803, 4, 28, 28) + rng.randbytes(4 * 784))):
            path = folder / f"{split}-{kind}-ubyte{'.gz' if zipped else ''}"
            path.write_bytes(gzip.compress(data, mtime=0) if zipped else data)


def cifar(folder, rng):
    folder.mkdir()
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        (folder / f"{name}.bin").write_bytes(
            b"".join(bytes([label]) + rng.randbytes(3072) for label in range(2)))


def golden(path):
    path.write_text('{"kernel_formula": "K[o,i,a,b] = ((7*o+5*i+3*a+2*b) mod 11) - 5", "cases": [], '
                    '"analytic": [{"kernel": "[1,-1] as 1x1x1x2", "stride": 1, "padding": 0, '
                    '"H": 1, "W": 4, "sigma": 1.8477590650225735, "formula": "2cos(pi/2W)"}]}')


def kernel(path):
    header = b'{"kernel":{"dtype":"F32","shape":[2,3,3,2],"data_offsets":[0,144]}}'
    values = struct.pack("<36f", *[(7 * i % 11 - 5) / 4 for i in range(36)])
    path.write_bytes(struct.pack("<Q", len(header)) + header + values)


def conformance(folder):
    """A case of onnx_conformance: y = relu(x) of three numbers, in protobuf written by hand."""
    def field(number, value):
        if isinstance(value, int):
            return bytes([number << 3, value])
        value = value.encode() if isinstance(value, str) else value
        return bytes([number << 3 | 2, len(value)]) + value
    def port(name):  # float32 of three numbers
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, field(1, field(1, 3)))))

    def tensor(*values):
        return field(1, 3) + field(2, 1) + field(9, struct.pack("<3f", *values))

    node = field(1, "x") + field(2, "y") + field(4, "Relu")
    graph = field(1, node) + field(2, "g") + field(11, port("x")) + field(12, port("y"))
    data = folder / "relu" / "test_data_set_0"
    data.mkdir(parents=True)
    (folder / "relu/model.onnx").write_bytes(
        field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 14)))
    (data / "input_0.pb").write_bytes(tensor(-1, 2, -3))
    (data / "output_0.pb").write_bytes(tensor(0, 2, 0))


def make(programs, folder):
    folder.mkdir(parents=True)
    good = Good(programs, folder)
    rng = random.Random(1)
    images(folder / "images", rng)
    mnist(folder / "mnist", rng)
    cifar(folder / "cifar", rng)
    golden(folder / "golden.json")
    kernel(folder / "kernel.safetensors")
    conformance(folder / "cases")
    with zipfile.ZipFile(folder / "images.npz", "w", zipfile.ZIP_DEFLATED) as file:
        pixels = rng.randbytes(4 * SIDE * SIDE * 3)
        file.writestr("images.npy", npy("|u1", (4, SIDE, SIDE, 3), pixels))
    work = trial.Trial(folder / "making", good)

    def must(*arguments):
        outcome = work.run(arguments)
        outcome.expect(outcome.status == 0, f"a good command failed: {work.commands[-1]}")

    must("train_scorer", "--data", f"images:{folder / 'images'}", "--out", folder / "scorer.onnx",
         "--width", "4", "--batch", "4", "--epochs", "1")
    must("inception_score", "--graph", folder / "scorer.onnx", "--images", folder / "images",
         "--splits", "1", "--save-stats", folder / "stats.npz")
    # The run to be equal to, after however many interruptions; and one that has not come to its end.
    start = time.monotonic()
    must(*good.train(folder / "reference"))
    good.seconds = time.monotonic() - start
    must(*good.train(folder / "partial", STEPS // 3 + 1))
    must("gan", "export", folder / "reference", "--onnx", folder / "critic.onnx", "--network",
         "discriminator")
    allow(good)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return good


def allow(good):
    """Determines what a campaign can do on this machine, and notes what it cannot."""
    good.root = os.geteuid() == 0
    good.mounts, good.user = False, None
    if not good.root:
        good.notes.append("not root: full disks are limits on the size of files")
        return
    try:
        one = trial.Trial(good / "allow", good)
        one.mount("disk", 4096)
        good.mounts = True
        one.clean_up()
    except subprocess.CalledProcessError:
        good.notes.append("cannot mount a file system: full disks are limits on the size of files")
    test = subprocess.run(["setpriv", f"--reuid={trial.NOBODY}", f"--regid={trial.NOBODY}",
                           "--clear-groups", good.programs["gan"], "--help"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if test.returncode == 0:
        good.user = trial.NOBODY
