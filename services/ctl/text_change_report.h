// How official texts and texts of the rulebook differ, for people.
#pragma once

#include <string>

#include "common/criteria/criteria.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/passport.pb.h"

namespace zhiping::ctl {

// The name of an answer under criteria that have it.
std::string NameOfAnswer(const std::string& answer, const criteria::Criteria& criteria,
                         const Screen& screen);

// The field of a TextChange in words: 「应用等级：进阶级」 for `cells[advanced]`.
std::string TextField(const std::string& field, const criteria::Criteria& from,
                      const criteria::Criteria& to, const Screen& screen);

// An indented line, or several: the field and how its text differs. Removed and added text is
// marked with signs too, for terminals without colours.
std::string TextDifference(
    const std::string& field,
    const google::protobuf::RepeatedPtrField<catalogue::v1::TextPiece>& pieces,
    const Screen& screen);

}  // namespace zhiping::ctl
