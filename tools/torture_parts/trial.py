"""One trial: its folder, its random numbers, the programs it starts, the rules they must obey."""
import os
import random
import shlex
import signal
import subprocess
import time
import unicodedata

# Where the programs are in a build folder.
PROGRAMS = ("gan/gan", "tools/inception_score/inception_score", "tools/train_scorer/train_scorer",
            "tools/lipschitz/lipschitz_float", "tools/onnx_conformance/onnx_conformance",
            "tools/bench/bench", "tools/wasserstein/wasserstein")
# With status 1 these also report that values differ, on stdout or in several lines.
REPORTING = ("gan audit", "lipschitz_float check", "onnx_conformance", "wasserstein bench")

LIMIT = 90  # seconds for a program: many times what it needs, for busy machines
PATIENCE = 10  # seconds before a program that may rightly run forever is interrupted
MEMORY = 4 << 30  # bytes of address space; a program that needs more must report it
NOBODY = 65534


class Wrong(Exception):
    """A broken rule."""


class Outcome:
    def __init__(self, program, status, out, err):
        self.program, self.status, self.out, self.err = program, status, out, err

    def expect(self, condition, what):
        if not condition:
            raise Wrong(f"{what}; status {self.status}, stderr: {self.err[-300:]!r}")

    def check(self, allowed=(0, 1, 2)):
        """The rules for every program, however it was treated."""
        if self.status < 0 and self.status not in allowed:
            self.expect(False, f"died of {signal.Signals(-self.status).name}")
        self.expect(self.status in allowed, f"status {self.status} is not one of 0, 1, 2")
        reports = self.status == 1 and self.program.startswith(REPORTING)
        if self.status not in (1, 2) or reports:
            return self
        lines = self.err.removesuffix("\n").split("\n")
        name = self.program.split()[0].removesuffix("_float")
        complaints = [line for line in lines if line.startswith((name + ": ", name + "_float: "))]
        self.expect(self.err.endswith("\n") and len(complaints) == 1 and
                    lines[-1] == complaints[0], "did not refuse in one line at the end")
        self.expect(self.status == 1 or len(lines) == 1, "bad usage was not told in one line alone")
        self.expect(all(unicodedata.category(c) != "Cc" for c in complaints[0]),
                    "its complaint has control characters")
        return self


def processor_seconds(process):
    """What its session's processes, and those that have ended, have used so far."""
    shown = subprocess.run(["ps", "-s", str(process.pid), "-o", "cputimes="], check=False,
                           capture_output=True, text=True).stdout
    try:
        with open(f"/proc/{process.pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:  # it ends at this moment
        return 0
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return sum(map(int, shown.split())) + ended


class Trial:
    def __init__(self, folder, good, seed=0, kind="", number=0):
        self.folder, self.good, self.seed, self.number = folder, good, seed, number
        self.rng = random.Random(f"{seed}/{kind}/{number}")
        self.commands, self.processes, self.mounts = [], [], []
        self.folder.mkdir(parents=True)

    def __truediv__(self, name):
        return self.folder / name

    def turn(self, items):
        """The item for this trial: in the seed's order, each once before any repeats."""
        order = sorted(items, key=repr)
        random.Random(self.seed).shuffle(order)
        return order[self.number % len(order)]

    def give(self, *names):
        """Copies of good files or folders into this trial's folder."""
        for name in names:
            subprocess.run(["cp", "-a", self.good / name, self.folder], check=True)

    def own(self, user):
        """Changes the owner of everything here to this user."""
        subprocess.run(["chown", "-R", f"{user}:{user}", self.folder], check=True)

    def start(self, arguments, *, user=None, file_size=None, out=None, err=None):
        """Starts PROGRAM with arguments in the folder, by a command that a shell can repeat."""
        program, *rest = arguments
        limits = ["prlimit", f"--as={MEMORY}", "--core=0"]
        if file_size is not None:
            limits.append(f"--fsize={file_size}")
        drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        command = ["env", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1",
                   f"XDG_CACHE_HOME={self / 'cache'}", *drop, *limits,
                   self.good.programs[program], *rest]
        command = [os.fsencode(word) for word in command]
        shown = f"cd {self.folder} && " + " ".join(
            shlex.quote(os.fsdecode(word)).encode("utf-8", "backslashreplace").decode()
            for word in command)
        self.commands.append(shown if len(shown) < 2000 else shown[:2000] + "...")
        with open(self / "commands.txt", "a", encoding="utf-8") as log:
            log.write(shown + "\n")
        number = len(self.processes)
        process = subprocess.Popen(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, start_new_session=True,
            stdout=out or open(self / f"stdout-{number}.txt", "wb"),
            stderr=err or open(self / f"stderr-{number}.txt", "wb"))
        process.number, process.program = number, " ".join([program, *map(str, rest[:1])])
        self.processes.append(process)
        return process

    def said(self, process, stream):
        path = self / f"{stream}-{process.number}.txt"
        return path.read_bytes().decode("utf-8", "backslashreplace") if path.exists() else ""

    def wait(self, process, limit=LIMIT):
        """The outcome, unchecked. Errors: it does not end within `limit` seconds. On a loaded
        machine it gets more while it works, up to as many seconds of processor time."""
        used, status = 0, None
        while status is None:
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                before, used = used, processor_seconds(process)
                if before + limit / 10 < used < limit:
                    continue
                process.kill()
                process.wait()
                raise Wrong(f"'{process.program}' did not end within {limit} seconds") from None
        return Outcome(process.program, status, self.said(process, "stdout"),
                       self.said(process, "stderr"))

    def run(self, arguments, **how):
        return self.wait(self.start(arguments, **how)).check()

    def run_or_interrupt(self, arguments, **how):
        """For work that may run forever: it is interrupted after a while and must end."""
        process = self.start(arguments, **how)
        try:
            process.wait(PATIENCE)
            return self.wait(process).check()
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        return self.wait(process).check(allowed=(0, 1, 2, -signal.SIGINT))

    def wait_for(self, path, process, limit=LIMIT):
        """Waits until the file exists or the process has ended."""
        end = time.monotonic() + limit
        while not path.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)

    def mount(self, name, size):
        """An in-memory file system of this size in bytes."""
        path = self / name
        path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], check=True)
        self.mounts.append(path)
        return path

    def clean_up(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for path in self.mounts:
            subprocess.run(["umount", path], check=True)
