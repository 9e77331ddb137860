"""Hostile values for every option of every program, as their --help lists them."""
import functools
import re
import subprocess

# What each command needs to have been given, so that the hostile value is what is wrong.
BASES = {
    "gan train": "--preset sn-small --data images:images --set batch=2 g.batch=2 --steps 1 "
                 "--out new",
    "gan sample": "partial --count 2 --out grid.png",
    "gan audit": "partial --images 2",
    "gan spectrum": "partial --out spectrum",
    "gan export": "partial --onnx out.onnx",
    "gan report": "partial --out page.html",
    "gan sweep": "--preset sn-small --data images:images --vary n_dis=1 --seeds 1 --steps 1 "
                 "--set batch=2 g.batch=2 --out new",
    "inception_score": "--graph scorer.onnx --images images --splits 1 --no-cache",
    "train_scorer": "--data images:images --out new.onnx --width 4 --batch 4 --epochs 1",
    "lipschitz_float conv": "--in 2 --out 2 --size 4",
    "lipschitz_float check": "golden.json",
    "onnx_conformance": "cases",
    "wasserstein bench": "--iterations 2 --batch 8 --critic cones",
    "wasserstein exact": "images.npz images.npz",
    "bench matmul": "--rounds 1",
    "bench conv": "--rounds 1 --batch 1 --image 8",
    "bench inception": "--rounds 1 --batch 1",
    "bench constraints": "--rounds 1 --batch 1",
    "bench step": "--rounds 1 --batch 2 --image 8 --model sn-small",
}
FILES = ("partial", "images", "scorer.onnx", "golden.json", "cases", "mnist", "stats.npz",
         "images.npz")

TEXTS = ("", " ", "-", "--", "-1", "0", "00", "1", "2", "007", "+1", "1.5", "-0.0", "1e400",
         "1e-400", "1e-30", "nan", "-nan", "inf", "-inf", "0x10", "1_000", "1,2", "1;2", "1e3",
         "true", "yes", "none", "None", "2147483647", "2147483648", "4294967296",
         "9223372036854775807", "9223372036854775808", "18446744073709551615",
         "18446744073709551616", "99999999999999999999999", "%s%n%x", "$(id)", "`id`", "a b",
         "a=b", "=", "==", "key=", "=value", "\n", "a\nb", "\t", "\x01", "\x1b[31mred", "\x7f",
         "\xe9", "\u202e", "\U0001f600", "\udcff\udcfe", "x" * 300, "x" * 70_000, "(" * 2000,
         "[" * 2000, "images/..", ".", "nosuch", "nosuch/nosuch", "images", "images/a",
         "scorer.onnx", "scorer.onnx/x", "golden.json", "/dev/null", "/dev/full", "/proc/self/mem",
         "/proc", "/etc/passwd", "images:", "images:nosuch", "images:images/a/1.png",
         "images:images:images", "cifar10:images", "mnist:", "shapes", "shapes:x", ":", "::",
         "run:", "run:images", "cpu", "cuda", "gpu", "spectral", "spectral(", "spectral(k=)",
         "toeplitz(k=1e39)", "spectral+", "+", "hinge", "high", "sn-small", "highest,nosuch")


@functools.cache
def help_of(program, *words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True).stdout


def options_in(text):
    """[(option, whether it takes a value)] of a help text, positional arguments as None."""
    found = []
    section = ""
    for line in text.splitlines():
        if re.match(r"[A-Z]\w+:$", line):
            section = line
        match = re.match(r"  (-\S+)(?: ([A-Z]+\b|\[|UINT|INT|FLOAT|TEXT))?", line)
        if section == "Positionals:" and line.startswith("  "):
            found.append((None, True))
        elif section == "Options:" and match:
            name = match[1].split(",")[-1]
            if name not in ("--help", "--help-all"):
                found.append((name, match[2] is not None))
    return found


def keys_in(text):
    """The keys of --set, listed in the help text of gan train."""
    if "\nKeys of --set" not in text:  # gan sweep takes them too, and refers to gan train
        return []
    listed = text.partition("\nKeys of --set")[2].partition("\n\n")[0].partition("\nd.constraint (")[0]
    keys = re.findall(r"^[ *]{2}([a-z_.]+)\*? ", listed, re.MULTILINE)
    if not keys:
        raise RuntimeError("gan train --help lists no keys of --set in a form that is known here")
    return keys


def commands(good):
    """(words, options, keys) of every command of every program."""
    for name, program in sorted(good.programs.items()):
        text = help_of(program)
        subcommands = re.findall(r"^  ([a-z_-]+)  ", text.partition("Subcommands:")[2].split("\n\n")[0],
                                 re.MULTILINE)
        for words in [[name, sub] for sub in subcommands] or [[name]]:
            text = help_of(program, *words[1:])
            yield words, options_in(text), keys_in(text)


@functools.cache
def settable(good):
    """Everything that can be set: (words, base arguments, how); how: an option, a flag,
    a key of --set, or None for the first positional argument."""
    found = []
    for words, options, keys in commands(good):
        base = tuple(BASES.get(" ".join(words), "").split())
        for option, takes_value in options or [(None, True)]:
            found.append((words, base, option if takes_value else f"{option}="))
        found += [(words, base, f"--set {key}=") for key in keys]
    return found


def with_value(base, how, value):
    base = list(base)
    if how is None:
        return [value, *base[1:]] if base and not base[0].startswith("-") else [*base, value]
    if how.startswith("--set "):
        return [*base, "--set", how.removeprefix("--set ") + value]
    if how.endswith("="):  # a flag
        return [*base, how + value]
    if how in base:
        base[base.index(how) + 1] = value
        return base
    return [*base, how, value]


def option_value(trial):
    trial.give(*FILES)
    words, base, how = trial.turn(settable(trial.good))
    arguments = with_value(base, how, trial.rng.choice(TEXTS))
    if trial.good.user:
        trial.own(trial.good.user)
    trial.run_or_interrupt([*words, *arguments], user=trial.good.user)
