// The state table (states.tsv) in memory. Through the service, on both databases, it is run by
// tests/integration.
#include "tests/unit/assessment/state_table.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

constexpr char kFile[] = ZHIPING_SOURCE_DIR "/tests/unit/assessment/states.tsv";

std::string RunInMemory(const StartState& state, const std::string& act, const std::string& actor) {
  v1::ReviewPolicy::Mode mode = v1::ReviewPolicy::MODE_UNSPECIFIED;
  EXPECT_TRUE(v1::ReviewPolicy::Mode_Parse(state.mode, &mode));
  ReviewWorld world(mode, state.direct ? v1::Channel::DIRECT : v1::Channel::STAGED);
  return RunCell(state, act, actor, [&](const Step& step) {
    const absl::Status status = world.DoAndSign(step.act, step.actor);
    if (!status.ok()) return Reason::Value_Name(DetailOf(status).reason());
    return world.State(step.act == "Submit" ? static_cast<int32_t>(world.all.size()) : 1);
  });
}

StateTable RunAll() {
  StateTable table;
  for (const StartState& state : StartStates()) {
    for (const std::string& act : kActs) {
      for (const std::string& actor : kActors) {
        table[{state.name, act, actor}] = RunInMemory(state, act, actor);
      }
    }
  }
  return table;
}

TEST(StateTableTest, EveryActOfEveryActorInEveryStateDoesWhatTheTableSays) {
  const StateTable table = RunAll();
  if (std::getenv("ZHIPING_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kFile, std::ios::binary) << WriteStateTable(table);
  }
  const StateTable expected = ReadStateTable(kFile);
  for (const auto& [cell, outcome] : table) {
    const auto& [state, act, actor] = cell;
    const auto found = expected.find(cell);
    const std::string where = absl::StrCat(state, " × ", act, " × ", actor);
    if (found == expected.end()) {
      ADD_FAILURE() << where << " is not in " << kFile;
    } else {
      EXPECT_EQ(outcome, found->second) << where;
    }
  }
  EXPECT_EQ(expected.size(), table.size()) << kFile << " has cells that do not exist.";
}

TEST(StateTableTest, EveryStateIsReachedByItsSteps) {
  for (const StartState& state : StartStates()) {
    v1::ReviewPolicy::Mode mode = v1::ReviewPolicy::MODE_UNSPECIFIED;
    ASSERT_TRUE(v1::ReviewPolicy::Mode_Parse(state.mode, &mode));
    ReviewWorld world(mode, state.direct ? v1::Channel::DIRECT : v1::Channel::STAGED);
    for (const Step& step : state.steps) {
      EXPECT_OK(world.Do(step.act, step.actor)) << state.name << ": " << step.act;
    }
    const std::string reached = world.State(1);
    EXPECT_EQ(reached.substr(0, reached.find('_')), state.name.substr(0, state.name.find('_')));
  }
}

}  // namespace
}  // namespace zhiping::assessment
