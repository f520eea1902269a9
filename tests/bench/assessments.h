// What benchmarks of the assessment service have in common: the suite as processes, what one
// submission through it leaves in the database, and databases with as many copies as they need.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/assessment/store.h"
#include "tests/faults/drafts.h"
#include "tests/faults/suite.h"
#include "tests/uscc.h"

namespace zhiping::assessment {

[[noreturn]] inline void Die(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}
inline void OrDie(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}
template <typename T>
T OrDie(absl::StatusOr<T> value) {
  OrDie(value.status());
  return *std::move(value);
}

// What is stored of an enterprise that has filled a draft in and submitted it.
struct Stored {
  v1::EnterpriseRecord enterprise;
  // Before, and what submitted it.
  v1::AssessmentRecord draft;
  v1::SubmitRequest request;
  // After.
  v1::SubmissionRecord submission;
  std::string receipt;
  v1::CampaignRecord campaign;
  // Of the request, and of the entry of the log.
  std::string request_sha256;
  std::string response;
  std::string event;
};

// The n-th copy, of another enterprise.
v1::EnterpriseRecord CopyEnterprise(const Stored& stored, int number);
v1::AssessmentRecord CopyDraft(const Stored& stored, int number);
// With a receipt number of its own, which is ReceiptNumberOf it.
v1::SubmissionRecord CopySubmission(const Stored& stored, int number);
std::string ReceiptNumberOf(int number);

// Catalogue and scoring, with the 2026 edition in force.
class AssessmentSuite {
 public:
  // `security`: as in faults::Suite.
  explicit AssessmentSuite(const faults::Security* security = nullptr);

  // An assessment service on the database, as operated but for the flags; it answers.
  std::unique_ptr<faults::AssessmentProcess> Start(const std::string& database,
                                                   const faults::Flags& flags = {});
  // Registers, fills in and submits through a service on an empty database, which stays without a
  // service.
  Stored SubmitOne(const std::string& database);

 private:
  const faults::Suite suite_;
  faults::CatalogueProcess catalogue_{suite_};
  faults::ScoringProcess scoring_{suite_, {{"--catalogue", catalogue_.address()}}};
};

// A database and its store. REQUIRES: no service has it open, if it is SQLite's.
struct OpenStore {
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<Store> store;
};
OpenStore OpenOrDie(const std::string& setting, int connections = 8);

// Puts the campaign, and copies of the enterprise and its draft, into the store.
void FillDrafts(Store& store, const Stored& stored, int count);

// The request that submits the number-th draft.
v1::SubmitRequest SubmitRequestOf(const Stored& stored, int number);

// The rows of that submission as they are written: the request, the submission with its receipt,
// the draft; and, if `log`, what the sequencer takes into the log.
std::vector<sql::Statement> RowsOf(const Stored& stored, int number, bool log);

}  // namespace zhiping::assessment
