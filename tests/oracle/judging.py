"""What programs that judge histories have in common: reading one, and the way they end."""
import json
import sys

# How many findings of a kind a verdict shows.
SHOWN = 20


class NoHistory(Exception):
    pass


def judge(text, verdict_of):
    """The verdict of verdict_of(lines). Lines know their numbers (`line`). Raises NoHistory."""
    try:
        return verdict_of([dict(json.loads(line), line=number) for number, line in enumerate(text.splitlines(), 1)])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise NoHistory(f"{type(error).__name__}: {error}") from error


def main(usage, no_history, judge_text):
    """Judges the file that the command line names, and returns the exit code."""
    if len(sys.argv) != 2:
        print(usage, file=sys.stderr)
        return 2
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            verdict = judge_text(file.read())
    except (NoHistory, OSError) as error:
        print(f"{no_history}: {sys.argv[1]}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(verdict, ensure_ascii=False, indent=1))
    return 1 if any(verdict["findings"].values()) else 0
