// Whatever editions follow one another, every answer that somebody gave is found again, and nothing
// scores that was not answered or carried without a question.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/criteria/diff.h"
#include "services/assessment/domain/carry_over.h"
#include "services/assessment/domain/draft_facts.h"
#include "tests/unit/assessment/drafts.h"
#include "tests/unit/assessment/next_edition.h"

namespace zhiping::assessment {
namespace {

using catalogue::v1::AnswerPassage;
using catalogue::v1::Passport;
using catalogue::v1::Release;
using criteria::Criteria;
using oracle::Random;

constexpr int kSeeds = 200;
constexpr int kEditions = 5;
// Releases that a draft goes along: all editions, and some of them again.
constexpr size_t kReleases = kEditions + 3;

using Given = std::set<std::string>;

void AddGiven(const v1::CarriedFrom& from, Given& given) {
  for (const auto& answer : from.answers()) {
    given.insert(absl::StrCat(from.release_digest(), " ", answer.scenario(), " ", answer.level(),
                              " ", answer.reason()));
  }
  for (const auto& other : from.others()) AddGiven(other, given);
}

// Every answer of a person that the draft tells of, wherever it was given.
Given GivenIn(const v1::AssessmentRecord& record) {
  Given given;
  for (const auto& answer : record.assessment().answers()) {
    if (answer.has_carried_from()) {
      AddGiven(answer.carried_from(), given);
    } else if (!answer.answer().level().empty()) {
      given.insert(absl::StrCat(record.assessment().release_digest(), " ",
                                answer.answer().scenario(), " ", answer.answer().level(), " ",
                                answer.answer().reason()));
    }
  }
  for (const auto& kept : record.assessment().kept()) AddGiven(kept.carried_from(), given);
  return given;
}

void ExpectAllFound(const Given& before, const Given& after) {
  for (const std::string& one : before) EXPECT_EQ(after.count(one), 1u) << one;
}

// Answers some scenarios at random, as an enterprise would.
void AnswerSome(const Criteria& criteria, Random& random, v1::AssessmentRecord& record) {
  const auto codes = oracle::RandomAnswers(criteria, random);
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    if (random.OneIn(3)) continue;
    const std::string level(criteria.AnswerId(codes[i]));
    Answer(criteria, record, criteria.edition().scenarios(i).id(), level,
           level.empty() ? "" : absl::StrCat("r", random.Below(1000)));
  }
}

// A scenario scores after a step only if its one origin scored and the passport says 沿用; what was
// to be confirmed is to be confirmed still.
void ExpectStrict(const Criteria& from, const Passport& passport,
                  const v1::AssessmentRecord& before, const v1::AssessmentRecord& after) {
  for (int i = 0; i < after.assessment().answers_size(); ++i) {
    const auto& answer = after.assessment().answers(i);
    const auto& passage = passport.scenarios(i);
    EXPECT_NE(answer.to_confirm(), answer.proposed_level().empty());
    if (passage.from_size() != 1) {
      EXPECT_EQ(answer.answer().level(), "");
      continue;
    }
    const auto& origin = before.assessment().answers(from.FindScenario(passage.from(0)));
    EXPECT_EQ(answer.answer().reason(), origin.answer().reason());
    EXPECT_TRUE(answer.to_confirm() || !origin.to_confirm());
    if (answer.answer().level().empty()) continue;
    int said = 0;
    for (const auto& possible : passage.answers()) {
      if (possible.answer() != origin.answer().level()) continue;
      ++said;
      EXPECT_EQ(possible.outcome(), AnswerPassage::CARRIED);
      EXPECT_EQ(possible.proposed(), answer.answer().level());
    }
    EXPECT_EQ(said, 1);
  }
}

std::vector<CriteriaPointer> RandomEditions(Random& random) {
  std::vector<Release> releases = {oracle::FirstEdition(random)};
  while (releases.size() < kEditions) releases.push_back(oracle::NextEdition(releases, random));
  std::vector<CriteriaPointer> editions;
  for (const Release& release : releases) {
    auto compiled = Criteria::Compile(release, absl::StrCat("sha256:r", editions.size()));
    EXPECT_OK(compiled);
    if (compiled.ok()) editions.push_back(*compiled);
  }
  // Back to where the draft has been, and forward again.
  for (const int again : {0, 2, 0}) editions.push_back(editions[again]);
  return editions;
}

TEST(NothingDroppedTest, ADraftThatIsRebasedAndEditedAgainAndAgainKeepsEveryAnswer) {
  // What the random editions led to, so that the test is known to have met it.
  int kept = 0, restored = 0, several_places = 0, to_confirm = 0, carried = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Random random(seed);
    const auto editions = RandomEditions(random);
    ASSERT_EQ(editions.size(), kReleases);
    auto record = Draft(*editions[0]);
    for (size_t i = 1; i < editions.size(); ++i) {
      AnswerSome(*editions[i - 1], random, record);
      const auto before = record;
      Rebase(*editions[i - 1], *editions[i], record, v1::ReleaseChange::REPIN, kNow);
      ExpectAllFound(GivenIn(before), GivenIn(record));
      ExpectStrict(*editions[i - 1], criteria::Diff(*editions[i - 1], *editions[i]), before,
                   record);
      EXPECT_EQ(record.version(), before.version() + 1);
      EXPECT_EQ(record.assessment().release_changes_size(), static_cast<int>(i));
      kept += record.assessment().kept_size() > before.assessment().kept_size();
      restored += record.assessment().kept_size() < before.assessment().kept_size();
      for (const auto& answer : record.assessment().answers()) {
        several_places += answer.carried_from().others_size() > 0;
        to_confirm += answer.to_confirm();
        carried += !answer.answer().level().empty();
      }
    }
  }
  for (const int met : {kept, restored, several_places, to_confirm, carried}) EXPECT_GT(met, 20);
}

TEST(NothingDroppedTest, CarryingOverAlongEditionsGivesWhatRebasingGives) {
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Random random(seed);
    const auto editions = RandomEditions(random);
    ASSERT_EQ(editions.size(), kReleases);
    auto rebased = Draft(*editions[0]);
    AnswerSome(*editions[0], random, rebased);
    const Given given = GivenIn(rebased);
    auto carried = Draft(*editions.back());
    std::vector<const Criteria*> path;
    for (const auto& edition : editions) path.push_back(edition.get());
    CarryOver(path, SourceOf(rebased), kNow, carried);
    for (size_t i = 1; i < editions.size(); ++i) {
      Rebase(*editions[i - 1], *editions[i], rebased, v1::ReleaseChange::REBASE, kNow);
    }
    EXPECT_EQ(Said(carried), Said(rebased));
    EXPECT_EQ(carried.assessment().kept_size(), rebased.assessment().kept_size());
    ExpectAllFound(given, GivenIn(carried));
  }
}

// Values by name, in the draft or kept.
std::multiset<std::string> FactsIn(const v1::AssessmentRecord& record) {
  std::multiset<std::string> facts;
  for (const auto& list : {record.assessment().facts(), record.kept_facts()}) {
    for (const auto& fact : list) {
      facts.insert(
          absl::StrCat(fact.value().fact(), "=", fact.value().value(), " ", fact.source()));
    }
  }
  return facts;
}

TEST(NothingDroppedTest, NorIsAnyValueOfAFact) {
  int kept = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Random random(seed);
    const auto editions = RandomEditions(random);
    ASSERT_EQ(editions.size(), kReleases);
    auto record = Draft(*editions[0]);
    for (size_t i = 1; i < editions.size(); ++i) {
      const auto& rulebook = editions[i - 1]->rulebook();
      for (const auto source : {v1::FactSource::DECLARED, v1::FactSource::IMPORTED}) {
        if (rulebook.facts().empty() || random.OneIn(2)) continue;
        const auto& fact = rulebook.facts(random.Below(rulebook.facts_size()));
        criteria::FactList facts;
        facts.Add()->set_fact(fact.name());
        facts.Mutable(0)->set_value(
            criteria::FormatDecimal(random.Between(fact.min(), fact.max()), fact.scale()));
        EXPECT_OK(SetFacts(*editions[i - 1], record, facts, source, kNow));
      }
      const auto before = FactsIn(record);
      Rebase(*editions[i - 1], *editions[i], record, v1::ReleaseChange::REPIN, kNow);
      EXPECT_EQ(FactsIn(record), before);
      kept += record.kept_facts_size();
    }
  }
  EXPECT_GT(kept, 20);
}

// What the enterprise hands in, and its draft keeps beside that, as Submit stores it.
v1::SubmissionRecord Submitted(const v1::AssessmentRecord& draft) {
  v1::SubmissionRecord record;
  v1::Submission& submission = *record.mutable_submission();
  submission.mutable_key()->set_number(1);
  auto& content = *submission.mutable_content();
  for (const auto& answer : draft.assessment().answers()) *content.add_answers() = answer.answer();
  for (const auto& fact : draft.assessment().facts()) {
    if (fact.counts()) *content.add_facts()->mutable_value() = fact.value();
  }
  *record.mutable_kept_beside() = KeptBesideOf(draft);
  return record;
}

// Every answer that the submission tells of, and those that its draft kept.
Given GivenIn(const v1::SubmissionRecord& record, const std::string& release_digest) {
  Given given;
  for (const auto& answer : record.submission().content().answers()) {
    if (answer.level().empty()) continue;
    given.insert(absl::StrCat(release_digest, " ", answer.scenario(), " ", answer.level(), " ",
                              answer.reason()));
  }
  for (const auto& kept : record.kept_beside().answers()) AddGiven(kept.carried_from(), given);
  return given;
}

std::multiset<std::string> FactsIn(const v1::SubmissionRecord& record) {
  std::multiset<std::string> facts;
  const auto add = [&facts](const common::v1::FactValue& value) {
    facts.insert(absl::StrCat(value.fact(), "=", value.value(), " ", v1::FactSource::DECLARED));
  };
  for (const auto& fact : record.submission().content().facts()) add(fact.value());
  for (const auto& fact : record.kept_beside().facts()) add(fact.value());
  return facts;
}

TEST(NothingDroppedTest, NorIsWhatADraftKeptWhenItsSubmissionIsCarriedOver) {
  int kept = 0, kept_facts = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Random random(seed);
    const auto editions = RandomEditions(random);
    ASSERT_EQ(editions.size(), kReleases);
    auto record = Draft(*editions[0]);
    std::vector<v1::SubmissionRecord> submissions;
    for (size_t i = 0; i < editions.size(); ++i) {
      if (i > 0) {
        Rebase(*editions[i - 1], *editions[i], record, v1::ReleaseChange::REPIN, kNow);
      }
      AnswerSome(*editions[i], random, record);
      for (const auto& fact : editions[i]->rulebook().facts()) {
        if (random.OneIn(2)) continue;
        criteria::FactList facts;
        facts.Add()->set_fact(fact.name());
        facts.Mutable(0)->set_value(
            criteria::FormatDecimal(random.Between(fact.min(), fact.max()), fact.scale()));
        EXPECT_OK(SetFacts(*editions[i], record, facts, v1::FactSource::DECLARED, kNow));
      }
      submissions.push_back(Submitted(record));
    }
    // The draft has gone on meanwhile.
    for (size_t i = 0; i < submissions.size(); ++i) {
      std::vector<const Criteria*> path;
      for (size_t k = i; k < editions.size(); ++k) path.push_back(editions[k].get());
      auto carried = Draft(*editions.back());
      CarryOver(path, SourceOf(submissions[i], record), kNow, carried);
      ExpectAllFound(GivenIn(submissions[i], editions[i]->digest()), GivenIn(carried));
      EXPECT_EQ(FactsIn(carried), FactsIn(submissions[i]));
      kept += submissions[i].kept_beside().answers_size();
      kept_facts += submissions[i].kept_beside().facts_size();
    }
  }
  for (const int met : {kept, kept_facts}) EXPECT_GT(met, 100);
}

}  // namespace
}  // namespace zhiping::assessment
