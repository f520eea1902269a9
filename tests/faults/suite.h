// The suite as real processes: catalogues and scoring instances that trust the same keys, and what
// tests ask of them.
//
//   Suite suite;
//   CatalogueProcess catalogue(suite);
//   catalogue.StartAndAwait();
//   const int32_t revision = catalogue.PublishNew();
//   ScoringProcess scoring(suite, {{"--catalogue", catalogue.address()}});
//   scoring.StartAndAwait();
//   … scoring.Score({})->result().revision() …
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/envelope/envelope.h"
#include "services/catalogue/signing.h"
#include "tests/faults/security.h"
#include "tests/faults/service_process.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.grpc.pb.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::faults {

inline constexpr char kProgramme[] = "jiangsu-ai";

// Keys, and the trust file that accepts them.
class Suite {
 public:
  // `security`: of its services, of which tests are then the operator; null: nobody is asked who
  // they are. It outlives the suite.
  explicit Suite(const Security* security = nullptr);

  const Security* security() const { return security_; }
  // With which tests call the services, in that role if anybody is asked.
  std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const std::string& role) const;
  const std::string& key_file() const { return signing_.release_keys.front(); }
  const std::string& trust_file() const { return signing_.trust_file; }
  // An envelope with the payload, whatever it is, signed by the key.
  std::string Sign(envelope::Purpose::Value purpose, const std::string& payload) const;

 private:
  const Security* const security_;
  const catalogue::SigningOptions signing_;
};

class CatalogueProcess : public ServiceProcess {
 public:
  using Admin = catalogue::v1::CatalogueAdminService::Stub;
  using Public = catalogue::v1::CatalogueService::Stub;

  // Confirms states every 200 ms, and keeps everything in a new SQLite file, unless the flags say
  // otherwise. `starter`: words that start the program.
  explicit CatalogueProcess(const Suite& suite, const Flags& flags = {},
                            std::vector<std::string> starter = {});

  Admin& admin() const { return *admin_; }
  Public& stub() const { return *stub_; }
  // The file of the database, if it is SQLite's.
  const std::string& sqlite_file() const { return sqlite_file_; }

  // The digest of the 2026 edition with that change in what the platform writes.
  absl::StatusOr<std::string> Import(const std::string& change);
  absl::StatusOr<catalogue::v1::PublishReleaseResponse> Publish(
      catalogue::v1::PublishReleaseRequest request);
  // At once.
  absl::StatusOr<catalogue::v1::PublishReleaseResponse> Publish(const std::string& digest);
  // The digest of a release that was not there before. The test program ends if that fails.
  std::string ImportNew();
  // The same, in force at once.
  catalogue::v1::Activation PublishNew();
  absl::StatusOr<catalogue::v1::RollBackResponse> RollBack(catalogue::v1::RollBackRequest request);

  // The next revision is the one above `above`.
  absl::Status Fence(int32_t above);

  absl::StatusOr<catalogue::v1::GetActivationResponse> Activation();
  absl::StatusOr<catalogue::v1::GetConvergenceResponse> Convergence();
  // Whether the alarm is raised.
  bool HasAlarm(const std::string& kind);
  // Every activation there ever was, by revision.
  std::vector<catalogue::v1::ActivationRecord> Activations();
  // The signed envelope of a published release.
  absl::StatusOr<std::string> Blob(const std::string& digest);

 private:
  CatalogueProcess(const Suite& suite, const Flags& flags, std::vector<std::string> starter,
                   std::string sqlite_file);

  // Who asks for it says so only where nobody is asked for a token.
  void SetActor(const std::string& name, catalogue::v1::Actor& actor) const;

  const bool secured_;
  const std::string sqlite_file_;
  const std::unique_ptr<Admin> admin_;
  // Of somebody else, who brings what the operator decides on.
  const std::unique_ptr<Admin> editor_;
  const std::unique_ptr<Public> stub_;
  int changes_ = 0;
};

class ScoringProcess : public ServiceProcess {
 public:
  using Stub = scoring::v1::ScoringService::Stub;

  // Polls every 200 ms unless the flags say otherwise. `starter`: words that start the program.
  ScoringProcess(const Suite& suite, const Flags& flags, std::vector<std::string> starter = {});

  // The sample's result. Thread-safe.
  absl::StatusOr<scoring::v1::ScoreResponse> Score(
      const scoring::v1::Criteria& criteria = {}, absl::Duration timeout = absl::Seconds(10)) const;
  absl::StatusOr<scoring::v1::ScoreResponse> ScorePinned(const std::string& digest) const;
  // What it says of the programme; empty if it does not answer.
  scoring::v1::ProgrammeStatus Status() const;
  // What it runs; 0: nothing.
  int32_t Revision() const { return Status().revision(); }
  bool Reaches(int32_t revision, absl::Duration timeout = absl::Seconds(20)) const;
  bool Becomes(common::v1::Freshness::Value freshness,
               absl::Duration timeout = absl::Seconds(20)) const;
  // When it applied each revision since its last start, by its own clock.
  std::map<int32_t, absl::Time> AppliedAt() const;

 private:
  const std::unique_ptr<Stub> stub_;
};

class AssessmentProcess : public ServiceProcess {
 public:
  // Keeps everything in a new SQLite file unless the flags say otherwise; polls every 200 ms.
  AssessmentProcess(const Suite& suite, const CatalogueProcess& catalogue,
                    const ScoringProcess& scoring, const Flags& flags = {},
                    const std::vector<std::string>& starter = {});
};

// For each of the revisions: how long after the first of the instances the last one applied it, by
// their own clocks; an instance that did not apply it counts as infinite. Sorted.
std::vector<absl::Duration> SwitchesApart(const std::list<ScoringProcess>& instances,
                                          const std::vector<int32_t>& revisions);

// One assessment under the 2026 edition.
const scoring::v1::ScoreRequest& SampleRequest();

}  // namespace zhiping::faults
