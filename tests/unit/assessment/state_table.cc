#include "tests/unit/assessment/state_table.h"

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace zhiping::assessment {
namespace {

using Steps = std::vector<Step>;

Steps operator+(Steps steps, const Steps& more) {
  steps.insert(steps.end(), more.begin(), more.end());
  return steps;
}

const Steps& Submitted() {
  static const auto& steps = *new Steps{{"Submit", "enterprise"}};
  return steps;
}

Steps Decided(const std::string& act, const std::string& actor) {
  return {{"Take", actor}, {act, actor}};
}

// By somebody who then leaves it to others.
Steps Found(const std::string& stage) {
  const std::string finder = stage + "_finder";
  return {{"Take", finder}, {"RecordFindings", finder}, {"Release", finder}};
}

// Approved by the stages below.
Steps At(const std::string& stage) {
  Steps steps = Submitted();
  if (stage == "county") return steps;
  steps = steps + Decided("Approve", "county");
  return stage == "city" ? steps : steps + Decided("Approve", "city");
}

}  // namespace

const std::vector<StartState>& StartStates() {
  static const auto& states = *new std::vector<StartState>{
      {"COMPLETE", "CITED", false, Submitted()},
      {"COMPLETE_NO_REVIEW", "NONE", false, Submitted()},
      {"COMPLETE_CITED", "NONE", false, Submitted() + Steps{{"Cite", "platform"}}},
      {"UNDER_REVIEW_COUNTY", "ALL", false, At("county")},
      {"UNDER_REVIEW_COUNTY_CITED", "CITED", false, Submitted() + Steps{{"Cite", "platform"}}},
      {"UNDER_REVIEW_CITY", "ALL", false, At("city")},
      {"UNDER_REVIEW_PROVINCE", "ALL", false, At("province")},
      {"UNDER_REVIEW_DIRECT", "ALL", true, Submitted()},
      {"UNDER_REVIEW_COUNTY_BACK", "ALL", false,
       At("city") + Decided("ReturnToPreviousStage", "city")},
      {"UNDER_REVIEW_CITY_BACK", "ALL", false,
       At("province") + Decided("ReturnToPreviousStage", "province")},
      {"RETURNED_BY_COUNTY", "ALL", false, At("county") + Decided("ReturnToEnterprise", "county")},
      {"RETURNED_BY_CITY", "ALL", false, At("city") + Decided("ReturnToEnterprise", "city")},
      {"RETURNED_BY_PROVINCE", "ALL", false,
       At("province") + Decided("ReturnToEnterprise", "province")},
      {"REJECTED_BY_COUNTY", "ALL", false, At("county") + Decided("Reject", "county")},
      {"REJECTED_BY_CITY", "ALL", false, At("city") + Decided("Reject", "city")},
      {"REJECTED_BY_PROVINCE", "ALL", false, At("province") + Decided("Reject", "province")},
      {"CONFIRMED", "ALL", false, At("province") + Decided("Approve", "province")},
      {"CONFIRMED_WITH_FINDINGS", "ALL", false,
       At("province") + Decided("RecordFindings", "province") + Steps{{"Approve", "province"}}},
      {"UNDER_REVIEW_COUNTY_FOUND", "ALL", false, At("county") + Found("county")},
      {"UNDER_REVIEW_CITY_FOUND", "ALL", false,
       At("county") + Found("county") + Decided("Approve", "county")},
      {"REJECTED_BY_COUNTY_FOUND", "ALL", false,
       At("county") + Found("county") + Decided("Reject", "county")},
      {"CONFIRMED_FOUND", "ALL", false,
       At("province") + Found("province") + Decided("Approve", "province")},
      {"WITHDRAWN", "ALL", false, Submitted() + Steps{{"Withdraw", "enterprise"}}},
      {"SUPERSEDED", "CITED", false, Submitted() + Submitted()},
      {"REVOKED", "ALL", false,
       At("province") + Decided("Approve", "province") + Steps{{"Revoke", "province_head"}}},
  };
  return states;
}

std::vector<Step> Preparation(const std::string& act, const std::string& actor) {
  const Steps take = {{"Take", actor}};
  if (act == "ResolveComment") {
    return {{"AddComment", "county"}, {"AddComment", "city"}, {"AddComment", "province"}};
  }
  if (act == "DecideObjection" || act == "DismissObjection")
    return Steps{{"Object", "enterprise"}} + take;
  for (const char* taken : {"Release", "RecordFindings", "Approve", "ReturnToEnterprise",
                            "ReturnToPreviousStage", "Reject"}) {
    if (act == taken) return take;
  }
  return {};
}

std::string RunCell(const StartState& state, const std::string& act, const std::string& actor,
                    const DoStep& run) {
  for (const Step& step : state.steps) run(step);
  for (const Step& step : Preparation(act, actor)) run(step);
  return run({act, actor});
}

StateTable ReadStateTable(const std::string& path) {
  StateTable table;
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> header;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || absl::StartsWith(line, "#")) continue;
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    if (header.empty()) {
      header = fields;
      continue;
    }
    for (size_t i = 2; i < fields.size() && i < header.size(); ++i) {
      table[{fields[0], fields[1], header[i]}] = fields[i];
    }
  }
  return table;
}

std::string WriteStateTable(const StateTable& table) {
  std::string text =
      "# What every act of every actor does to a submission in every state: the state afterwards "
      "of "
      "the submission that it is\n"
      "# about (for Submit of the new one), or the error's reason. How each state comes about, and "
      "what is done before each act\n"
      "# so that nothing but state, unit, role and person decides, is in state_table.cc. A unit's "
      "_own is its reviewer and head who calls for\n"
      "# the enterprise too: nobody decides about what they submitted. The _finder of all units is "
      "one person, who recorded the findings in\n"
      "# the states _FOUND: at another stage, and to decide an objection, somebody else acts. "
      "ZHIPING_UPDATE_GOLDEN=1 writes it anew.\n";
  absl::StrAppend(&text, "state\tact\t", absl::StrJoin(kActors, "\t"), "\n");
  for (const StartState& state : StartStates()) {
    for (const std::string& act : kActs) {
      absl::StrAppend(&text, state.name, "\t", act);
      for (const std::string& actor : kActors) {
        const auto cell = table.find({state.name, act, actor});
        absl::StrAppend(&text, "\t", cell == table.end() ? "" : cell->second);
      }
      text.push_back('\n');
    }
  }
  return text;
}

}  // namespace zhiping::assessment
