// From an edition folder to the bytes that can be published.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/criteria/folder.h"
#include "services/catalogue/domain/history.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"
#include "zhiping/catalogue/v1/finding.pb.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::catalogue {

// A release as it is imported or published.
struct ReleaseBytes {
  std::string digest;
  std::string bytes;
  // Without what only the store knows: published_at, withdrawn, in_force.
  v1::ReleaseSummary summary;
  // Of the edition, from 1: `2026-2` is the second.
  int number = 0;
};

// The folder as the `number`-th release of its edition. REQUIRES: the folder has no errors.
ReleaseBytes MakeReleaseBytes(const criteria::Folder& folder, int number);

// The folder as a release with a label: the one that the same content has already, the latest such,
// of what is published (digests by number) and what was met; else the next that was never given.
// REQUIRES: the folder has no errors.
ReleaseBytes LabelRelease(const criteria::Folder& folder,
                          const std::map<int, std::string>& published, const History& history);

// That the year is another edition's of the programme, as a sentence and as an error of the import:
// a label, `2026-2`, names one release of a programme.
common::v1::LocalText YearTakenText(const v1::ReleaseSummary& release, const std::string& other);
v1::Finding YearTaken(const v1::ReleaseSummary& release, const std::string& other);

// An error of the import: what was signed for the programme would not count, as `why` says.
v1::Finding NotSignedFor(const std::string& programme, const absl::Status& why);

// A warning that the store held something else under the release's digest, and the import puts the
// release back.
v1::Finding PutBack(const ReleaseBytes& release);

// A warning that other candidates have the label that `release` gets, if any of `candidates` is
// another: only one of them can be published.
std::optional<v1::Finding> LabelShared(const ReleaseBytes& release,
                                       const std::vector<std::string>& candidates);

// The notes of a folder against the edition; findings with their lines.
std::vector<v1::Finding> CheckNotes(const std::string& notes_file, const v1::Edition& edition,
                                    v1::Notes& notes);

}  // namespace zhiping::catalogue
