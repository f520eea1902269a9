// The folders of editions that are in the tree, for tests.
#pragma once

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "common/criteria/criteria.h"
#include "common/criteria/folder.h"
#include "common/criteria/release.h"

namespace zhiping::criteria {

inline std::string EditionPath() {
  return ZHIPING_SOURCE_DIR "/services/catalogue/editions/jiangsu-ai-2026";
}

inline std::optional<std::string> ReadFileIfThere(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

inline FolderFiles ReadEdition2026() {
  FolderFiles files;
  files.edition = ReadFileIfThere(EditionPath() + "/edition.txtpb");
  files.rulebook = ReadFileIfThere(EditionPath() + "/rulebook.txtpb");
  files.vectors = ReadFileIfThere(EditionPath() + "/vectors.txtpb");
  files.notes = ReadFileIfThere(EditionPath() + "/notes.txtpb");
  files.source = ReadFileIfThere(EditionPath() + "/source.txt");
  return files;
}

// The 2026 edition, compiled.
inline absl::StatusOr<std::shared_ptr<const Criteria>> CompileEdition2026() {
  std::vector<catalogue::v1::Finding> findings;
  const Folder folder = ParseFolder(ReadEdition2026(), findings);
  catalogue::v1::Release release = MakeRelease(folder, "2026-1");
  const std::string digest = DigestOf(SerializeRelease(release));
  return Criteria::Compile(std::move(release), digest);
}

}  // namespace zhiping::criteria
