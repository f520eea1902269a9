// Files of answers as enterprises have them: CSV from Excel in Chinese or English, or JSON.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/criteria/answers.h"

namespace zhiping::ctl {

// The largest file that is read, in bytes: room for what is sent at most, however it is written.
inline constexpr size_t kMaxAnswersBytes = 16 << 20;

// Answers as the file has them: scenarios and levels by id or by any name.
struct AnswersFile {
  criteria::AnswerList answers;
  // Where each answer stands, for people: `第 4 行` / `line 4`.
  std::vector<common::v1::LocalText> places;
};

// CSV with the headings scenario, level, reason or 场景名称, 等级, 说明 (reason may be left out),
// in UTF-8 with or without BOM, or in GB18030; or JSON as ScoreRequest.answers has it: a list of
// {"scenario", "level", "reason"}, alone or as member `answers`.
//
// Errors: UNKNOWN_ENCODING, MALFORMED, WRONG_COLUMN; each says line and column. TOO_LARGE for more
// answers than an edition can have scenarios, or more text than a scoring service takes at once.
absl::StatusOr<AnswersFile> ReadAnswersFile(absl::string_view bytes);

// An error about answers whose fields are `answers[i].…`, with the fields said as places of the
// file.
absl::Status WithPlaces(const absl::Status& status, const AnswersFile& file);

}  // namespace zhiping::ctl
