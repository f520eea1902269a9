// Editions that follow the small criteria, and a draft that goes along.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {

inline void Reword(catalogue::v1::Edition& edition, int scenario, int level) {
  edition.mutable_scenarios(scenario)->mutable_cells(level)->mutable_text()->set_text("改了");
}

inline void Relate(catalogue::v1::Edition& edition, int scenario,
                   catalogue::v1::Relation::Kind kind, const std::vector<std::string>& from = {}) {
  auto& relation = *edition.mutable_scenarios(scenario)->add_relations();
  relation.set_kind(kind);
  relation.mutable_from()->Assign(from.begin(), from.end());
}

inline void SplitA(catalogue::v1::Edition& edition) {
  edition.mutable_scenarios(0)->set_id("a1");
  edition.mutable_scenarios(1)->set_id("a2");
  Relate(edition, 0, catalogue::v1::Relation::SPLIT_FROM, {"a"});
  Relate(edition, 1, catalogue::v1::Relation::SPLIT_FROM, {"a"});
}

inline void MergeAAndB(catalogue::v1::Edition& edition) {
  edition.mutable_scenarios()->DeleteSubrange(1, 1);
  edition.mutable_scenarios(0)->set_id("ab");
  Relate(edition, 0, catalogue::v1::Relation::MERGED_FROM, {"a", "b"});
}

inline void WithdrawC(catalogue::v1::Edition& edition) {
  edition.mutable_scenarios(2)->set_id("d");
}

inline CriteriaPointer SmallEdition(const std::string& digest,
                                    void (*change)(catalogue::v1::Edition&)) {
  return Small(digest,
               [change](catalogue::v1::Release& release) { change(*release.mutable_edition()); });
}

// a=l1 b=not_applicable c=l2, each with a reason.
inline v1::AssessmentRecord Filled(const criteria::Criteria& criteria) {
  auto record = Draft(criteria);
  Answer(criteria, record, "a", "l1", "甲");
  Answer(criteria, record, "b", "not_applicable", "乙");
  Answer(criteria, record, "c", "l2", "丙");
  return record;
}

inline std::string Kept(const v1::AssessmentRecord& record) {
  std::string said;
  for (const auto& kept : record.assessment().kept()) {
    absl::StrAppend(&said, said.empty() ? "" : " ", kept.answer().scenario(), "=",
                    kept.to_confirm() ? "?" : "", kept.answer().level());
  }
  return said;
}

}  // namespace zhiping::assessment
