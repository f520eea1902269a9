// Every value of a receipt, changed alone: the signature notices all, and recomputation, with a new
// signature, all that can be computed.
#include "common/receipts/recompute.h"

#include <functional>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "tests/edition_folder.h"
#include "tests/unit/receipts/sample_receipt.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::receipts {
namespace {

using envelope::Purpose;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Vouched for by the signature alone, as recompute.h says; `*` stands for any number.
constexpr const char* kOnlySigned[] = {"kind",
                                       "submission.campaign",
                                       "submission.number",
                                       "content.answers[*].reason",
                                       "content.facts[*].source",
                                       "content.evidence",
                                       "content.commitment",
                                       "content.submitted_at",
                                       "content.snapshot.name",
                                       "content.snapshot.plant_name",
                                       "content.snapshot.region",
                                       "content.snapshot.unit",
                                       "content.snapshot.industry",
                                       "content.snapshot.size",
                                       "content.snapshot.channel",
                                       "content.snapshot.submitter",
                                       "content.snapshot.is_test",
                                       "content.result.engine_version",
                                       "content.result.revision",
                                       "content.result.freshness",
                                       "reviewed_result.engine_version",
                                       "reviewed_result.revision",
                                       "reviewed_result.freshness",
                                       "state",
                                       "assurance",
                                       "decisions",
                                       "findings[*].reason",
                                       "findings[*].stage",
                                       "findings[*].found_at",
                                       "signed_at",
                                       "incarnation",
                                       "software_version"};

// `content.answers[12].level` → `content.answers[*].level`.
std::string WithoutNumbers(const std::string& path) {
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    out.push_back(path[i]);
    if (path[i] != '[') continue;
    out.push_back('*');
    i = path.find(']', i) - 1;
  }
  return out;
}

bool IsOnlySigned(const std::string& path) {
  const std::string general = WithoutNumbers(path);
  for (const char* prefix : kOnlySigned) {
    // `statement` does not begin with `state`.
    if (general == prefix) return true;
    if (absl::StartsWith(general, prefix) && general[strlen(prefix)] != 'm') return true;
  }
  return false;
}

using Change = std::function<void(Message&, const FieldDescriptor*, int)>;

// Applies the change to the value of that number, in the order of the fields; its path, or nullopt
// if there are not so many. `number` is what is left to skip.
std::optional<std::string> ChangeValue(Message& message, const std::string& path,
                                       const Change& change, int& number) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string name =
          absl::StrCat(path, field->name(), repeated ? absl::StrCat("[", i, "]") : "");
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Message& part = repeated ? *reflection.MutableRepeatedMessage(&message, field, i)
                                 : *reflection.MutableMessage(&message, field);
        if (auto found = ChangeValue(part, name + ".", change, number)) return found;
      } else if (number-- == 0) {
        change(message, field, repeated ? i : -1);
        return name;
      }
    }
  }
  return std::nullopt;
}

// To another value, which is one of its type.
void ToAnother(Message& message, const FieldDescriptor* field, int index) {
  const auto& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (index < 0) {
        return reflection.SetString(&message, field, reflection.GetString(message, field) + "x");
      }
      return reflection.SetRepeatedString(
          &message, field, index, reflection.GetRepeatedString(message, field, index) + "x");
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, field, reflection.GetInt32(message, field) + 1);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, field, reflection.GetInt64(message, field) + 1);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, field, !reflection.GetBool(message, field));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value = reflection.GetEnumValue(message, field);
      return reflection.SetEnumValue(&message, field, value == 1 ? 2 : 1);
    }
    default:
      FAIL() << field->full_name();
  }
}

void ToNothing(Message& message, const FieldDescriptor* field, int index) {
  const auto& reflection = *message.GetReflection();
  if (index < 0) return reflection.ClearField(&message, field);
  for (int i = index; i + 1 < reflection.FieldSize(message, field); ++i) {
    reflection.SwapElements(&message, field, i, i + 1);
  }
  reflection.RemoveLast(&message, field);
}

class RecomputeTest : public testing::Test {
 protected:
  absl::StatusOr<SignedReceipt> Signed(const Receipt& receipt) const {
    return ReadReceipt(key_.Envelope(Purpose::RECEIPT, SerializeReceipt(receipt)), *trust_);
  }

  Recomputed Recomputation(const Receipt& receipt) const {
    const auto read = Signed(receipt);
    EXPECT_OK(read);
    return read.ok() ? Recompute(*read, *criteria_) : Recomputed();
  }

  // The fields that differ.
  std::vector<std::string> Differences(const Receipt& receipt) const {
    std::vector<std::string> fields;
    for (const auto& difference : Recomputation(receipt).differences) {
      fields.push_back(absl::StrCat(difference.field(), ": ", difference.signed_value(), " → ",
                                    difference.recomputed_value()));
    }
    return fields;
  }

  const std::shared_ptr<const criteria::Criteria> criteria_ = *criteria::CompileEdition2026();
  const FreshKey key_;
  const std::shared_ptr<const envelope::Trust> trust_ =
      key_.TrustFor(criteria_->edition().programme());
};

TEST_F(RecomputeTest, WhatTheEngineScoredComesOutAgain) {
  for (const auto kind : {Receipt::SUBMISSION, Receipt::DECISION}) {
    for (const bool texts : {true, false}) {
      const Receipt receipt = SampleReceipt(*criteria_, kind, texts);
      const Recomputed recomputed = Recomputation(receipt);
      EXPECT_THAT(Differences(receipt), testing::IsEmpty());
      EXPECT_GT(recomputed.compared, 150);
      ASSERT_TRUE(recomputed.result.has_value());
      EXPECT_EQ(recomputed.result->index().numerator(),
                receipt.content().result().index().numerator());
      EXPECT_NE(recomputed.result->statement().zh(), "");
      EXPECT_EQ(recomputed.reviewed_result.has_value(), kind == Receipt::DECISION);
    }
  }
}

TEST_F(RecomputeTest, EveryValueThatIsChangedOrTakenAwayIsNoticed) {
  int computed = 0;
  int only_signed = 0;
  for (const bool taken_away : {false, true}) {
    const Change change = taken_away ? ToNothing : ToAnother;
    const char* const name = taken_away ? " taken away" : " changed";
    const Receipt receipt = SampleReceipt(*criteria_, Receipt::DECISION, /*texts=*/!taken_away);
    const auto genuine =
        envelope::ParseEnvelope(key_.Envelope(Purpose::RECEIPT, SerializeReceipt(receipt)));
    ASSERT_OK(genuine);
    for (int value = 0;; ++value) {
      Receipt other = receipt;
      int number = value;
      const auto path = ChangeValue(other, "", change, number);
      if (!path.has_value()) break;
      envelope::Envelope forged = *genuine;
      forged.payload = SerializeReceipt(other);
      const auto under_old = ReadReceipt(envelope::SerializeEnvelope(forged), *trust_);
      EXPECT_THAT(under_old, HasReason(Reason::BAD_SIGNATURE)) << *path << name;
      const auto signed_anew = Signed(other);
      const bool noticed =
          !signed_anew.ok() || !Recompute(*signed_anew, *criteria_).differences.empty();
      if (!IsOnlySigned(*path)) {
        EXPECT_TRUE(noticed) << *path << name;
        ++computed;
      } else if (!taken_away) {
        EXPECT_FALSE(noticed) << *path << name;
        ++only_signed;
      }
    }
  }
  EXPECT_GT(computed, 500);
  EXPECT_GT(only_signed, 40);
}

TEST_F(RecomputeTest, SaysWhatIsWrongAndWhatComesOut) {
  struct Case {
    const char* what;
    std::function<void(Receipt&)> change;
    const char* difference;
  };
  const std::string first = criteria_->edition().scenarios(0).id();
  const std::string lowest = criteria_->edition().levels(0).id();
  const Case cases[] = {
      {"a better index",
       [](Receipt& receipt) {
         auto& index = *receipt.mutable_content()->mutable_result()->mutable_index();
         index.set_numerator(index.numerator() + 1);
       },
       "content.result.index.numerator: "},
      {"a scenario left out",
       [](Receipt& receipt) {
         auto& answers = *receipt.mutable_content()->mutable_answers();
         answers.DeleteSubrange(0, 1);
       },
       "content.answers:  → "},
      {"no answer",
       [](Receipt& receipt) { receipt.mutable_content()->mutable_answers(0)->set_level(""); },
       "content.answers[0].level:  → INCOMPLETE"},
      {"a scenario twice",
       [](Receipt& receipt) {
         auto& content = *receipt.mutable_content();
         *content.add_answers() = content.answers(0);
       },
       "content.answers[33].scenario:  → DUPLICATE_SCENARIO"},
      {"another order",
       [](Receipt& receipt) { receipt.mutable_content()->mutable_answers()->SwapElements(0, 1); },
       "content.answers[0].scenario: "},
      {"a level by its name",
       [this](Receipt& receipt) {
         auto& answer = *receipt.mutable_content()->mutable_answers(0);
         answer.set_level(
             criteria_->edition().levels(criteria_->FindLevel(answer.level())).name().text());
       },
       "→ UNKNOWN_LEVEL"},
      {"a plant of another enterprise",
       [](Receipt& receipt) { receipt.mutable_submission()->set_enterprise("other"); },
       "submission.enterprise: other → 91320000MA1MXXXX5Y"},
      {"another release",
       [](Receipt& receipt) { receipt.mutable_content()->set_release_label("2026-2"); },
       "content.release_label: 2026-2 → 2026-1"},
      {"findings without their result", [](Receipt& receipt) { receipt.clear_reviewed_result(); },
       "reviewed_result:  → present"},
      {"a result without its findings", [](Receipt& receipt) { receipt.clear_findings(); },
       "reviewed_result: present → "}};
  for (const auto& [what, change, difference] : cases) {
    Receipt receipt = SampleReceipt(*criteria_, Receipt::DECISION);
    change(receipt);
    EXPECT_THAT(absl::StrJoin(Differences(receipt), "\n"), testing::HasSubstr(difference)) << what;
  }
}

TEST_F(RecomputeTest, AFindingNeverRaises) {
  Submission submission = ReviewedSubmission(*criteria_);
  // The third scenario was answered `none`.
  auto& finding = *submission.mutable_standing()->add_findings();
  finding.set_scenario(submission.content().answers(2).scenario());
  finding.set_level(criteria_->edition().levels(criteria_->HighestRank(2) - 1).id());
  const Receipt receipt =
      MakeReceipt(Receipt::DECISION, submission, *criteria_, {kSubmittedAt, ""});
  EXPECT_THAT(absl::StrJoin(Differences(receipt), "\n"), testing::HasSubstr("findings[2].level: "));
  EXPECT_THAT(absl::StrJoin(Differences(receipt), "\n"), testing::HasSubstr("FINDING_RAISES"));
}

// As versions before 2026-11 signed them: the city found first, then returned it to the county.
TEST_F(RecomputeTest, OfTwoStagesTheHigherCountsWhicheverWasFoundFirst) {
  for (const bool city_first : {true, false}) {
    Submission submission = ReviewedSubmission(*criteria_);
    auto& findings = *submission.mutable_standing()->mutable_findings();
    findings[0].set_stage(assessment::v1::Stage::CITY);
    // Back to what was claimed.
    auto& county = *findings.Add();
    county = findings[0];
    county.set_stage(assessment::v1::Stage::COUNTY);
    county.set_level(submission.content().answers(0).level());
    if (!city_first) findings.SwapElements(0, findings.size() - 1);
    const Receipt receipt =
        MakeReceipt(Receipt::DECISION, submission, *criteria_, {kSubmittedAt, ""});
    EXPECT_THAT(Differences(receipt), testing::IsEmpty());
  }
}

TEST_F(RecomputeTest, TheNumberOnThePaperIsComparedIfItIsGiven) {
  const auto read = Signed(SampleReceipt(*criteria_, Receipt::SUBMISSION));
  ASSERT_OK(read);
  EXPECT_THAT(Recompute(*read, *criteria_, read->receipt_no).differences, testing::IsEmpty());
  const Recomputed other = Recompute(*read, *criteria_, "7K3QD-8M2XV");
  ASSERT_EQ(other.differences.size(), 1u);
  EXPECT_EQ(other.differences[0].field(), "receipt_no");
  EXPECT_EQ(other.differences[0].signed_value(), read->receipt_no);
}

}  // namespace
}  // namespace zhiping::receipts
