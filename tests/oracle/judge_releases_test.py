#!/usr/bin/env python3
"""The judge of releases finds each kind of wrong history, and nothing in the right one."""
import json
import unittest

import judge_releases


def submission(assessment, number, release, seen):
    line = {"kind": "submission" if seen else "submitted", "assessment": assessment, "number": number, "release": release,
            "receipt": f"{assessment}{number}", "content": f"content of {assessment}{number}"}
    if seen:
        line.update(result="r", scored="r")
    return line


def draft(assessment, release, *changes):
    return {"kind": "draft", "assessment": assessment, "release": release, "changes": [list(change) for change in changes]}


def right_history():
    """`p` is of a campaign that pins a release, `f` of one that does not."""
    return [
        {"kind": "in_force", "release": "R1"},
        {"kind": "campaign", "campaign": "pinned", "release": "R1"},
        {"kind": "campaign", "campaign": "free"},
        {"kind": "open", "assessment": "p", "campaign": "pinned"},
        {"kind": "open", "assessment": "f", "campaign": "free"},
        submission("p", 1, "R1", False),
        submission("f", 1, "R1", False),
        {"kind": "in_force", "release": "R2"},
        draft("p", "R1"),
        draft("f", "R1"),
        {"kind": "rebase", "assessment": "p"},
        {"kind": "rebase", "assessment": "f"},
        draft("p", "R1"),
        draft("f", "R2", ("R1", "R2")),
        submission("f", 2, "R2", False),
        {"kind": "repin", "campaign": "pinned", "release": "R2"},
        draft("p", "R2", ("R1", "R2")),
        submission("p", 1, "R1", True),
        draft("f", "R2", ("R1", "R2")),
        submission("f", 1, "R1", True),
        submission("f", 2, "R2", True),
        {"kind": "reading"},
        {"kind": "end"},
    ]


def found(lines):
    verdict = judge_releases.judge("\n".join(json.dumps(line) for line in lines))
    return {kind: count for kind, count in verdict["findings"].items() if count}


class Releases(unittest.TestCase):
    def expect(self, kind, index, **values):
        lines = right_history()
        lines[index].update(values)
        self.assertEqual(found(lines), {kind: 1} if kind else {})

    def test_nothing_is_found_in_the_right_one(self):
        self.expect(None, 0)

    def test_a_draft_follows_what_is_in_force(self):
        self.expect("release", 9, release="R2", changes=[["R1", "R2"]])

    def test_a_draft_leaves_what_its_campaign_pins(self):
        self.expect("release", 12, release="R2", changes=[["R1", "R2"]])

    def test_a_draft_does_not_follow_a_repin(self):
        self.expect("release", 16, release="R1", changes=[])

    def test_a_submission_is_of_another_release(self):
        lines = right_history()
        for index in (14, 20):
            lines[index]["release"] = "R1"
        self.assertEqual(found(lines), {"release": 1})

    def test_a_change_is_not_recorded(self):
        self.expect("unrecorded", 18, changes=[])

    def test_a_change_begins_elsewhere(self):
        self.expect("unrecorded", 18, changes=[["R0", "R2"]])

    def test_a_change_in_between_is_missing(self):
        self.expect("unrecorded", 18, changes=[["R1", "R3"], ["R4", "R2"]])

    def test_a_submission_is_changed(self):
        for field in ("content", "receipt", "release"):
            self.expect("changed", 19, **{field: "another"})

    def test_a_result_is_not_that_of_its_release(self):
        self.expect("result", 20, result="another")

    def test_a_number_is_left_out(self):
        lines = right_history()
        lines[14]["number"] = lines[20]["number"] = 3
        self.assertEqual(found(lines), {"number": 2})

    def test_nobody_submitted_it(self):
        lines = right_history()
        lines.insert(21, submission("p", 2, "R2", True))
        self.assertEqual(found(lines), {"number": 1})

    def test_a_submission_is_gone(self):
        lines = right_history()
        del lines[19]
        self.assertEqual(found(lines), {"gone": 1})

    def test_a_draft_is_gone(self):
        lines = [line for line in right_history() if line["kind"] != "draft" or line["assessment"] != "f"]
        self.assertEqual(found(lines), {"gone": 1})

    def test_half_a_history_is_none(self):
        for lines in ([], right_history()[:-1], right_history()[-1:], right_history()[3:], [{"kind": "no such"}]):
            with self.assertRaises(judge_releases.NoHistory):
                found(lines)


if __name__ == "__main__":
    unittest.main()
