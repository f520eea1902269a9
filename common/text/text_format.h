// protobuf text format as people write it: UTF-8, with or without a byte order mark.
//
//   catalogue::v1::Edition edition;
//   for (const TextFault& fault : ParseTextFormat(bytes, edition)) …
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace zhiping {

// Why a text cannot be read.
struct TextFault {
  // Both from 1; the column in characters.
  int line = 0;
  int column = 0;
  // UNKNOWN_ENCODING if it is not UTF-8; else MALFORMED.
  Reason::Value reason = Reason::REASON_UNSPECIFIED;
  // A sentence that can follow the name of the file: 「第 3 行第 9 列……」 / `Line 3, column 9 …`.
  common::v1::LocalText message;
};

// Reads `text` into `message`, which has what could be read also if there are faults. Reading ends
// at the first fault of syntax and the first field that is unknown; the last fault says up to which
// line the text was read, and if there are more than 100. `locations`, if given, gets the lines of
// the fields.
std::vector<TextFault> ParseTextFormat(
    absl::string_view text, google::protobuf::Message& message,
    google::protobuf::TextFormat::ParseInfoTree* locations = nullptr);

}  // namespace zhiping
