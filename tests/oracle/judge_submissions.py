#!/usr/bin/env python3
"""Judges a history of submissions: was nothing lost that was acknowledged, and nothing made twice?

    tests/oracle/judge_submissions.py HISTORY

HISTORY has a JSON object a line, in any order but for the last one:
  submit   a call: writer, draft, request (its id), right (false: made to be refused), edited (its draft is
           edited by somebody else, so it may be refused), invoked and returned (nanoseconds), outcome
           (acknowledged | unknown | refused); if it was acknowledged, response (a digest of its bytes), number
           and receipt. Repetitions have the same request.
  receipt  what another service finds in a receipt that was given: receipt, valid (its signature counts, and
           everything in it comes out again from its answers)
  reading  of the whole log of changes: reading (1, 2, …), invoked, returned
  entry    of the log: reading, position; of a submission also draft, number, receipt and made (false: its
           standing changed)
  highest  number of a draft, as it says at the end
  end      nothing is missing

Prints a verdict as JSON: how many requests there were of each kind, how many findings of each kind, and the
first ones with the lines that they are about. Exits with 0 if there is no finding, with 1 if there is one, with
2 if HISTORY is no history. It knows nothing of the service but these lines, and shares no code with it.

Findings
  lost            acknowledged, and not in a reading that began afterwards; or refused when it was repeated
  another_answer  a request was acknowledged with other bytes, another number or another receipt
  twice           two entries, or two requests, have one number or one receipt
  gap             the numbers of an assessment are not 1, 2, 3 …
  unasked         an entry for which there is no request, or that was there before its request
  order           acknowledged before another request of the assessment began, and not the lower number; or
                  numbers that go down in the log
  log_changed     a reading does not begin with the one before, or its positions are not 1, 2, 3 …
  highest         an assessment says another highest number than the log
  refused         a right request was refused, and never acknowledged
  accepted        a wrong request was acknowledged
  unverified      an acknowledged one's receipt is not valid, or was not verified
"""
import collections
import sys

import judging
from judging import NoHistory

KINDS = ("lost", "another_answer", "twice", "gap", "unasked", "order", "log_changed", "highest", "refused", "accepted",
         "unverified")


class Request:
    def __init__(self, calls):
        self.calls = sorted(calls, key=lambda call: call["invoked"])
        self.acknowledged = [call for call in self.calls if call["outcome"] == "acknowledged"]
        self.draft = self.calls[0]["draft"]
        self.right = self.calls[0]["right"]
        self.edited = self.calls[0]["edited"]
        self.invoked = self.calls[0]["invoked"]
        # The instant from which on it must be there; never, if nobody was told.
        self.since = min((call["returned"] for call in self.acknowledged), default=None)

    def answer(self):
        return self.acknowledged[0]

    def refused(self):
        """Whatever became of earlier calls: one that had been done would be answered again."""
        return not self.acknowledged and self.calls[-1]["outcome"] == "refused"


class Judge:
    def __init__(self, lines):
        of = collections.defaultdict(list)
        for line in lines:
            of[line["kind"]].append(line)
        if len(of["end"]) != 1 or lines[-1]["kind"] != "end":
            raise NoHistory("it has no end")
        if not of["submit"] or not of["reading"]:
            raise NoHistory("it has no calls, or no reading of the log")
        calls = collections.defaultdict(list)
        for call in of["submit"]:
            calls[call["request"]].append(call)
        self.requests = [Request(group) for group in calls.values()]
        self.readings = sorted(of["reading"], key=lambda reading: reading["reading"])
        self.entries = collections.defaultdict(list)
        for entry in of["entry"]:
            self.entries[entry["reading"]].append(entry)
        for entries in self.entries.values():
            entries.sort(key=lambda entry: entry["position"])
        self.highest = of["highest"]
        self.valid = {line["receipt"]: line["valid"] for line in of["receipt"]}
        self.calls = len(of["submit"])
        self.counts = dict.fromkeys(KINDS, 0)
        self.examples = []

    def find(self, kind, why, *lines):
        self.counts[kind] += 1
        if len(self.examples) < judging.SHOWN:
            self.examples.append({"finding": kind, "why": why, "lines": list(lines)})

    def made(self, reading):
        return [entry for entry in self.entries[reading["reading"]] if entry.get("made")]

    def by_draft(self, things, draft_of):
        groups = collections.defaultdict(list)
        for thing in things:
            groups[draft_of(thing)].append(thing)
        return groups

    # ---- Calls by themselves ----------------------------------------------------------------------------

    def judge_answers(self):
        for request in self.requests:
            if not request.acknowledged:
                if request.right and not request.edited and any(call["outcome"] == "refused" for call in request.calls):
                    self.find("refused", "a right request was refused", *request.calls)
                continue
            if not request.right:
                self.find("accepted", "a wrong request was acknowledged", *request.calls)
            first = request.answer()
            for call in request.acknowledged[1:]:
                if any(call[field] != first[field] for field in ("response", "number", "receipt")):
                    self.find("another_answer", "one request, two answers", first, call)
            for call in request.calls:
                if call["outcome"] == "refused" and call["invoked"] > request.since:
                    self.find("lost", "acknowledged, and refused afterwards", first, call)
            if not self.valid.get(first["receipt"]):
                self.find("unverified", "its receipt is not what its answers score", first)

    def judge_shared(self):
        """No two requests have one submission."""
        for name in (lambda call: (call["draft"], call["number"]), lambda call: call["receipt"]):
            known = {}
            for request in self.requests:
                for call in request.acknowledged[:1]:
                    other = known.setdefault(name(call), call)
                    if other is not call:
                        self.find("twice", "two requests, one submission", other, call)

    # ---- The log by itself ------------------------------------------------------------------------------

    def judge_readings(self):
        before = []
        for reading in self.readings:
            entries = self.entries[reading["reading"]]
            for position, entry in enumerate(entries, 1):
                if entry["position"] != position:
                    self.find("log_changed", f"position {position} is missing, or there twice", entry)
                    break
            said = [{key: value for key, value in entry.items() if key not in ("reading", "line")} for entry in entries]
            for position, entry in enumerate(before):
                if position >= len(said) or said[position] != entry:
                    self.find("log_changed", "an earlier reading has another entry here", entry, *entries[position:position + 1])
                    break
            before = said

    def judge_numbers(self):
        last = self.readings[-1]
        made = self.made(last)
        receipts = {}
        for entry in made:
            other = receipts.setdefault(entry["receipt"], entry)
            if other is not entry:
                self.find("twice", "two entries, one receipt", other, entry)
        of_draft = self.by_draft(made, lambda entry: entry["draft"])
        for entries in of_draft.values():
            numbers = {}
            for entry in entries:
                other = numbers.setdefault(entry["number"], entry)
                if other is not entry:
                    self.find("twice", "two entries, one number", other, entry)
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                self.find("gap", f"there are {len(numbers)} numbers", max(entries, key=lambda entry: entry["number"]))
            for earlier, later in zip(entries, entries[1:]):
                if later["number"] < earlier["number"]:
                    self.find("order", "numbers go down in the log", earlier, later)
        for said in self.highest:
            there = max((entry["number"] for entry in of_draft.get(said["draft"], [])), default=0)
            if said["number"] != there:
                self.find("highest", f"the log has {there}", said)
        for entry in self.entries[last["reading"]]:
            if "number" in entry and not entry["made"]:
                if not any(other["number"] == entry["number"] and other["position"] < entry["position"]
                           for other in of_draft.get(entry["draft"], [])):
                    self.find("unasked", "what changed was never made", entry)

    # ---- Calls against the log --------------------------------------------------------------------------

    def judge_kept(self):
        for reading in self.readings:
            there = {(entry["receipt"], entry["draft"], entry["number"]) for entry in self.made(reading)}
            for request in self.requests:
                for call in request.acknowledged:
                    if call["returned"] < reading["invoked"] and (call["receipt"], call["draft"], call["number"]) not in there:
                        self.find("lost", "acknowledged, and not in the log", call, reading)
                        break

    def judge_asked(self):
        told = {}
        silent = collections.Counter()
        for request in self.requests:
            if request.acknowledged:
                for call in request.acknowledged:
                    told[(request.draft, call["receipt"])] = request
            elif not request.refused():
                silent[request.draft] += 1
        for entry in self.made(self.readings[-1]):
            if (entry["draft"], entry["receipt"]) not in told:
                # It may be one of those whose callers never heard.
                silent[entry["draft"]] -= 1
                if silent[entry["draft"]] < 0:
                    self.find("unasked", "nobody asked for it", entry)
        for reading in self.readings:
            for entry in self.made(reading):
                request = told.get((entry["draft"], entry["receipt"]))
                if request is not None and request.invoked > reading["returned"]:
                    self.find("unasked", "it was there before its request", entry, request.calls[0])

    def judge_order(self):
        for requests in self.by_draft([r for r in self.requests if r.acknowledged], lambda r: r.draft).values():
            ended = sorted(requests, key=lambda request: request.since)
            latest, next_ended = None, 0
            for request in sorted(requests, key=lambda request: request.invoked):
                while ended[next_ended].since < request.invoked:
                    done = ended[next_ended]
                    if latest is None or done.answer()["number"] > latest.answer()["number"]:
                        latest = done
                    next_ended += 1
                if latest is not None and latest.answer()["number"] > request.answer()["number"]:
                    self.find("order", "acknowledged before the other began, and has the higher number",
                              latest.answer(), request.calls[0], request.answer())

    def verdict(self):
        self.judge_answers()
        self.judge_shared()
        self.judge_readings()
        self.judge_numbers()
        self.judge_kept()
        self.judge_asked()
        self.judge_order()
        acknowledged = sum(1 for request in self.requests if request.acknowledged)
        refused = sum(1 for request in self.requests if request.refused())
        first = self.readings[0]
        unheard = [request for request in self.requests
                   if request.right and not (request.edited and request.refused())
                   and (request.since is None or request.since > first["invoked"])]
        there = {(entry["receipt"], entry["draft"]) for entry in self.made(first)}
        done = [request for request in unheard
                if request.acknowledged and (request.answer()["receipt"], request.draft) in there]
        return {
            "calls": self.calls,
            "requests": len(self.requests),
            "acknowledged": acknowledged,
            "refused": refused,
            "unknown": len(self.requests) - acknowledged - refused,
            # Of drafts that were edited meanwhile: acknowledged, and refused.
            "edited": sum(1 for request in self.requests if request.edited and request.acknowledged),
            "outdated": sum(1 for request in self.requests if request.edited and request.refused()),
            # Not acknowledged when the log was first read; and those of them that were done all the same.
            "unheard": len(unheard),
            "unheardAndDone": len(done),
            "entries": len(self.entries[self.readings[-1]["reading"]]),
            "findings": self.counts,
            "examples": self.examples,
        }


def judge(text):
    return judging.judge(text, lambda lines: Judge(lines).verdict())


if __name__ == "__main__":
    sys.exit(judging.main(__doc__, "不是提交历史 / no history of submissions", judge))
