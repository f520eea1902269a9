// The state table: what every act of every actor does to a submission in every state. It is data,
// states.tsv beside this file, and the same in memory and through the service.
//
//   for (const StateRow& row : AllRows()) …  // every state × act
//     for (const std::string& actor : kActors) cell = RunCell(row, actor, a new world)
#pragma once

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace zhiping::assessment {

// Reviewers and heads are different persons; `_own` are both, and the person who calls for the
// enterprise; `_finder` are both, and one person, who recorded the findings in the states `_FOUND`;
// `other` is of a unit that has nothing to do with it.
inline const std::vector<std::string> kActors = {
    "enterprise",   "platform",        "county",   "county_head", "county_own", "county_finder",
    "city",         "city_head",       "city_own", "city_finder", "province",   "province_head",
    "province_own", "province_finder", "other",    "other_head"};

// DecideObjection upholds it.
inline const std::vector<std::string> kActs = {"Submit",
                                               "Withdraw",
                                               "Cite",
                                               "Uncite",
                                               "Take",
                                               "Release",
                                               "Assign",
                                               "RecordFindings",
                                               "Approve",
                                               "BatchApprove",
                                               "AddComment",
                                               "ResolveComment",
                                               "ReturnToEnterprise",
                                               "ReturnToPreviousStage",
                                               "Reject",
                                               "RecallDecision",
                                               "Revoke",
                                               "Object",
                                               "DecideObjection",
                                               "DismissObjection"};

struct Step {
  std::string act;
  std::string actor;
};

// How submission 1 gets into a state, from an assessment without submissions.
struct StartState {
  std::string name;
  // Of the campaign: NONE, CITED or ALL.
  std::string mode;
  bool direct = false;
  std::vector<Step> steps;
};
const std::vector<StartState>& StartStates();

// What is done before the act itself, so that nothing but state, unit and role decides: whoever
// decides takes the file, somebody commented or objected. Refusals do not matter.
std::vector<Step> Preparation(const std::string& act, const std::string& actor);

// Does an act on submission 1, or submits another one. Returns the state afterwards of the
// submission that it was about (`UNDER_REVIEW_CITY`, `RETURNED`, …), or the error's reason.
using DoStep = std::function<std::string(const Step&)>;

// REQUIRES: the world has no submission, and is as the state asks for.
std::string RunCell(const StartState& state, const std::string& act, const std::string& actor,
                    const DoStep& run);

// By state, act and actor.
using StateTable = std::map<std::tuple<std::string, std::string, std::string>, std::string>;
// Empty if the file cannot be read.
StateTable ReadStateTable(const std::string& path);
std::string WriteStateTable(const StateTable& table);

}  // namespace zhiping::assessment
