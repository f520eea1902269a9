#!/usr/bin/env python3
"""Whether what READMEs show of a program's output is what it printed.

    tests/readme_output.py PRINTED README…

Every block between ``` lines has to stand in the file PRINTED, in that order; a line with nothing but
… stands for any lines that are left out. What differs from run to run is not compared: process ids,
digests, ports and times of day.
"""
import re
import sys

VARYING = [
    (r"process \d+", "process PID"),
    (r"sha256:[0-9a-f]+", "sha256:DIGEST"),
    (r"\b(\d{1,3}(?:\.\d{1,3}){3}):\d+", r"\1:PORT"),
    (r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?", "TIME"),
]


def lines_of(text):
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return [line.rstrip() for line in text.splitlines()]


def first_missing(block, printed):
    """The first lines of the block, up to an omission, that do not come where they should; or None."""
    at = 0
    for part in "\n".join(block).split("\n…\n"):
        lines = part.split("\n")
        while printed[at:at + len(lines)] != lines:
            if at == len(printed):
                return part
            at += 1
        at += len(lines)
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        printed = lines_of(file.read())
    faults = []
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as file:
            blocks = re.findall(r"^```\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
        if not blocks:
            faults.append(f"{name} shows no output")
        missing = (first_missing(lines_of(block), printed) for block in blocks)
        faults += [f"{name} shows what is not printed there:\n{part}" for part in missing if part]
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
