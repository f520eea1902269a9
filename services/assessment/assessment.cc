#include "services/assessment/assessment.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "services/assessment/following.h"
#include "services/assessment/request_usccs.h"

namespace zhiping::assessment {
namespace {

constexpr absl::Duration kOpenTimeout = absl::Seconds(30);
constexpr absl::Duration kLookTimeout = absl::Seconds(1);
constexpr absl::Duration kTidyInterval = absl::Seconds(5);
constexpr absl::Duration kTidyTimeout = absl::Seconds(10);
constexpr int kDraftsAtOnce = 100;
constexpr int kAccessThreads = 4;

rpc::RequestWriter WriterOf(const google::protobuf::Descriptor& request) {
  return [usccs = RequestUsccs(request)](const google::protobuf::Message& message) {
    return usccs.Normalised(message);
  };
}

}  // namespace

absl::StatusOr<std::unique_ptr<Assessment>> Assessment::Open(
    const AssessmentOptions& options, releases::Releases& releases,
    const std::shared_ptr<grpc::Channel>& scoring, const Clock& clock,
    const rpc::CallEnvironment& environment) {
  ASSIGN_OR_RETURN(auto signing, ReceiptSigning::Open(options.signing, clock.Now()));
  ASSIGN_OR_RETURN(auto database, sql::Database::Open(options.database));
  ASSIGN_OR_RETURN(auto store, Store::Open(*database, absl::Now() + kOpenTimeout));
  ASSIGN_OR_RETURN(auto audit, audit::AuditLog::Open(options.audit, *database, clock,
                                                     environment.log, absl::Now() + kOpenTimeout));
  ASSIGN_OR_RETURN(const auto head, store->changes().Head(absl::Now() + kOpenTimeout));
  return std::unique_ptr<Assessment>(new Assessment(
      options, releases, scoring, clock, environment, std::move(database), std::move(store),
      std::move(audit), std::move(signing), absl::BytesToHexString(head.incarnation)));
}

Assessment::Assessment(const AssessmentOptions& options, releases::Releases& releases,
                       const std::shared_ptr<grpc::Channel>& scoring, const Clock& clock,
                       const rpc::CallEnvironment& environment,
                       std::unique_ptr<sql::Database> database, std::unique_ptr<Store> store,
                       std::unique_ptr<audit::AuditLog> audit,
                       std::unique_ptr<ReceiptSigning> signing, const std::string& incarnation)
    : database_(std::move(database)),
      store_(std::move(store)),
      audit_(std::move(audit)),
      signing_(std::move(signing)),
      criteria_(releases, clock),
      environment_{*store_, criteria_, environment.access.reference(), clock,
                   environment.access.zone()},
      scoring_(scoring),
      pool_(options.pool_threads, options.pool_queue),
      access_pool_(kAccessThreads, options.pool_queue),
      accesses_(*audit_, environment_, access_pool_),
      calls_(environment),
      tidied_(environment.log, rpc::Severity::kWarning, "not_tidied", "tidied"),
      enterprises_(environment_),
      campaigns_(environment_),
      drafts_(environment_, scoring_),
      submitting_(environment_, scoring_, *signing_, incarnation),
      closing_(environment_),
      submissions_(environment_, *signing_),
      reviews_(environment_, *signing_, incarnation),
      review_lists_(environment_),
      feed_(*store_, environment.log, options.sequence_interval),
      enterprise_service_(enterprises_, Calls(v1::EnterpriseService::service_full_name())),
      campaign_service_(campaigns_, Calls(v1::CampaignService::service_full_name())),
      assessment_service_(drafts_, submitting_, closing_, submissions_,
                          Calls(v1::AssessmentService::service_full_name())),
      review_service_(reviews_, review_lists_, Calls(v1::ReviewService::service_full_name())),
      feed_service_(feed_, pool_, calls_),
      operations_service_(audit_.get(), pool_, calls_),
      tidying_(std::make_unique<Periodic>(kTidyInterval, [this] { Tidy(); })) {}

Assessment::~Assessment() = default;

rpc::PooledService Assessment::Calls(absl::string_view service) {
  calls_.audit = &accesses_;
  return {calls_, service, pool_, &WriterOf};
}

std::vector<rpc::ServedService> Assessment::services() {
  return {{v1::EnterpriseService::service_full_name(), &enterprise_service_},
          {v1::CampaignService::service_full_name(), &campaign_service_},
          {v1::AssessmentService::service_full_name(), &assessment_service_},
          {v1::ReviewService::service_full_name(), &review_service_},
          {v1::FeedService::service_full_name(), &feed_service_},
          {common::v1::OperationsService::service_full_name(), &operations_service_}};
}

bool Assessment::Readable() {
  const absl::Status status = store_->changes().Head(absl::Now() + kLookTimeout).status();
  // A database that is busy answers others.
  return status.ok() || absl::IsResourceExhausted(status);
}

void Assessment::Tidy() {
  const absl::Time deadline = absl::Now() + kTidyTimeout;
  absl::Status tidied = store_->ForgetOldRequests(deadline, environment_.Now());
  tidied.Update(FollowReleases(environment_, kDraftsAtOnce, deadline));
  tidied_.Note(tidied);
}

}  // namespace zhiping::assessment
