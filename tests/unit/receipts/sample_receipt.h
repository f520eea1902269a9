// Submissions and receipts of an enterprise that does not exist, scored by the engine.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/envelope/signer.h"
#include "common/envelope/trust.h"
#include "common/receipts/receipt.h"
#include "common/time/timestamp.h"

namespace zhiping::receipts {

using assessment::v1::Submission;

class FreshKey final : public envelope::Signer {
 public:
  FreshKey() : key(*envelope::Key::Generate(envelope::KeyAlgorithm::ED25519)) {}
  const std::string& key_id() const override { return key.id(); }
  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    return key.Sign(message);
  }
  std::string Envelope(envelope::Purpose::Value purpose, absl::string_view payload) const {
    return envelope::SerializeEnvelope(*envelope::SignPayload(purpose, payload, {this}));
  }
  std::shared_ptr<const envelope::Trust> TrustFor(const std::string& programme) const {
    return *envelope::Trust::Parse(envelope::TrustEntry(
        key, {envelope::Purpose::RELEASE, envelope::Purpose::RECEIPT}, {programme}, ""));
  }
  const envelope::Key key;
};

inline constexpr absl::Time kSubmittedAt = absl::FromUnixSeconds(1'796'000'000);

// What the answers and facts score.
inline common::v1::ScoreResult ScoreOf(const criteria::Criteria& criteria,
                                       const assessment::v1::SubmittedContent& content,
                                       bool texts) {
  criteria::FactList facts;
  for (const auto& fact : content.facts()) *facts.Add() = fact.value();
  const auto input = *criteria::ReadInput(criteria, content.answers(), facts);
  criteria::Tally tally = criteria.NewTally();
  (void)criteria::Score(criteria, input.answers, input.facts, tally);
  auto result = criteria::MakeResult(criteria, tally, texts);
  result.set_freshness(common::v1::Freshness::FRESH);
  result.set_revision(7);
  return result;
}

// Every scenario is answered: with its highest level, its lowest, `none`, and one in ten as not
// applicable. Every fact has the value in the middle of its bounds.
inline void FillContent(const criteria::Criteria& criteria, bool texts,
                        assessment::v1::SubmittedContent& content) {
  content.set_programme(criteria.edition().programme());
  content.set_release_digest(criteria.digest());
  content.set_release_label(criteria.release().label());
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    auto& answer = *content.add_answers();
    answer.set_scenario(criteria.edition().scenarios(i).id());
    int lowest = 1;
    while (!criteria.LevelExists(i, lowest)) ++lowest;
    const int rank = i % 3 == 0 ? criteria.HighestRank(i) : i % 3 == 1 ? lowest : 0;
    answer.set_level(rank == 0 ? criteria::kNoneId : criteria.edition().levels(rank - 1).id());
    if (i % 10 == 9) {
      answer.set_level(criteria::kNotApplicableId);
      answer.set_reason("本厂没有这一<工序> & 不外包");
    }
  }
  for (const auto& declared : criteria.rulebook().facts()) {
    auto& fact = *content.add_facts();
    fact.mutable_value()->set_fact(declared.name());
    fact.mutable_value()->set_value(
        criteria::FormatDecimal((declared.min() + declared.max()) / 2, declared.scale()));
    fact.set_source(assessment::v1::FactSource::DECLARED);
  }
  *content.mutable_result() = ScoreOf(criteria, content, texts);
}

inline Submission SampleSubmission(const criteria::Criteria& criteria, bool texts = true) {
  Submission submission;
  auto& key = *submission.mutable_key();
  key.set_enterprise("91320000MA1MXXXX5Y");
  key.set_plant("p2");
  key.set_campaign("2026-jiangsu");
  key.set_number(2);
  auto& content = *submission.mutable_content();
  FillContent(criteria, texts, content);
  auto& snapshot = *content.mutable_snapshot();
  snapshot.set_uscc(key.enterprise());
  snapshot.set_name("示例智能装备（苏州）有限公司");
  snapshot.set_plant(key.plant());
  snapshot.set_plant_name("二厂");
  snapshot.set_region("320506");
  snapshot.set_region_name("江苏省苏州市吴中区");
  for (const char* unit : {"wuzhong", "suzhou", "jiangsu"}) snapshot.add_units(unit);
  for (const char* unit :
       {"吴中区工业和信息化局", "苏州市工业和信息化局", "江苏省工业和信息化厅"}) {
    snapshot.add_unit_names(unit);
  }
  snapshot.set_industry_division("35");
  snapshot.set_industry_class("3562");
  snapshot.set_size("medium");
  snapshot.set_channel(assessment::v1::Channel::STAGED);
  snapshot.set_submitter_issuer("https://id.example");
  snapshot.set_submitter_subject("u-1");
  snapshot.set_submitter_name("王芳");
  snapshot.set_is_test(true);
  auto& evidence = *content.add_evidence();
  evidence.set_name("视觉检测验收报告.pdf");
  evidence.set_sha256(std::string(64, 'a'));
  evidence.set_size(123'456);
  evidence.set_effective_on("2026-03-31");
  evidence.set_expires_on("2029-03-30");
  evidence.add_scenarios(criteria.edition().scenarios(0).id());
  auto& commitment = *content.mutable_commitment();
  commitment.set_version("2026-1");
  commitment.set_text("我单位承诺填报内容真实、准确。\n如有不实，愿承担相应责任。");
  *commitment.mutable_given_at() = ToTimestamp(kSubmittedAt);
  commitment.set_given_by("李强");
  *content.mutable_submitted_at() = ToTimestamp(kSubmittedAt);
  return submission;
}

// The same after the county approved it with a finding about its first scenario and its first fact.
inline Submission ReviewedSubmission(const criteria::Criteria& criteria, bool texts = true) {
  Submission submission = SampleSubmission(criteria, texts);
  auto& standing = *submission.mutable_standing();
  standing.set_state(assessment::v1::SubmissionState::UNDER_REVIEW);
  standing.set_assurance(assessment::v1::Assurance::COUNTY_REVIEWED);
  auto reviewed = submission.content();
  reviewed.mutable_answers(0)->set_level(criteria::kNoneId);
  auto& finding = *standing.add_findings();
  finding.set_scenario(reviewed.answers(0).scenario());
  finding.set_level(criteria::kNoneId);
  finding.set_reason("现场未见运行记录。");
  if (!reviewed.facts().empty()) {
    const auto& declared = criteria.rulebook().facts(0);
    auto& fact = *reviewed.mutable_facts(0)->mutable_value();
    fact.set_value(criteria::FormatDecimal(declared.min(), declared.scale()));
    auto& lowered = *standing.add_findings();
    lowered.set_fact(fact.fact());
    lowered.set_value(fact.value());
    lowered.set_reason("与证书不符。");
  }
  for (auto& found : *standing.mutable_findings()) {
    found.set_stage(assessment::v1::Stage::COUNTY);
    *found.mutable_found_at() = ToTimestamp(kSubmittedAt + absl::Hours(30));
  }
  *standing.mutable_reviewed_result() = ScoreOf(criteria, reviewed, texts);
  auto& decision = *standing.add_decisions();
  decision.set_decision(1);
  decision.set_kind(assessment::v1::Decision::APPROVED);
  decision.set_stage(assessment::v1::Stage::COUNTY);
  decision.set_unit("wuzhong");
  decision.set_unit_name("吴中区工业和信息化局");
  *decision.mutable_decided_at() = ToTimestamp(kSubmittedAt + absl::Hours(48));
  decision.set_decided_by("赵审核");
  return submission;
}

inline Receipt SampleReceipt(const criteria::Criteria& criteria, Receipt::Kind kind,
                             bool texts = true) {
  const Submission submission = kind == Receipt::DECISION ? ReviewedSubmission(criteria, texts)
                                                          : SampleSubmission(criteria, texts);
  return MakeReceipt(kind, submission, criteria,
                     {kSubmittedAt + absl::Hours(kind == Receipt::DECISION ? 48 : 0),
                      "00112233445566778899aabbccddeeff"});
}

}  // namespace zhiping::receipts
