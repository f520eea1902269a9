// P14: a receipt can be checked years later. Those of every version of the software are kept, each
// with the release and the trust file of its time; no private key is.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "common/criteria/release.h"
#include "common/receipts/recompute.h"
#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "common/time/timestamp.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::receipts {
namespace {

const std::filesystem::path kKept = ZHIPING_SOURCE_DIR "/tests/golden/receipts";

std::string ReadWhole(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

std::vector<std::filesystem::path> FilesOf(const std::filesystem::path& folder,
                                           const std::string& ending) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > ending.size() &&
        name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
      files.push_back(entry.path());
    }
  }
  return files;
}

class KeptReceiptsTest : public testing::TestWithParam<std::string> {
 protected:
  const std::filesystem::path folder_ = kKept / GetParam();
};

TEST_P(KeptReceiptsTest, VerifiesByTheReleaseAndTrustFileOfItsTime) {
  const auto trust = releases::ReadTrustFile((folder_ / "trust.txtpb").string());
  ASSERT_OK(trust);
  std::set<assessment::v1::Receipt::Kind> kinds;
  for (const auto& file : FilesOf(folder_, ".receipt.json")) {
    SCOPED_TRACE(file);
    const auto receipt = ReadReceipt(ReadWhole(file), **trust);
    ASSERT_OK(receipt);
    kinds.insert(receipt->receipt.kind());
    EXPECT_EQ(receipt->receipt.software_version(), GetParam());
    const auto criteria = releases::OpenRelease(
        ReadWhole(FilesOf(folder_, ".release.json").at(0)),
        {receipt->receipt.content().release_digest(), receipt->receipt.content().programme()},
        **trust, FromTimestamp(receipt->receipt.signed_at()));
    ASSERT_OK(criteria);
    // The file is named by its number.
    const std::string number = file.filename().string().substr(0, 11);
    const Recomputed recomputed = Recompute(*receipt, **criteria, number);
    EXPECT_GT(recomputed.compared, 150);
    for (const auto& difference : recomputed.differences) {
      ADD_FAILURE() << difference.ShortDebugString();
    }
  }
  EXPECT_EQ(kinds.size(), 2u);
}

std::vector<std::string> Versions() {
  std::vector<std::string> versions;
  for (const auto& entry : std::filesystem::directory_iterator(kKept)) {
    if (entry.is_directory()) versions.push_back(entry.path().filename().string());
  }
  return versions;
}

INSTANTIATE_TEST_SUITE_P(Versions, KeptReceiptsTest, testing::ValuesIn(Versions()),
                         [](const auto& version) {
                           std::string name = version.param;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

TEST(KeptReceiptsOfThisVersionTest, AreThere) {
  EXPECT_TRUE(std::filesystem::is_directory(kKept / criteria::kEngineVersion))
      << "make them: tests/golden/receipts/README.md";
}

}  // namespace
}  // namespace zhiping::receipts
