// The platform's English of an edition: a help to read it by, from its notes. It is never official.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/notes.pb.h"

namespace zhiping::ctl {

class English {
 public:
  // Knows no English.
  English() = default;
  // None without notes.
  explicit English(std::optional<catalogue::v1::Notes> notes)
      : notes_(std::move(notes).value_or(catalogue::v1::Notes())) {}

  // Empty if they are not known.
  std::string Title() const;
  absl::string_view Purpose() const { return notes_.purpose_en(); }
  // By id; empty if it is not known. Of a level of a scenario: what it asks for.
  absl::string_view Segment(absl::string_view id) const;
  absl::string_view Level(absl::string_view id) const;
  absl::string_view TypicalScenario(absl::string_view id) const;
  absl::string_view Scenario(absl::string_view id) const;
  absl::string_view Text(absl::string_view scenario, absl::string_view level) const;

  // What an enterprise wrote for a scenario or a level: the id if it is an English name, in
  // capitals or not; else as it was written.
  std::string ScenarioWritten(const std::string& name) const;
  std::string LevelWritten(const std::string& name) const;

  // Title and mark below a report's official title, for a screen in English; empty if nothing is
  // known.
  std::string Header(const Screen& screen) const;

 private:
  const catalogue::v1::ScenarioNote* Find(absl::string_view scenario) const;

  catalogue::v1::Notes notes_;
};

}  // namespace zhiping::ctl
