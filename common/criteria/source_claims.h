// Which text of an edition stands on which line of its source: every line is one text or is said to
// be none, and the texts follow the source's order.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/criteria/findings.h"

namespace zhiping::criteria {

// A text and where it stands, in lines from 1.
struct PlacedText {
  std::string field;
  int first = 0;
  int last = 0;
};

class SourceClaims {
 public:
  explicit SourceClaims(Findings& findings) : findings_(findings) {}

  // The text is all that its lines say: an error if they are another text's.
  void Claim(const PlacedText& text);
  // The text is one of several that its lines list.
  void ClaimPart(const PlacedText& text);
  // A text is said to stand there and does not: that is an error, and one is enough.
  void Excuse(const PlacedText& text);

  // Each text stands after the one before it.
  void CheckOrder(const std::vector<PlacedText>& texts);

  // That each line with something on it is a text, or one of those that the edition leaves out.
  // `visible` is what the lines say.
  void CheckNothingLeftOut(const std::vector<absl::string_view>& visible,
                           const google::protobuf::RepeatedField<int>& left_out);

 private:
  // `text` is what the first line says.
  void LeftOut(int first, int last, absl::string_view text);

  Findings& findings_;
  // Line → field of its text.
  std::map<int, std::string> owners_;
  std::set<int> excused_;
};

}  // namespace zhiping::criteria
