// Differences of texts, character by character.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/catalogue/v1/passport.pb.h"

namespace zhiping::criteria {

// Appends pieces that, but for the added ones, spell `from`, and, but for the removed ones, spell
// `to`; with as many characters kept as possible. Texts are UTF-8. Pairs too long to compare in a
// moment (over 4 million pairs of characters) are given as removed and added as a whole.
void DiffText(absl::string_view from, absl::string_view to,
              google::protobuf::RepeatedPtrField<catalogue::v1::TextPiece>& pieces);

using TextChanges = google::protobuf::RepeatedPtrField<catalogue::v1::TextChange>;

// Appends how the text of a field differs, unless it does not.
void AddTextChange(const std::string& field, absl::string_view from, absl::string_view to,
                   TextChanges& changes);

}  // namespace zhiping::criteria
