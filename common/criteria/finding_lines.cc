#include "common/criteria/finding_lines.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/text/text_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace zhiping::criteria {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

// Where the fields of one file stand.
struct Located {
  std::unique_ptr<google::protobuf::Message> message;
  TextFormat::ParseInfoTree tree;
};

std::unique_ptr<Located> Locate(std::unique_ptr<google::protobuf::Message> message,
                                const std::string& bytes) {
  auto located = std::make_unique<Located>();
  located->message = std::move(message);
  // ParseFolder has reported what cannot be parsed.
  ParseTextFormat(bytes, *located->message, &located->tree);
  return located;
}

std::unique_ptr<Located> LocateFile(const std::string& file, const FolderFiles& files) {
  if (file == kEditionFile && files.edition) {
    return Locate(std::make_unique<catalogue::v1::Edition>(), *files.edition);
  }
  if (file == kRulebookFile && files.rulebook) {
    return Locate(std::make_unique<catalogue::v1::Rulebook>(), *files.rulebook);
  }
  if (file == kVectorsFile && files.vectors) {
    return Locate(std::make_unique<catalogue::v1::Vectors>(), *files.vectors);
  }
  if (file == kNotesFile && files.notes) {
    return Locate(std::make_unique<catalogue::v1::Notes>(), *files.notes);
  }
  return nullptr;
}

// The line, from 1, of the innermost field of a path such as `tiers[1].conditions[0].threshold`
// that stands in the text; 0 if none does.
int LineOf(const std::string& path, const Located& located) {
  const Descriptor* message = located.message->GetDescriptor();
  const TextFormat::ParseInfoTree* tree = &located.tree;
  int line = 0;
  for (const absl::string_view step : absl::StrSplit(path, '.')) {
    const size_t bracket = step.find('[');
    const FieldDescriptor* const field =
        message->FindFieldByName(std::string(step.substr(0, bracket)));
    if (field == nullptr) return line;
    int index = field->is_repeated() ? 0 : -1;
    if (bracket != absl::string_view::npos &&
        !absl::SimpleAtoi(step.substr(bracket + 1, step.find(']') - bracket - 1), &index)) {
      return line;
    }
    const int found = tree->GetLocation(field, index).line;
    if (found < 0) return line;
    line = found + 1;
    if (field->message_type() == nullptr) return line;
    message = field->message_type();
    tree = tree->GetTreeForNested(field, index);
    if (tree == nullptr) return line;
  }
  return line;
}

}  // namespace

void LocateFindings(const FolderFiles& files, std::vector<catalogue::v1::Finding>& findings) {
  std::map<std::string, std::unique_ptr<Located>> located;
  for (auto& finding : findings) {
    if (finding.line() > 0 || finding.field().empty()) continue;
    auto [entry, is_new] = located.try_emplace(finding.file());
    if (is_new) entry->second = LocateFile(finding.file(), files);
    if (entry->second != nullptr) finding.set_line(LineOf(finding.field(), *entry->second));
  }
}

}  // namespace zhiping::criteria
