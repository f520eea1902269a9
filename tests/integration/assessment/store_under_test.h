// The assessment store on a database of a test's own, and records to put into it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/store.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::assessment {

using sql::Soon;

inline const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

inline std::string UsccOf(int enterprise) { return absl::StrFormat("91320100%010d", enterprise); }

inline v1::EnterpriseRecord EnterpriseOf(int number, const std::string& unit = "nanjing-xuanwu") {
  v1::EnterpriseRecord record;
  record.set_version(1);
  v1::Enterprise& enterprise = *record.mutable_enterprise();
  enterprise.set_uscc(UsccOf(number));
  enterprise.set_name(absl::StrFormat("南京第%d机械厂", number));
  enterprise.set_region("320102");
  enterprise.set_review_unit(unit);
  return record;
}

inline v1::SubmissionKey KeyOf(int enterprise, const std::string& campaign = "c1", int number = 1) {
  v1::SubmissionKey key;
  key.set_enterprise(UsccOf(enterprise));
  key.set_plant("main");
  key.set_campaign(campaign);
  key.set_number(number);
  return key;
}

inline v1::AssessmentKey AssessmentOf(const v1::SubmissionKey& key) {
  v1::AssessmentKey assessment;
  assessment.set_enterprise(key.enterprise());
  assessment.set_plant(key.plant());
  assessment.set_campaign(key.campaign());
  return assessment;
}

// COMPLETE, made at kNow.
inline v1::SubmissionRecord SubmissionOf(const v1::SubmissionKey& key,
                                         const std::string& unit = "nanjing-xuanwu") {
  static int receipts = 0;
  v1::SubmissionRecord record;
  record.set_version(1);
  v1::Submission& submission = *record.mutable_submission();
  *submission.mutable_key() = key;
  submission.set_receipt_no(absl::StrFormat("%010d", ++receipts));
  v1::SubmittedContent& content = *submission.mutable_content();
  content.set_programme("p1");
  *content.mutable_submitted_at() = ToTimestamp(kNow);
  content.mutable_snapshot()->add_units(unit);
  content.mutable_snapshot()->add_units("jiangsu");
  submission.mutable_standing()->set_state(v1::SubmissionState::COMPLETE);
  submission.mutable_standing()->set_effective(true);
  return record;
}

// Adds version 1, and replaces later ones.
inline absl::Status AddOrSave(StoreTransaction& transaction, const v1::SubmissionRecord& record) {
  return record.version() <= 1 ? transaction.AddSubmission(record)
                               : transaction.SaveSubmission(record);
}

class StoreTest : public sql::DatabaseTest {
 protected:
  // Does the body in a transaction, and what follows fails if that does.
  absl::Status Change(const std::function<absl::Status(StoreTransaction&)>& body) {
    return store_->Change(Soon(), body);
  }
  void Save(const std::vector<v1::SubmissionRecord>& records) {
    ASSERT_OK(Change([&](StoreTransaction& transaction) {
      for (const auto& record : records) RETURN_IF_ERROR(AddOrSave(transaction, record));
      return absl::OkStatus();
    }));
  }
  void Save(const std::vector<v1::EnterpriseRecord>& records) {
    ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
      for (const auto& record : records) {
        ASSIGN_OR_RETURN(const bool added, transaction.AddEnterprise(record));
        if (!added) RETURN_IF_ERROR(transaction.SaveEnterprise(record));
      }
      return absl::OkStatus();
    }));
  }

  const std::unique_ptr<Store> store_ = [this] {
    auto store = Store::Open(*database_, Soon());
    EXPECT_OK(store);
    return *std::move(store);
  }();
};

// Every page of a list, by pages of `size`, and that each says the same total.
template <typename List>
auto AllPages(const List& list, int size) {
  rpc::Page page;
  page.size = size;
  auto first = list(page);
  EXPECT_OK(first);
  auto items = first->items;
  auto next = first->next;
  while (!next.empty()) {
    page.position = next;
    auto following = list(page);
    EXPECT_OK(following);
    EXPECT_EQ(following->total, first->total);
    EXPECT_FALSE(following->items.empty());
    items.insert(items.end(), following->items.begin(), following->items.end());
    next = following->next;
  }
  EXPECT_EQ(items.size(), static_cast<size_t>(first->total));
  return items;
}

}  // namespace zhiping::assessment
