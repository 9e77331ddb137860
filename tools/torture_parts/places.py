"""Files that exist but are not what they seem: pipes, folders, links, devices, unreadable files;
and output that cannot be written."""
import os
import socket

from torture_parts.commands import COMMANDS, prepare, snapshot
from torture_parts.trial import Wrong


def fifo(path):
    os.mkfifo(path)


def folder(path):
    path.mkdir()


def unix_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(path.parent, os.O_RDONLY)  # a socket's path must be short
        made.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)


def link(target):
    return lambda path: path.symlink_to(target)


ODD = (fifo, fifo, folder, unix_socket, link("nosuch"), link("/dev/zero"), link("/dev/null"),
       link("/dev/full"), link("/proc/self/mem"), link(".."))


def odd_file(trial):
    command, path = prepare(trial)
    path.unlink()
    if trial.rng.random() < 0.1:
        path.symlink_to(path.name)  # to itself
    else:
        trial.rng.choice(ODD)(path)
    trial.run(command.arguments)


def permission(trial):
    """Runs as a user without permission to read a file or folder, or to write the output."""
    command, path = prepare(trial)
    if trial.good.user:
        trial.own(trial.good.user)
    place = trial.rng.choice((path, path, path.parent, trial.folder))
    mode = trial.rng.choice((0o000, 0o444, 0o555, 0o222, 0o111))
    before = snapshot(trial)
    was = place.stat().st_mode
    place.chmod(mode)
    try:
        outcome = trial.run(command.arguments, user=trial.good.user)
    finally:
        place.chmod(was)
    for file, data in before.items():
        if outcome.status != 0 and (not file.exists() or file.read_bytes() != data):
            raise Wrong(f"{file} was changed by a command that failed")


def full_output(trial):
    """stdout cannot be written, so the work must fail."""
    command = trial.turn(COMMANDS)
    trial.give(*command.needs.split())
    with open("/dev/full", "wb") as full:
        outcome = trial.run(command.arguments, out=full)
    if outcome.status == 0 and not command.line.startswith("gan train"):
        raise Wrong(f"'{command.line}' ended with status 0 though its output was lost")
