"""Training that is killed, interrupted, starved of disk or run twice at once: what it leaves must be
whole, and resumed it must come to the very bytes of the run that nobody disturbed."""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import time

from torture_parts.commands import WRITERS
from torture_parts.fixtures import STEPS
from torture_parts.trial import Wrong


# The lock, and what gnuplot draws from gradients.csv whenever training ends.
NOT_RECORDS = ("run.lock", "gradients.gnuplot", "gradients.png", "gradients.svg")


def checkpoint_step(run):
    """The step of a run's checkpoint, which must be a whole safetensors file; None: there is none."""
    path = run / "checkpoint.safetensors"
    if not path.exists():
        return None
    data = path.read_bytes()
    try:
        length, = struct.unpack("<Q", data[:8])
        header = json.loads(data[8:8 + length])
        step = int(header.pop("__metadata__")["step"])
        end = max(entry["data_offsets"][1] for entry in header.values())
    except (struct.error, ValueError, KeyError) as error:
        raise Wrong(f"{path} is damaged: {error!r}") from None
    if 8 + length + end != len(data):
        raise Wrong(f"{path} has {len(data)} bytes, not {8 + length + end}")
    return step


def not_lost(run, before):
    """The step of the checkpoint now. Errors: there was one, and it is gone or older."""
    now = checkpoint_step(run)
    if before is not None and (now is None or now < before):
        raise Wrong(f"{run}: the checkpoint of step {before} was lost; now {now}")
    return now


def records(run):
    """What a run has recorded, without what depends on the clock: {path: bytes}."""
    found = {}
    for path in sorted(run.rglob("*")):
        name = str(path.relative_to(run))
        if path.is_dir() or name in NOT_RECORDS or name.startswith("events."):
            continue
        data = path.read_bytes()
        if name == "best.safetensors":  # its header has the --steps of the session that wrote it
            data = data[8 + struct.unpack("<Q", data[:8])[0]:]
        if name == "log.csv":
            rows = [row.split(",") for row in data.decode().splitlines()]
            timed = [i for i, column in enumerate(rows[0]) if "second" in column]
            data = "\n".join(",".join(cell for i, cell in enumerate(row) if i not in timed)
                             for row in rows).encode()
        found[name] = data
    return found


def equals_reference(trial, run):
    expected, got = records(trial.good / "reference"), records(run)
    for name in expected:
        if name not in got:
            raise Wrong(f"{run}: lacks {name}, which the uninterrupted run has")
        if got[name] != expected[name]:
            raise Wrong(f"{run}: {name} is not that of the uninterrupted run")
    # An interrupt leaves a grid of the step at which it came; nothing else may stay.
    for name in got.keys() - expected.keys():
        # What a kill at the very end left, the next process that trains here takes away.
        killed = (run / "run.lock").exists() and re.fullmatch(r".+\.\d+-\d+\.tmp", name)
        if not killed and not re.fullmatch(r"samples/\d+\.png", name):
            raise Wrong(f"{run}: {name} was left behind")


def is_done(run):
    """An interrupt while the last step is scored leaves that step's row to the resumed run."""
    log = run / "log.csv"
    return (checkpoint_step(run) == STEPS and log.exists()
            and log.read_text().splitlines()[-1].startswith(f"{STEPS},"))


def go_on(trial, run):
    """The command that a user would give next; None: the run is done."""
    if checkpoint_step(run) is None:
        return trial.good.train(run)
    return None if is_done(run) else ["gan", "train", "--resume", run, "--steps", str(STEPS)]


def to_the_end(trial, run):
    command = go_on(trial, run)
    if command:
        outcome = trial.run(command)
        outcome.expect(outcome.status == 0, "the run could not be brought to its end")
    equals_reference(trial, run)


def kill(trial):
    run, step = trial / "run", None
    for _ in range(trial.rng.choice((1, 1, 2, 3))):
        delay = trial.rng.uniform(0, 1.1 * trial.good.seconds)
        command = go_on(trial, run)
        if not command:
            break
        process = trial.start(command)
        time.sleep(delay)
        process.kill()
        process.wait()
        step = not_lost(run, step)
    to_the_end(trial, run)


def signal_(trial):
    run = trial / "run"
    kind = trial.turn(("INT", "TERM", "HUP", "reader gone", "reader gone, then INT", "INT twice"))
    delay, again = trial.rng.uniform(0, trial.good.seconds), trial.rng.uniform(0, 0.6)
    reader = writer = None
    if "reader" in kind:
        reader, writer = os.pipe()
    process = trial.start(trial.good.train(run), out=writer, err=writer)
    if writer is not None:
        os.close(writer)
    trial.wait_for(run / "config.json", process)
    time.sleep(delay)
    if reader is not None:
        os.close(reader)
    number = {"TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "reader gone": None}.get(
        kind, signal.SIGINT)
    if number:
        process.send_signal(number)
    if kind == "INT twice":
        time.sleep(again)
        process.send_signal(number)
    outcome = trial.wait(process)
    # What a second interrupt ends at once says so, as shells do.
    allowed = (0, 1, 2, 128 + signal.SIGINT) if kind == "INT twice" else (0, 1, 2)
    if reader is None:
        outcome.check(allowed)
    else:  # whatever it said went to the reader that is gone
        outcome.expect(outcome.status in allowed, f"{kind}: it ended otherwise")
    if outcome.status == 0 and checkpoint_step(run) is None:
        raise Wrong(f"{kind}: it ended with status 0 and left no checkpoint")
    if kind == "reader gone":
        outcome.expect(checkpoint_step(run) == STEPS, "output that nobody reads ended the run")
    to_the_end(trial, run)


def full_disk(trial):
    """A file system, or files, of a size somewhere below what the run takes."""
    most = sum(path.stat().st_size for path in (trial.good / "reference").rglob("*"))
    size = int(trial.rng.uniform(0.001, 2.2) * most)  # two checkpoints while one is replaced
    on_disk = trial.rng.random() < 0.5 and trial.good.mounts
    resumed = trial.rng.random() < 0.5
    if on_disk:
        run = trial.mount("disk", max(size, 4096)) / "run"
        how = {}
    else:
        run, how = trial / "small-files", {"file_size": max(1, size // 2)}
    before = None
    if resumed:
        try:
            shutil.copytree(trial.good / "partial", run)
        except OSError:  # no room even for that
            return
        before = checkpoint_step(run)
    outcome = trial.run(go_on(trial, run), **how)
    not_lost(run, before)
    if outcome.status == 0:
        equals_reference(trial, run)
    # With room again.
    roomy = trial / "roomy"
    if run.exists():
        subprocess.run(["cp", "-a", run, roomy], check=True)
    to_the_end(trial, roomy)


def two_processes(trial):
    """Two at once, of which one has to be told of the other; or one that looks on."""
    run = trial / "run"
    kind = trial.turn(("two starts", "two resumes", "looking on"))
    delay = trial.rng.uniform(0, 0.5 * trial.good.seconds)
    if kind == "two resumes":
        shutil.copytree(trial.good / "partial", run)
    first = trial.start(go_on(trial, run))
    second_command = go_on(trial, run)
    time.sleep(delay)
    if kind == "looking on":
        while first.poll() is None:
            look = trial.rng.choice((["gan", "sample", run, "--count", "2"],
                                     ["gan", "audit", run, "--images", "2"]))
            trial.run(look)
        outcomes = [trial.wait(first).check()]
    else:
        second = trial.start(second_command)
        outcomes = [trial.wait(first).check(), trial.wait(second).check()]
        if all(outcome.status == 0 for outcome in outcomes):
            raise Wrong(f"{kind} in {run}: both went on as if they were alone")
    if all(outcome.status != 0 for outcome in outcomes):
        raise Wrong(f"{kind} in {run}: neither came to its end")
    equals_reference(trial, run)


def output_file(trial):
    """The file that another program writes is the old or the new one, whatever happens meanwhile."""
    command, name = trial.turn(WRITERS)
    way = trial.rng.choice(("kill", "INT", "TERM", "full disk", "small files"))
    part = trial.rng.random()
    trial.give(*command.needs.split())
    start = time.monotonic()
    trial.run(command.arguments)
    seconds = time.monotonic() - start
    new, old = (trial / name).read_bytes(), b"what was there before"
    (trial / name).write_bytes(old)
    if way == "small files" or (way == "full disk" and not trial.good.mounts):
        size = max(1024, int(part * len(new)))  # the complaint goes to a file too
        outcome = trial.run(command.arguments, file_size=size)
        outcome.expect(outcome.status != 0 or size >= len(new),
                       "too little room for its output was not told")
    elif way == "full disk":
        disk = trial.mount("disk", 4096)
        (disk / name).write_bytes(old)
        arguments = [word.replace(name, f"disk/{name}") for word in command.arguments]
        outcome = trial.run(arguments)
        if outcome.status != 0 and (disk / name).read_bytes() != old:
            raise Wrong(f"'{command.line}' on a full disk: what was there before is lost")
    else:
        process = trial.start(command.arguments)
        time.sleep(part * seconds)
        process.send_signal(getattr(signal, f"SIG{'KILL' if way == 'kill' else way}"))
        process.wait()
    if (trial / name).read_bytes() not in (old, new):
        raise Wrong(f"'{command.line}', {way}: {name} is neither the old nor the new file")
