#!/usr/bin/env python3
"""Judges a history of releases: did every assessment keep its release until a recorded change, and every
submission its content?

    tests/oracle/judge_releases.py HISTORY

HISTORY has a JSON object a line, in the order in which things were done and seen, one after the other:
  in_force    a release came into force, by a publication or a rollback: release
  campaign    it was opened: campaign, and the release that it pins; without one, assessments take what is in force
  repin       two people gave it another release, and it was recorded: campaign, release
  open        assessment of a campaign
  rebase      assessment: by its enterprise, to what is in force; where the campaign pins a release nothing changes
  submitted   assessment, number, release, receipt and content (a digest), as was answered
  draft       was seen: assessment, release, changes (pairs of releases, as the draft records them)
  submission  was seen: assessment, number, release, receipt, content; result, and scored, which is what the engine
              makes of the answers under that release
  reading     everything that there is was seen since the last one
  end         nothing is missing

Prints a verdict as JSON, and exits with 0 if there is no finding, with 1 if there is one, with 2 if HISTORY is no
history. It knows nothing of the service but these lines, and shares no code with it.

Findings
  release     a draft, or a submission when it was made, has another release than it has to have
  unrecorded  the changes of release that a draft records do not lead from the one to the other
  changed     a submission is not what it was
  gone        a reading lacks a draft or a submission
  number      the submissions of an assessment are not 1, 2, 3 …
  result      a submission's result is not that of its release
"""
import sys

import judging
from judging import NoHistory

KINDS = ("release", "unrecorded", "changed", "gone", "number", "result")


class Assessment:
    def __init__(self, campaign, release):
        self.campaign = campaign
        self.opened = release
        # What a draft of a campaign without a release has; the others have what the campaign pins.
        self.own = release
        self.submitted = []
        self.seen = set()


class Judge:
    def __init__(self):
        self.in_force = None
        self.pinned = {}
        self.assessments = {}
        self.acts = {}
        self.counts = dict.fromkeys(KINDS, 0)
        self.examples = []

    def find(self, kind, why, *lines):
        self.counts[kind] += 1
        if len(self.examples) < judging.SHOWN:
            self.examples.append({"finding": kind, "why": why, "lines": list(lines)})

    def due(self, assessment):
        return self.pinned[assessment.campaign] or assessment.own

    def act_in_force(self, line):
        self.in_force = line["release"]

    def act_campaign(self, line):
        self.pinned[line["campaign"]] = line.get("release")

    def act_repin(self, line):
        if not self.pinned[line["campaign"]]:
            raise NoHistory(f"line {line['line']}: the campaign pins no release")
        self.pinned[line["campaign"]] = line["release"]

    def act_open(self, line):
        release = self.pinned[line["campaign"]] or self.in_force
        self.assessments[line["assessment"]] = Assessment(line["campaign"], release)

    def act_rebase(self, line):
        self.assessments[line["assessment"]].own = self.in_force

    def act_submitted(self, line):
        assessment = self.assessments[line["assessment"]]
        assessment.submitted.append(line)
        if line["number"] != len(assessment.submitted):
            self.find("number", f"it is submission {len(assessment.submitted)}", line)
        if line["release"] != self.due(assessment):
            self.find("release", f"it has to be {self.due(assessment)}", line)

    def act_draft(self, line):
        assessment = self.assessments[line["assessment"]]
        assessment.seen.add("draft")
        if line["release"] != self.due(assessment):
            self.find("release", f"it has to be {self.due(assessment)}", line)
        at = assessment.opened
        for before, after in line["changes"]:
            if before != at:
                self.find("unrecorded", f"a change from {before}, where it had {at}", line)
                return
            at = after
        if at != line["release"]:
            self.find("unrecorded", f"the changes end with {at}", line)

    def act_submission(self, line):
        assessment = self.assessments[line["assessment"]]
        assessment.seen.add(line["number"])
        if line["result"] != line["scored"]:
            self.find("result", "the engine gives another", line)
        if line["number"] > len(assessment.submitted):
            return self.find("number", "nobody submitted it", line)
        then = assessment.submitted[line["number"] - 1]
        if any(line[field] != then[field] for field in ("release", "receipt", "content")):
            self.find("changed", "it is not what it was", then, line)

    def act_reading(self, line):
        for name, assessment in self.assessments.items():
            expected = {"draft", *(submitted["number"] for submitted in assessment.submitted)}
            for missing in sorted(map(str, expected - assessment.seen)):
                self.find("gone", f"{name}: {missing}", line)
            assessment.seen = set()

    def judge(self, lines):
        if not lines or lines[-1]["kind"] != "end" or not any(line["kind"] == "reading" for line in lines):
            raise NoHistory("it has no end, or no reading")
        for line in lines[:-1]:
            getattr(self, "act_" + line["kind"])(line)
            self.acts[line["kind"]] = self.acts.get(line["kind"], 0) + 1
        return {"acts": self.acts, "findings": self.counts, "examples": self.examples}


def judge(text):
    return judging.judge(text, Judge().judge)


if __name__ == "__main__":
    sys.exit(judging.main(__doc__, "不是发布版历史 / no history of releases", judge))
