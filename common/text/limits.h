// How long what people write may be, in characters: for those who check it, and those who say so
// beforehand.
#pragma once

namespace zhiping {

// Reasons and remarks.
inline constexpr int kMaxReasonCharacters = 500;
// Reasons of decisions, objections and comments.
inline constexpr int kMaxReviewTextCharacters = 2000;

}  // namespace zhiping
