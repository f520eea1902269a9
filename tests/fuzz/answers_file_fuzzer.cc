// A file of answers as the command line reads it, against the 2026 edition.
#include "services/ctl/answers_file.h"

#include "tests/edition_folder.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto criteria = *zhiping::criteria::CompileEdition2026();
  const auto file = zhiping::ctl::ReadAnswersFile(zhiping::fuzz::Text(data, size));
  if (!file.ok()) return 0;
  zhiping::fuzz::Require(file->places.size() == static_cast<size_t>(file->answers.size()),
                         "every answer has its place");
  const auto input = zhiping::criteria::ReadInput(*criteria, file->answers, {});
  if (!input.ok()) zhiping::ctl::WithPlaces(input.status(), *file).IgnoreError();
  return 0;
}
