// Conditions of tiers, for people: what is asked, how it stands, why, and on what basis.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "services/ctl/screen.h"
#include "zhiping/common/v1/score_result.pb.h"

namespace zhiping::ctl {

using ConditionList = google::protobuf::RepeatedPtrField<common::v1::ConditionResult>;

// The bases and sources of conditions, numbered from 1 in the order in which they are first used,
// so that a report says each once.
class Footnotes {
 public:
  explicit Footnotes(const Screen& screen) : screen_(screen) {}

  // `[1]`
  std::string Mark(const common::v1::LocalText& basis, const common::v1::LocalText& source);

  // All of them, a paragraph each.
  std::string Render() const;

 private:
  const Screen& screen_;
  std::vector<std::pair<std::string, std::string>> notes_;
};

// What the values of conditions are: what is, or the most that can be reached.
enum class Values { kPresent, kMost };

// A condition a line, with its value under it and its parts further in.
std::string ConditionsReport(const ConditionList& conditions, int indent, const Screen& screen,
                             Footnotes& footnotes, Values values = Values::kPresent);

}  // namespace zhiping::ctl
