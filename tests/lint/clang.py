#!/usr/bin/env python3
"""Checks every C++ source of the project with clang: its warnings as errors, thread-safety analysis,
and the clang-tidy checks of .clang-tidy, in one pass over each file.

What takes long is left to --all: the static analyzer, two thirds of the time of some files, and clang-tidy
on files under tests/, where GoogleTest's macros expand to much. Those get the compiler's part.

It reads how files are compiled from build/release (build that first). A file that was found clean is
not checked again until it, a header it includes, its flags, .clang-tidy or clang-tidy changes; what is
clean is remembered in the cache folder by digest.

Usage: tests/lint/clang.py [--all] [--no-cache] [FILE...]
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
OWN_FOLDERS = ("common", "services", "tests")
TIDY = "clang-tidy-14"
COMPILE = ["clang++-14", "-fsyntax-only", "-Werror"]
EXTRA_FLAGS = ["-Wthread-safety", "-Wold-style-cast", "-Wzero-as-null-pointer-constant"]
ANALYZER = "clang-analyzer-*"


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "zhiping" / "clang"


def own_sources():
    """Yields (source, flags, object file) of every source of ours that is compiled."""
    seen = set()
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        if source in seen or not any(source.is_relative_to(ROOT / f) for f in OWN_FOLDERS):
            continue
        seen.add(source)
        words = shlex.split(entry["command"])
        compiler = next(i for i, word in enumerate(words) if word.endswith("++"))
        flags, target, skip = [], None, False
        for word, following in zip(words[compiler + 1 :], words[compiler + 2 :] + [""]):
            if skip:
                skip = False
            elif word in ("-o", "-MF", "-MT", "-MQ"):
                skip = True
                target = following if word == "-o" else target
            elif word not in ("-c", "-MD", "-MMD", str(source)):
                flags.append(word)
        yield source, flags, target


def dependencies():
    """Returns the files that each object file was compiled from, as ninja recorded them."""
    text = subprocess.run(
        ["ninja", "-C", str(BUILD), "-t", "deps"], check=True, capture_output=True, text=True
    ).stdout
    files, current = {}, None
    for line in text.splitlines():
        if line.startswith("    "):
            files[current].append(line.strip())
        elif ": #deps" in line:
            current = line.split(": #deps")[0]
            files[current] = []
    return files


@functools.lru_cache(maxsize=None)
def digest_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def relative(text):
    """The same key in every clone of the project."""
    return text.replace(str(ROOT), "ROOT")


def key_of(common, checks, flags, files):
    key = hashlib.sha256(f"{common} {checks}".encode())
    key.update(relative("\0".join(flags)).encode())
    for file in files:
        path = pathlib.Path(os.path.normpath(BUILD / file))
        key.update(f"\0{relative(str(path))} {digest_of(path)}".encode())
    return key.hexdigest()


def checks_of(source, every):
    """Returns the checks of a file beside those of .clang-tidy; None is the compiler alone."""
    if source.is_relative_to(ROOT / "tests") and not every:
        return None
    # The compiler's own warnings are findings too.
    return "clang-diagnostic-*" if every else f"clang-diagnostic-*,-{ANALYZER}"


def check(source, checks, flags):
    """Returns (clean, output, seconds)."""
    start = time.monotonic()
    command = [*COMPILE, *flags, *EXTRA_FLAGS, str(source)]
    if checks:
        command = [TIDY, "--quiet", f"--checks={checks}", str(source), "--"]
        command += [*flags, *EXTRA_FLAGS]
    result = subprocess.run(command, capture_output=True, text=True, cwd=BUILD)
    # What is left on standard error of a clean run is a count of suppressed warnings.
    output = result.stdout if result.returncode == 0 else result.stdout + result.stderr
    return result.returncode == 0 and not output.strip(), output, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--all", action="store_true", help="also what takes long")
    parser.add_argument("--no-cache", action="store_true", help="check clean files again")
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="only these; all by default")
    options = parser.parse_args()
    if not (BUILD / "compile_commands.json").exists():
        sys.exit("build/release is not there: cmake --preset release && cmake --build --preset release")

    recorded = dependencies()
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True, text=True).stdout
    common = "\0".join([version, (ROOT / ".clang-tidy").read_text(), *EXTRA_FLAGS])
    wanted = {file.resolve() for file in options.files}
    todo, cached = [], 0
    for source, flags, target in own_sources():
        if wanted and source not in wanted:
            continue
        if target not in recorded:
            sys.exit(f"{source.relative_to(ROOT)} is not built: cmake --build --preset release")
        checks = checks_of(source, options.all)
        try:
            remembered = cache_folder() / key_of(common, checks, flags, recorded[target])
        except FileNotFoundError as error:
            sys.exit(f"{error.filename} is gone since the build: cmake --build --preset release")
        if remembered.exists() and not options.no_cache:
            cached += 1
        else:
            todo.append((source, checks, flags, remembered))
    if not todo and not cached:
        sys.exit("no source to check")
    print(f"{cached} files known to be clean, {len(todo)} to check", flush=True)

    cache_folder().mkdir(parents=True, exist_ok=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        running = {
            pool.submit(check, source, checks, flags): (source, remembered)
            for source, checks, flags, remembered in todo
        }
        for done, future in enumerate(concurrent.futures.as_completed(running), 1):
            source, remembered = running[future]
            clean, output, seconds = future.result()
            print(f"[{done}/{len(todo)}] {source.relative_to(ROOT)} {seconds:.1f} s", flush=True)
            if clean:
                remembered.touch()
            else:
                failed += 1
                print(output, flush=True)
    print(f"{failed} files with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
