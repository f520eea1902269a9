#include "services/assessment/shown_changes.h"

#include <algorithm>

#include "services/assessment/drafts.h"
#include "services/assessment/enterprises.h"
#include "services/assessment/submissions.h"

namespace zhiping::assessment {
namespace {

using Event = v1::AssessmentEvent;

std::vector<std::string> EnterprisesOf(const Event& event) {
  std::vector<std::string> enterprises;
  switch (event.event_case()) {
    case Event::kSubmission:
      enterprises.push_back(event.submission().key().enterprise());
      break;
    case Event::kAssessmentOpened:
      enterprises.push_back(event.assessment_opened().key().enterprise());
      break;
    case Event::kAssessmentClosure:
      enterprises.push_back(event.assessment_closure().key().enterprise());
      break;
    case Event::kEnterprise:
      enterprises.push_back(event.enterprise().enterprise().uscc());
      break;
    case Event::kTargets:
      for (const v1::Target& target : event.targets().targets()) {
        enterprises.push_back(target.enterprise());
      }
      break;
    default:
      break;
  }
  return enterprises;
}

// Of no enterprise.
bool IsPublic(const Event& event) { return event.has_campaign() || event.has_period_closed(); }

}  // namespace

absl::flat_hash_set<std::string> EnterprisesIn(const std::vector<v1::ChangeEntry>& entries) {
  absl::flat_hash_set<std::string> enterprises;
  for (const v1::ChangeEntry& entry : entries) {
    for (std::string& uscc : EnterprisesOf(entry.event())) enterprises.insert(std::move(uscc));
  }
  return enterprises;
}

void WithholdOthers(const absl::flat_hash_set<std::string>& enrolled, v1::ChangeEntry& entry) {
  if (IsPublic(entry.event())) return;
  const std::vector<std::string> enterprises = EnterprisesOf(entry.event());
  const auto is_other = [&enrolled](const std::string& uscc) { return !enrolled.contains(uscc); };
  const auto others = std::count_if(enterprises.begin(), enterprises.end(), is_other);
  if (!enterprises.empty() && others == 0) return;
  entry.set_withheld(true);
  entry.clear_event_bytes();
  if (!entry.event().has_targets() || others == static_cast<int>(enterprises.size())) {
    return entry.clear_event();
  }
  // With it the others could be found by trying.
  entry.mutable_event()->clear_salt();
  auto& targets = *entry.mutable_event()->mutable_targets()->mutable_targets();
  targets.erase(
      std::remove_if(targets.begin(), targets.end(),
                     [&](const v1::Target& target) { return is_other(target.enterprise()); }),
      targets.end());
}

std::vector<rpc::EnterpriseFile> FilesIn(const std::vector<v1::ChangeEntry>& entries) {
  std::vector<rpc::EnterpriseFile> files;
  for (const v1::ChangeEntry& entry : entries) {
    const Event& event = entry.event();
    if (event.has_submission()) files.push_back(FileOf(event.submission().key()));
    if (event.has_assessment_opened()) files.push_back(FileOf(event.assessment_opened().key()));
    if (event.has_assessment_closure()) files.push_back(FileOf(event.assessment_closure().key()));
    if (event.has_enterprise()) files.push_back(FileOf(event.enterprise().enterprise()));
  }
  return files;
}

}  // namespace zhiping::assessment
