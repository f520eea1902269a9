// What commands that act on one submission share: how it is named, what it is based on, and what is
// said afterwards.
#pragma once

#include <memory>
#include <string>

#include "common/text/limits.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/submission_report.h"

namespace zhiping::ctl {

struct ActOptions {
  AssessmentOptions service;
  std::string submission, reason, etag, request_id;
};

// SUBMISSION; --reason unless kNone, of so many characters at most; --etag if the act is based on
// one; --request-id; and those of the service.
enum class ActReason { kNone, kMay, kMust };
enum class ActEtag { kNone, kTakes };
void AddActOptions(CLI::App& command, const CommandLine& line, ActOptions& options,
                   ActReason reason, ActEtag etag, int characters = kMaxReviewTextCharacters);

// The etag that is named, else the present one of the submission.
absl::StatusOr<std::string> EtagFor(const std::string& named,
                                    const assessment::v1::SubmissionKey& key,
                                    AssessmentClient& client);

// What became of it.
void PrintActed(const std::string& request_id, const google::protobuf::Message& response,
                const assessment::v1::Submission& submission, absl::string_view done_zh,
                absl::string_view done_en, const AssessmentAccess& access, const CommandLine& line);

// The same of what leaves the state as it is: what has been found and said.
void PrintNoted(const std::string& request_id, const google::protobuf::Message& response,
                const assessment::v1::Submission& submission, absl::string_view done_zh,
                absl::string_view done_en, const CommandLine& line);

// An act with a reason, an etag and a request id.
template <typename Request, typename Stub, typename Response>
absl::StatusOr<int> Decide(const ActOptions& options, const CommandLine& line,
                           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                        Response*),
                           absl::string_view done_zh, absl::string_view done_en) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  Request request;
  ASSIGN_OR_RETURN(*request.mutable_submission(), SubmissionOf(options.submission, *access.client));
  ASSIGN_OR_RETURN(*request.mutable_etag(),
                   EtagFor(options.etag, request.submission(), *access.client));
  request.set_reason(options.reason);
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(method, request));
  PrintActed(request.request_id(), response, response.submission(), done_zh, done_en, access, line);
  return kExitOk;
}

}  // namespace zhiping::ctl
