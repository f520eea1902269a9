// Errors of the assessment service as the command line says them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "zhiping/common/v1/text.pb.h"

namespace zhiping::ctl {

// What the service says, with methods and fields of requests said as commands and options.
common::v1::LocalText InCommands(common::v1::LocalText message);

// The same error with fields of the request said as options, and with what to do next: which
// option, or which command.
absl::Status WithAssessmentAdvice(const absl::Status& status);

// The options that repeat a request as it was: its id, and the etag that it is based on, each after
// a blank.
std::string RetryArguments(const google::protobuf::Message& request);

// The error of a call that should have changed something and may have: says how to repeat it, if it
// is one of those after which that is not known.
absl::Status WithRetry(const absl::Status& status, const std::string& arguments);

}  // namespace zhiping::ctl
