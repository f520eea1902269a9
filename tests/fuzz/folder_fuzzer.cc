// An edition folder: edition, rulebook, vectors and notes, separated by lines of kSeparator. It is
// validated whole. Where edition and rulebook are valid they become a release that is read,
// compiled, scored and planned under, whatever the vectors expect.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/criteria/plan.h"
#include "common/criteria/release.h"
#include "common/criteria/score.h"
#include "common/criteria/validate.h"
#include "tests/fuzz/fuzz_target.h"

namespace zhiping::criteria {
namespace {

constexpr char kSeparator[] = "\n====\n";

FolderFiles FilesOf(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(kSeparator, 3));
  FolderFiles files;
  files.edition = parts[0];
  if (parts.size() > 1) files.rulebook = parts[1];
  if (parts.size() > 2) files.vectors = parts[2];
  if (parts.size() > 3) files.notes = parts[3];
  return files;
}

void Use(const Criteria& criteria) {
  Input input;
  input.answers.assign(criteria.scenario_count(), kMissing);
  input.facts.assign(criteria.fact_count(), kFactMissing);
  Tally tally = criteria.NewTally();
  for (int rank = 0; rank <= criteria.level_count(); ++rank) {
    for (int i = 0; i < criteria.scenario_count(); ++i) {
      if (rank > 0 && criteria.LevelExists(i, rank)) input.answers[i] = CodeOfRank(rank);
    }
    fuzz::Require(Score(criteria, input.answers, input.facts, tally), "existing levels are scored");
    fuzz::Require(tally.points >= 0 && tally.points <= criteria.max_points(), "points in range");
  }
  input.answers.assign(criteria.scenario_count(), kMissing);
  for (const TierNodes& tier : criteria.tiers()) {
    for (const int node : {tier.conditions, tier.advice}) {
      if (node < 0) continue;
      PlanTarget target;
      target.node = node;
      target.node_budget = 200;
      const Plan plan = PlanUpgrade(criteria, input, target);
      fuzz::Require(!plan.feasible || plan.cost >= plan.lower_bound, "no plan below the bound");
    }
  }
}

}  // namespace
}  // namespace zhiping::criteria

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhiping::criteria;  // NOLINT(google-build-using-namespace)
  std::vector<zhiping::catalogue::v1::Finding> findings;
  const Folder folder = ParseFolder(FilesOf(zhiping::fuzz::Text(data, size)), findings);
  ValidateFolder(folder);
  if (HasErrors(ValidateRelease(folder.edition, folder.rulebook))) return 0;
  const std::string bytes =
      SerializeRelease(MakeRelease(folder, absl::StrCat(folder.edition.year(), "-1")));
  auto release = ParseRelease(bytes);
  if (!release.ok()) return 0;
  zhiping::fuzz::Require(SerializeRelease(*release) == bytes, "the same bytes after reading");
  const auto criteria = Criteria::Compile(*std::move(release), DigestOf(bytes));
  zhiping::fuzz::Require(criteria.ok(), "what is valid compiles");
  Use(**criteria);
  return 0;
}
