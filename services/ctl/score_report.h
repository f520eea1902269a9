// The result of a self-assessment as an enterprise reads it.
#pragma once

#include <set>
#include <string>

#include "services/ctl/english.h"
#include "services/ctl/screen.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

// How a missing fact is given to `score`, before `name=…`.
inline constexpr char kGiveFacts[] = "--facts";

// REQUIRES: the response is of view FULL. On a screen in English, `english` stands beside the
// official text. `give_facts`: how a missing fact is given.
std::string ScoreReport(const scoring::v1::ScoreResponse& response, const Screen& screen,
                        const English& english = {}, absl::string_view give_facts = kGiveFacts);

// Parts of it that a plan's report has too.
std::string ScoreHeader(absl::string_view title, const scoring::v1::ScoreResponse& response,
                        const Screen& screen, const English& english);
// What was not answered or given, and where to find it; empty if nothing is missing. Of facts only
// these, or all if null.
std::string MissingReport(const scoring::v1::ScoreResponse& response, const Screen& screen,
                          const English& english, const std::set<std::string>* facts = nullptr,
                          absl::string_view give_facts = kGiveFacts);
std::string StatementReport(const common::v1::ScoreResult& result, const Screen& screen);

}  // namespace zhiping::ctl
