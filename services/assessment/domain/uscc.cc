#include "services/assessment/domain/uscc.h"

#include <utility>

#include "common/requests/fields.h"
#include "common/text/uscc.h"
#include "common/text/utf8.h"

namespace zhiping::assessment {

void CheckUscc(absl::string_view field, std::string& uscc, Violations& violations) {
  if (TrimBlanks(uscc).empty()) return Require(field, violations);
  auto normalised = NormaliseUscc(uscc);
  if (!normalised.ok()) return violations.AddAll(normalised.status(), field);
  uscc = *std::move(normalised);
}

}  // namespace zhiping::assessment
