// What the audit log of an assessment service under test says, as auditors read it.
#pragma once

#include <string>
#include <vector>

#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {

using common::v1::AuditEntry;

// All that was committed, in its order; of one kind, or of all. Failures fail the test.
inline std::vector<AuditEntry> AuditEntries(AssessmentUnderTest& service,
                                            AuditEntry::Kind kind = AuditEntry::KIND_UNSPECIFIED) {
  EXPECT_OK(service.audit().Sequence(absl::Now() + absl::Seconds(20)));
  common::v1::ListAuditEntriesRequest request;
  request.set_kind(kind);
  request.set_page_size(1000);
  std::vector<AuditEntry> entries;
  do {
    const auto page =
        service.As(CallerOf{"auditor", {"auditor"}}, &OperationsStub::ListAuditEntries, request);
    EXPECT_OK(page);
    if (!page.ok()) return entries;
    for (const auto& one : page->entries()) entries.push_back(one.entry());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return entries;
}

// `GetSubmission`, without its service.
inline std::string MethodOf(const AuditEntry& entry) {
  return entry.method().substr(entry.method().rfind('/') + 1);
}

}  // namespace zhiping::assessment
