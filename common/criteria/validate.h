// Validation: everything that is wrong with an edition and its rulebook, at once.
#pragma once

#include <vector>

#include "common/criteria/folder.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::criteria {

// Findings about what a release consists of (edition and rulebook), in the order of the files: an
// edition with errors is no reason not to judge the rulebook by it. Does not score the golden
// vectors: see CheckVectors.
std::vector<catalogue::v1::Finding> ValidateRelease(const catalogue::v1::Edition& edition,
                                                    const catalogue::v1::Rulebook& rulebook);

// Findings about the notes of an edition.
std::vector<catalogue::v1::Finding> ValidateNotes(const catalogue::v1::Edition& edition,
                                                  const catalogue::v1::Notes& notes);

// Findings about everything in a folder: ValidateRelease, the texts against the source document,
// the notes against the edition, and the golden vectors, which can be scored only if edition and
// rulebook have no errors; else a warning says that they were not.
std::vector<catalogue::v1::Finding> ValidateFolder(const Folder& folder);

// Everything that is found in the files of a folder, with lines; and what can be read of them. A
// file that cannot be read whole hides only itself and what rests on it, and warnings say so: the
// rulebook and the notes rest on the edition, the vectors on edition and rulebook, nothing on the
// notes.
struct CheckedFolder {
  std::vector<catalogue::v1::Finding> findings;
  Folder folder;
};
CheckedFolder CheckFiles(const FolderFiles& files);

}  // namespace zhiping::criteria
