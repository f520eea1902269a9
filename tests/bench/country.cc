#include "tests/bench/country.h"

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/reference/reference.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/views.h"

namespace zhiping::assessment {
namespace {

constexpr int kEnterprisesAtOnce = 250;
// Of the tokens.
constexpr char kIssuer[] = "https://issuer.example";

absl::Time Later() { return absl::Now() + absl::Minutes(10); }

class Filling {
 public:
  Filling(const OpenStore& open, const Stored& stored, int enterprises)
      : open_(open), stored_(stored), enterprises_(enterprises) {}

  void Fill() {
    OrDie(open_.store->Change(Later(), [&](StoreTransaction& transaction) -> absl::Status {
      for (const char* const name : {"c2025", "c2026"}) {
        v1::CampaignRecord campaign = stored_.campaign;
        campaign.mutable_campaign()->set_campaign(name);
        RETURN_IF_ERROR(transaction.AddCampaign(campaign).status());
      }
      return absl::OkStatus();
    }));
    // SQLite has one writer.
    const int threads = open_.database->engine() == sql::Engine::kSqlite ? 1 : 2;
    std::vector<std::thread> filling;
    for (int thread = 0; thread < threads; ++thread) {
      filling.emplace_back([this, thread, threads] {
        for (int from = thread * kEnterprisesAtOnce; from < enterprises_;
             from += threads * kEnterprisesAtOnce) {
          OrDie(open_.store->Change(Later(), [&](StoreTransaction& transaction) -> absl::Status {
            for (int i = from; i < std::min(from + kEnterprisesAtOnce, enterprises_); ++i) {
              RETURN_IF_ERROR(Add(transaction, i));
            }
            return absl::OkStatus();
          }));
        }
      });
    }
    for (std::thread& thread : filling) thread.join();
    OrDie(open_.store->SequenceChanges(Later()));
  }

 private:
  absl::Status Add(StoreTransaction& transaction, int number) {
    std::mt19937 random(number);
    const auto chance = [&random](int of) { return static_cast<int>(random() % of); };
    v1::EnterpriseRecord enterprise = CopyEnterprise(stored_, number);
    const int city = chance(kCities);
    const std::string unit = CountyOf(city, chance(kMostCounties));
    enterprise.mutable_enterprise()->set_review_unit(unit);
    enterprise.mutable_enterprise()->set_region(RegionOf(city));
    if (chance(4) == 0) {
      v1::Enrolment& enrolment = *enterprise.mutable_enterprise()->add_enrolments();
      enrolment.set_issuer(kIssuer);
      enrolment.set_subject(kPlatform);
    }
    RETURN_IF_ERROR(transaction.AddEnterprise(enterprise).status());
    v1::Target target;
    target.set_enterprise(TestUscc(number));
    RETURN_IF_ERROR(transaction.UpsertTarget("c2026", target));
    if (chance(20) == 0) {
      v1::ChangeRequestRecord request;
      request.mutable_change_request()->set_uscc(TestUscc(number));
      request.mutable_change_request()->set_number(1);
      request.mutable_change_request()->set_unit(unit);
      request.mutable_change_request()->set_state(chance(2) == 0 ? v1::ChangeRequest::OPEN
                                                                 : v1::ChangeRequest::ACCEPTED);
      *request.mutable_change_request()->mutable_requested_at() =
          ToTimestamp(now_ - absl::Seconds(chance(10'000'000)));
      RETURN_IF_ERROR(transaction.SaveChangeRequest(request));
    }
    for (int i = 0; i < kSubmissionsOfEach; ++i) {
      v1::SubmissionRecord record = CopySubmission(stored_, number * kSubmissionsOfEach + i);
      v1::Submission& submission = *record.mutable_submission();
      submission.mutable_key()->set_enterprise(TestUscc(number));
      submission.mutable_key()->set_campaign(i == 0 ? "c2025" : "c2026");
      submission.mutable_key()->set_number(i == 2 ? 2 : 1);
      v1::SubmittedContent& content = *submission.mutable_content();
      content.set_programme(chance(10) == 0 ? "minor" : "major");
      *content.mutable_submitted_at() =
          ToTimestamp(now_ - absl::Hours(24 * 300 * (2 - i)) - absl::Seconds(chance(20'000'000)));
      content.mutable_snapshot()->clear_units();
      for (const std::string& above : {unit, CityOf(city), std::string("jiangsu")}) {
        content.mutable_snapshot()->add_units(above);
      }
      // One of its own, and a form that everybody hands in.
      content.add_evidence()->set_sha256(absl::StrFormat("%064d", number * 10 + i));
      if (i > 0) content.add_evidence()->set_sha256(kCommonFile);
      v1::SubmissionStanding& standing = *submission.mutable_standing();
      standing.set_effective(i != 1);
      standing.set_state(i == 1           ? v1::SubmissionState::SUPERSEDED
                         : i == 0         ? chance(5) > 0 ? v1::SubmissionState::CONFIRMED
                                                          : v1::SubmissionState::REJECTED
                         : chance(3) == 0 ? v1::SubmissionState::UNDER_REVIEW
                                          : v1::SubmissionState::COMPLETE);
      if (standing.state() == v1::SubmissionState::UNDER_REVIEW) {
        const int stage = chance(4);
        standing.set_stage(stage == 0   ? v1::Stage::COUNTY
                           : stage == 1 ? v1::Stage::CITY
                                        : v1::Stage::PROVINCE);
        standing.set_unit(stage == 0 ? unit : stage == 1 ? CityOf(city) : "jiangsu");
        if (chance(5) > 0) {
          *standing.mutable_due_at() = ToTimestamp(now_ + absl::Hours(24 * chance(60)));
        }
        if (chance(3) == 0) {
          record.mutable_taken_by()->set_issuer(kIssuer);
          record.mutable_taken_by()->set_subject(TakerOf(chance(kTakers)));
          *record.mutable_taken_until() = ToTimestamp(now_ + absl::Hours(chance(8) - 4));
        }
      }
      if (standing.state() == v1::SubmissionState::REJECTED && chance(3) == 0) {
        v1::Objection& objection = *standing.add_objections();
        objection.set_unit("jiangsu");
        objection.set_stage(v1::Stage::PROVINCE);
      }
      RETURN_IF_ERROR(transaction.AddSubmission(record));
      v1::AssessmentRecord draft = CopyDraft(stored_, number);
      draft.mutable_assessment()->mutable_key()->set_campaign(submission.key().campaign());
      if (i < 2) RETURN_IF_ERROR(transaction.SaveAssessment(draft));
      v1::AssessmentEvent event;
      *event.mutable_submission() = ChangeOf(record, false);
      RETURN_IF_ERROR(transaction.Append(event, now_));
    }
    return absl::OkStatus();
  }

  const OpenStore& open_;
  const Stored& stored_;
  const int enterprises_;
  const absl::Time now_ = absl::Now();
};

struct City {
  reference::ReviewUnit unit;
  std::vector<std::string> counties;
};

const City& TheCity(int number) {
  static const auto* const cities = [] {
    auto* const made = new std::vector<City>;
    const reference::Reference reference = OrDie(reference::Reference::Open());
    for (const reference::ReviewUnit& unit : reference.review_units().all()) {
      if (unit.level == reference::UnitLevel::kCity) made->push_back({unit, {}});
      if (unit.level != reference::UnitLevel::kCounty) continue;
      for (City& city : *made) {
        if (city.unit.id == unit.parent) city.counties.push_back(unit.id);
      }
    }
    return made;
  }();
  return cities->at(number);
}

}  // namespace

std::string CityOf(int city) { return TheCity(city).unit.id; }

std::string CountyOf(int city, int county) {
  const std::vector<std::string>& counties = TheCity(city).counties;
  return counties.at(county % counties.size());
}

std::string RegionOf(int city) { return TheCity(city).unit.regions.front(); }

std::string TakerOf(int taker) { return absl::StrCat("reviewer", taker); }

void FillCountry(const OpenStore& open, const Stored& stored, int enterprises) {
  Filling(open, stored, enterprises).Fill();
}

}  // namespace zhiping::assessment
