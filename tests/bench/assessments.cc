#include "tests/bench/assessments.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "services/assessment/store_columns.h"
#include "tests/faults/drafts.h"

namespace zhiping::assessment {
namespace {

// Of what is stored by hand: the one that was stored by the service.
constexpr int kStored = 0;
constexpr char kCampaign[] = "always";
constexpr int kCopiesAtOnce = 500;

absl::Time Later() { return absl::Now() + absl::Minutes(10); }

std::string RequestIdOf(int number) {
  return absl::StrFormat("00000000-0000-4000-8000-%012d", 1'000'000 + number);
}

std::vector<sql::Value> KeyValues(const v1::AssessmentKey& key) {
  return {key.enterprise(), key.plant(), key.campaign()};
}

}  // namespace

v1::EnterpriseRecord CopyEnterprise(const Stored& stored, int number) {
  v1::EnterpriseRecord copy = stored.enterprise;
  copy.mutable_enterprise()->set_uscc(TestUscc(number));
  copy.mutable_enterprise()->set_name(absl::StrFormat("江苏第%d机械有限公司", number));
  return copy;
}

v1::AssessmentRecord CopyDraft(const Stored& stored, int number) {
  v1::AssessmentRecord copy = stored.draft;
  copy.mutable_assessment()->mutable_key()->set_enterprise(TestUscc(number));
  return copy;
}

std::string ReceiptNumberOf(int number) {
  return absl::StrFormat("%05d-%05d", number / 100'000, number % 100'000);
}

v1::SubmissionRecord CopySubmission(const Stored& stored, int number) {
  v1::SubmissionRecord copy = stored.submission;
  v1::Submission& submission = *copy.mutable_submission();
  submission.mutable_key()->set_enterprise(TestUscc(number));
  submission.mutable_content()->mutable_snapshot()->set_uscc(TestUscc(number));
  submission.set_receipt_no(ReceiptNumberOf(number));
  return copy;
}

AssessmentSuite::AssessmentSuite(const faults::Security* security) : suite_(security) {
  catalogue_.StartAndAwait();
  const int32_t revision = catalogue_.PublishNew().revision();
  scoring_.StartAndAwait();
  if (!scoring_.Reaches(revision)) Die("scoring has no criteria");
}

std::unique_ptr<faults::AssessmentProcess> AssessmentSuite::Start(const std::string& database,
                                                                  const faults::Flags& flags) {
  auto process = std::make_unique<faults::AssessmentProcess>(
      suite_, catalogue_, scoring_, faults::With({{"--database", database}}, flags));
  process->StartAndAwait();
  return process;
}

Stored AssessmentSuite::SubmitOne(const std::string& database) {
  Stored stored;
  {
    const auto process = Start(database);
    faults::Drafts drafts(process->channel());
    OrDie(drafts.OpenCampaign(kCampaign).status());
    OrDie(drafts.Register(kStored));
    stored.request = OrDie(drafts.Fill(kStored, kCampaign));
    stored.request.set_request_id(RequestIdOf(kStored));
    OrDie(drafts.Submit(stored.request).status());
    if (process->Terminate() != 0) Die("the service did not end well");
  }
  const OpenStore open = OpenOrDie(database);
  const v1::AssessmentKey& draft = stored.request.key();
  v1::SubmissionKey key;
  key.set_enterprise(draft.enterprise());
  key.set_plant(draft.plant());
  key.set_campaign(draft.campaign());
  key.set_number(1);
  Store& store = *open.store;
  stored.campaign = *OrDie(store.FindCampaign(Later(), kCampaign));
  stored.enterprise = *OrDie(store.FindEnterprise(Later(), draft.enterprise()));
  stored.draft = *OrDie(store.FindAssessment(Later(), draft));
  stored.draft.mutable_assessment()->clear_latest_submission();
  stored.submission = *OrDie(store.FindSubmission(Later(), key));
  stored.receipt = *OrDie(store.FindReceipt(Later(), key, Receipt::kOfSubmission));
  const auto requests = OrDie(open.database->Query<sql::Bytes, sql::Bytes>(
      Later(), "SELECT sha256, response FROM request WHERE method = 'Submit'"));
  stored.request_sha256 = std::get<0>(requests.front()).value;
  stored.response = std::get<1>(requests.front()).value;
  OrDie(store.SequenceChanges(Later()));
  const auto events = OrDie(open.database->Query<sql::Bytes>(
      Later(), "SELECT bytes FROM log_entry WHERE log = 'changes' ORDER BY position DESC LIMIT 1"));
  stored.event = std::get<0>(events.front()).value;
  return stored;
}

OpenStore OpenOrDie(const std::string& setting, int connections) {
  sql::Options options;
  options.database = setting;
  options.pool_size = connections;
  options.call_timeout = absl::Minutes(10);
  OpenStore open;
  open.database = OrDie(sql::Database::Open(options));
  open.store = OrDie(Store::Open(*open.database, Later()));
  return open;
}

void FillDrafts(Store& store, const Stored& stored, int count) {
  for (int from = 0; from < count; from += kCopiesAtOnce) {
    OrDie(store.Change(Later(), [&](StoreTransaction& transaction) -> absl::Status {
      if (from == 0) RETURN_IF_ERROR(transaction.AddCampaign(stored.campaign).status());
      for (int number = from; number < std::min(from + kCopiesAtOnce, count); ++number) {
        RETURN_IF_ERROR(transaction.AddEnterprise(CopyEnterprise(stored, number)).status());
        RETURN_IF_ERROR(transaction.SaveAssessment(CopyDraft(stored, number)));
      }
      return absl::OkStatus();
    }));
  }
}

v1::SubmitRequest SubmitRequestOf(const Stored& stored, int number) {
  v1::SubmitRequest request = stored.request;
  request.mutable_key()->set_enterprise(TestUscc(number));
  request.set_request_id(RequestIdOf(number));
  return request;
}

std::vector<sql::Statement> RowsOf(const Stored& stored, int number, bool log) {
  v1::AssessmentRecord draft = CopyDraft(stored, number);
  draft.mutable_assessment()->set_latest_submission(1);
  const v1::AssessmentKey& key = draft.assessment().key();
  const int64_t now = absl::ToUnixMillis(absl::Now());
  std::vector<sql::Statement> statements = {
      {"INSERT INTO request (method, parent, request_id, sha256, subject, response, created_at) "
       "VALUES ($1, $2, $3, $4, $5, $6, $7)",
       {"Submit", absl::StrCat(key.enterprise(), "/", key.plant(), "/", key.campaign()),
        RequestIdOf(number), sql::Bytes{stored.request_sha256}, "somebody",
        sql::Bytes{stored.response}, now}}};
  std::vector<std::string> columns;
  std::vector<std::string> places;
  std::vector<sql::Value> values;
  const auto add = [&](std::string column, sql::Value value) {
    columns.push_back(std::move(column));
    values.push_back(std::move(value));
    places.push_back(absl::StrCat("$", values.size()));
  };
  for (NamedValue& column : ColumnsOf(CopySubmission(stored, number))) {
    add(std::move(column.column), std::move(column.value));
  }
  add("is_test", false);
  add("receipt", sql::Bytes{stored.receipt});
  statements.push_back({absl::StrCat("INSERT INTO submission (", absl::StrJoin(columns, ", "),
                                     ") VALUES (", absl::StrJoin(places, ", "), ")"),
                        std::move(values)});
  std::vector<sql::Value> row = KeyValues(key);
  row.emplace_back(sql::Bytes{draft.SerializeAsString()});
  statements.push_back(
      {"UPDATE assessment SET record = $4 WHERE uscc = $1 AND plant = $2 AND "
       "campaign = $3",
       std::move(row)});
  if (log) {
    statements.push_back({"INSERT INTO log_outbox (log, instant, bytes) VALUES ($1, $2, $3)",
                          {"changes", now * 1000, sql::Bytes{stored.event}}});
  }
  return statements;
}

}  // namespace zhiping::assessment
