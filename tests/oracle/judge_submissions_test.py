#!/usr/bin/env python3
"""The judge of submissions finds each kind of wrong history, and nothing in the right one."""
import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

import judge_submissions


def call(request, invoked, returned, outcome="acknowledged", number=0, draft="A", right=True, edited=False):
    line = {"kind": "submit", "writer": 0, "draft": draft, "request": request, "right": right, "edited": edited,
            "invoked": invoked, "returned": returned, "outcome": outcome}
    if outcome == "acknowledged":
        line.update(response=f"bytes of {draft}{number}", number=number, receipt=f"receipt of {draft}{number}")
    return line


def made(reading, position, number, draft="A", is_made=True):
    return {"kind": "entry", "reading": reading, "position": position, "draft": draft, "number": number,
            "receipt": f"receipt of {draft}{number}", "made": is_made}


def right_history():
    """Two assessments; of A the second is repeated, the third was never answered and done, the fourth was neither,
    but is when it is repeated at the end; the fifth is wrong."""
    log = [{"position": 1},
           made(0, 2, 1), made(0, 3, 1, "B"), made(0, 4, 2), made(0, 5, 1, is_made=False), made(0, 6, 3)]
    lines = [
        call("a1", 10, 20, number=1),
        call("b1", 10, 25, number=1, draft="B"),
        call("a2", 30, 40, "unknown"),
        call("a2", 41, 50, number=2),
        call("a3", 60, 70, "unknown"),
        call("a4", 61, 71, "unknown"),
        call("a5", 62, 72, "refused", right=False),
        {"kind": "reading", "reading": 1, "invoked": 100, "returned": 110},
        {"kind": "reading", "reading": 2, "invoked": 200, "returned": 210},
        call("a1", 120, 130, number=1),
        call("b1", 121, 131, number=1, draft="B"),
        call("a2", 122, 132, number=2),
        call("a3", 123, 133, number=3),
        call("a4", 124, 134, number=4),
        call("a5", 125, 135, "refused", right=False),
        {"kind": "highest", "draft": "A", "number": 4},
        {"kind": "highest", "draft": "B", "number": 1},
    ]
    for reading in (1, 2):
        lines += [dict(copy.deepcopy(entry), kind="entry", reading=reading) for entry in log]
    lines.append(made(2, 7, 4))
    lines += [{"kind": "receipt", "receipt": f"receipt of {draft}{number}", "valid": True}
              for draft in "AB" for number in range(1, 6)]
    return lines + [{"kind": "end"}]


def edit(change):
    """The right history after `change` has edited the lines."""
    lines = right_history()
    end = lines.pop()
    lines = change(lines) or lines
    return lines + [end]


def of(lines, **what):
    return [line for line in lines if all(line.get(key) == value for key, value in what.items())]


def set_all(lines, what, **values):
    for line in of(lines, **what):
        line.update(values)


def without(lines, **what):
    return [line for line in lines if line not in of(lines, **what)]


def found(lines):
    """The findings, and the requests and entries in their examples."""
    verdict = judge_submissions.judge("\n".join(json.dumps(line) for line in lines))
    return {kind: count for kind, count in verdict["findings"].items() if count}, verdict


def renumber(lines):
    for reading in (1, 2):
        for position, entry in enumerate(sorted(of(lines, kind="entry", reading=reading), key=lambda e: e["position"]), 1):
            entry["position"] = position
    return lines


class RightHistory(unittest.TestCase):
    def test_nothing_is_found(self):
        kinds, verdict = found(right_history())
        self.assertEqual(kinds, {})
        self.assertEqual(verdict["examples"], [])
        self.assertEqual({key: verdict[key] for key in ("calls", "requests", "acknowledged", "unknown", "refused", "entries",
                                                         "unheard", "unheardAndDone")},
                         {"calls": 13, "requests": 6, "acknowledged": 5, "unknown": 0, "refused": 1, "entries": 7,
                          "unheard": 2, "unheardAndDone": 1})

    def test_what_nobody_heard_of_may_be_there_or_not(self):
        kinds, verdict = found(edit(lambda lines: without(lines, request="a3", invoked=123)))
        self.assertEqual((kinds, verdict["unknown"]), ({}, 1))

    def test_what_was_edited_meanwhile_may_be_refused(self):
        kinds, verdict = found(edit(lambda lines: lines.append(call("a6", 80, 90, "refused", edited=True))))
        self.assertEqual((kinds, verdict["outdated"], verdict["edited"], verdict["unheard"]), ({}, 1, 0, 2))

    def test_concurrent_requests_have_any_order(self):
        def swap(lines):
            set_all(lines, {"request": "a1"}, number=2, receipt="receipt of A2")
            set_all(lines, {"request": "a2", "outcome": "acknowledged"}, number=1, receipt="receipt of A1")
            set_all(lines, {"request": "a2", "invoked": 30}, invoked=15)
        self.assertEqual(found(edit(swap))[0], {})


class WrongHistories(unittest.TestCase):
    def expect(self, kind, change, *more):
        kinds, verdict = found(edit(change))
        self.assertIn(kind, kinds)
        self.assertEqual(set(kinds) - {kind, *more}, set(), verdict["examples"])
        self.assertTrue(any(example["finding"] == kind and example["lines"] for example in verdict["examples"]))

    def test_an_acknowledged_one_is_not_in_the_log(self):
        self.expect("lost", lambda lines: renumber(without(lines, kind="entry", draft="B")), "highest")

    def test_an_acknowledged_one_was_not_yet_in_the_first_reading(self):
        self.expect("lost", lambda lines: renumber(
            [line for line in lines if line not in of(lines, kind="entry", reading=1, draft="B")]), "log_changed")

    def test_an_acknowledged_one_is_refused_when_it_is_repeated(self):
        self.expect("lost", lambda lines: set_all(lines, {"request": "a1", "invoked": 120}, outcome="refused"))

    def test_an_acknowledged_one_is_made_anew_when_it_is_repeated(self):
        def anew(lines):
            set_all(lines, {"request": "a1", "invoked": 120}, number=5, receipt="receipt of A5", response="bytes of A5")
            set_all(lines, {"kind": "highest", "draft": "A"}, number=5)
            lines.append(made(2, 8, 5))
        self.expect("another_answer", anew)

    def test_a_retry_gets_other_bytes(self):
        self.expect("another_answer", lambda lines: set_all(lines, {"request": "a2", "invoked": 122}, response="others"))

    def test_it_is_in_the_log_twice(self):
        def again(lines):
            lines += [made(1, 7, 2), made(2, 8, 2)]
            set_all(lines, {"kind": "entry", "reading": 2, "number": 4}, position=8)
            of(lines, kind="entry", reading=2, number=2)[1]["position"] = 7
        self.expect("twice", again, "order", "unasked")

    def test_it_is_in_the_log_twice_with_two_numbers(self):
        self.expect("twice", lambda lines: lines.append(dict(made(2, 8, 5), receipt="receipt of A4")), "highest")

    def test_two_entries_have_one_number(self):
        def more(lines):
            lines.append(call("a6", 80, 90, "unknown"))
            lines.append(dict(made(2, 8, 4), receipt="another"))
        self.expect("twice", more)

    def test_two_requests_get_one_submission(self):
        self.expect("twice", lambda lines: set_all(
            lines, {"request": "a4", "outcome": "acknowledged"}, number=3, receipt="receipt of A3"), "unasked")

    def test_a_number_is_left_out(self):
        def leave_out(lines):
            set_all(lines, {"draft": "B", "kind": "submit"}, number=2)
            set_all(lines, {"draft": "B", "kind": "entry"}, number=2)
            set_all(lines, {"draft": "B", "kind": "highest"}, number=2)
        self.expect("gap", leave_out)

    def test_nobody_asked_for_it(self):
        # A refusal explains none.
        def more(lines):
            set_all(lines, {"kind": "highest", "draft": "A"}, number=5)
            lines.append(made(2, 8, 5))
        self.expect("unasked", more)

    def test_more_entries_than_requests_that_were_not_answered(self):
        def more(lines):
            lines = without(lines, request="a3", invoked=123)
            set_all(lines, {"kind": "highest", "draft": "A"}, number=5)
            return lines + [made(2, 8, 5)]
        self.expect("unasked", more)

    def test_what_is_refused_in_the_end_explains_nothing(self):
        def more(lines):
            lines.append(call("a5", 55, 59, "unknown", right=False))
            set_all(lines, {"kind": "highest", "draft": "A"}, number=5)
            lines.append(made(2, 8, 5))
        self.expect("unasked", more)

    def test_a_request_of_another_assessment_explains_nothing(self):
        def other(lines):
            lines.append(call("b2", 80, 90, "unknown", draft="B"))
            set_all(lines, {"kind": "highest", "draft": "A"}, number=5)
            lines.append(made(2, 8, 5))
        self.expect("unasked", other)

    def test_it_was_there_before_its_request(self):
        self.expect("unasked", lambda lines: without(lines, request="a3", invoked=60))

    def test_a_change_of_what_was_never_made(self):
        self.expect("unasked", lambda lines: lines.append(made(2, 8, 9, is_made=False)))

    def test_the_later_request_has_the_lower_number(self):
        def swap(lines):
            set_all(lines, {"request": "a1"}, number=2, receipt="receipt of A2")
            set_all(lines, {"request": "a2", "outcome": "acknowledged"}, number=1, receipt="receipt of A1")
        self.expect("order", swap)

    def test_numbers_go_down_in_the_log(self):
        def swap(lines):
            for reading in (1, 2):
                second, third = (of(lines, kind="entry", reading=reading, number=number, made=True)[0] for number in (2, 3))
                second["position"], third["position"] = third["position"], second["position"]
        self.expect("order", swap)

    def test_the_log_is_not_what_it_was(self):
        self.expect("log_changed", lambda lines: set_all(
            lines, {"kind": "entry", "reading": 1, "number": 3}, receipt="another"))

    def test_the_log_is_shorter_than_it_was(self):
        self.expect("log_changed", lambda lines: lines.append(dict(position=7, kind="entry", reading=1)) or
                    lines.append(dict(position=8, kind="entry", reading=1)))

    def test_a_position_is_left_out(self):
        self.expect("log_changed", lambda lines: set_all(lines, {"kind": "entry", "number": 4}, position=8))

    def test_the_highest_number_is_another(self):
        self.expect("highest", lambda lines: set_all(lines, {"kind": "highest", "draft": "A"}, number=3))

    def test_a_right_request_is_refused(self):
        self.expect("refused", lambda lines: lines.append(call("a6", 80, 90, "refused")))

    def test_a_receipt_does_not_verify(self):
        self.expect("unverified", lambda lines: set_all(lines, {"kind": "receipt", "receipt": "receipt of A2"}, valid=False))

    def test_a_receipt_was_not_verified(self):
        self.expect("unverified", lambda lines: without(lines, kind="receipt", receipt="receipt of B1"))

    def test_a_wrong_request_is_acknowledged(self):
        self.expect("accepted", lambda lines: set_all(lines, {"request": "b1"}, right=False))


class Program(unittest.TestCase):
    def run_with(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "judge_submissions.py")
            return subprocess.run([sys.executable, program, file.name], capture_output=True, text=True, check=False)

    def test_it_says_so_by_its_exit_code(self):
        lines = [json.dumps(line) for line in right_history()]
        self.assertEqual(self.run_with("\n".join(lines)).returncode, 0)
        wrong = edit(lambda history: set_all(history, {"kind": "highest", "draft": "A"}, number=3))
        judged = self.run_with("\n".join(json.dumps(line) for line in wrong))
        self.assertEqual(judged.returncode, 1)
        self.assertEqual(json.loads(judged.stdout)["findings"]["highest"], 1)

    def test_half_a_history_is_none(self):
        lines = [json.dumps(line) for line in right_history()]
        for text in ("", "\n".join(lines[:-1]), "\n".join(lines)[:-5], lines[-1], '{"kind": "submit"}\n' + lines[-1]):
            judged = self.run_with(text)
            self.assertEqual((judged.returncode, judged.stdout), (2, ""), text)


if __name__ == "__main__":
    unittest.main()
