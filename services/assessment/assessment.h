// The assessment service, put together: what main.cc serves, and what tests run in their own
// process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/operations_service.h"
#include "common/releases/releases.h"
#include "common/rpc/server.h"
#include "common/time/clock.h"
#include "common/time/periodic.h"
#include "services/assessment/assessment_service.h"
#include "services/assessment/campaign_service.h"
#include "services/assessment/change_feed.h"
#include "services/assessment/enterprise_service.h"
#include "services/assessment/feed_service.h"
#include "services/assessment/file_accesses.h"
#include "services/assessment/review_service.h"

namespace zhiping::assessment {

struct AssessmentOptions {
  sql::Options database;
  ReceiptSigningOptions signing;
  audit::AuditOptions audit;
  // How often what was committed is moved into the log of changes.
  absl::Duration sequence_interval = absl::Milliseconds(50);
  int pool_threads = 16;
  int pool_queue = 512;
};

// Thread-safe.
class Assessment {
 public:
  // Opens everything. `scoring`: to the scoring service. All outlive this. Errors: those of
  // Database::Open, Store::Open, ReceiptSigning::Open and AuditLog::Open.
  static absl::StatusOr<std::unique_ptr<Assessment>> Open(
      const AssessmentOptions& options, releases::Releases& releases,
      const std::shared_ptr<grpc::Channel>& scoring, const Clock& clock,
      const rpc::CallEnvironment& environment);
  // REQUIRES: the server that serves it is closed.
  ~Assessment();
  Assessment(const Assessment&) = delete;
  Assessment& operator=(const Assessment&) = delete;

  std::vector<rpc::ServedService> services();
  Store& store() { return *store_; }
  audit::AuditLog& audit() { return *audit_; }
  // What its calls are handled in, with what records them.
  const rpc::CallEnvironment& calls() const { return calls_; }

  // Whether the database answers: what readiness follows.
  bool Readable();

  // Ends the streams of WatchSubmissions: before the server is closed.
  void EndStreams() { feed_service_.EndStreams(); }

 private:
  Assessment(const AssessmentOptions& options, releases::Releases& releases,
             const std::shared_ptr<grpc::Channel>& scoring, const Clock& clock,
             const rpc::CallEnvironment& environment, std::unique_ptr<sql::Database> database,
             std::unique_ptr<Store> store, std::unique_ptr<audit::AuditLog> audit,
             std::unique_ptr<ReceiptSigning> signing, const std::string& incarnation);

  rpc::PooledService Calls(absl::string_view service);
  // What is done now and then: releases are followed, old request ids are forgotten.
  void Tidy();

  const std::unique_ptr<sql::Database> database_;
  const std::unique_ptr<Store> store_;
  const std::unique_ptr<audit::AuditLog> audit_;
  const std::unique_ptr<ReceiptSigning> signing_;
  const PublishedCriteria criteria_;
  const Environment environment_;
  const ScoringClient scoring_;
  rpc::BoundedPool pool_;
  // Its own, since a call waits in `pool_` for what this writes.
  rpc::BoundedPool access_pool_;
  FileAccesses accesses_;
  rpc::CallEnvironment calls_;
  rpc::OutcomeLog tidied_;
  Enterprises enterprises_;
  Campaigns campaigns_;
  Drafts drafts_;
  Submitting submitting_;
  Closing closing_;
  SubmissionsOfEnterprises submissions_;
  Reviews reviews_;
  ReviewLists review_lists_;
  ChangeFeed feed_;
  EnterpriseService enterprise_service_;
  CampaignService campaign_service_;
  AssessmentService assessment_service_;
  ReviewService review_service_;
  FeedService feed_service_;
  audit::OperationsService operations_service_;
  // Ends first.
  std::unique_ptr<Periodic> tidying_;
};

}  // namespace zhiping::assessment
