// What the store keeps, in transactions.
#include "services/assessment/store.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/status/error.h"
#include "tests/integration/assessment/store_under_test.h"
#include "tests/integration/sql/clock_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

MATCHER_P(Is, message, "is that message") {
  return arg.SerializeAsString() == message.SerializeAsString();
}

ON_BOTH_DATABASES(StoreTest);

TEST_P(StoreTest, AnEnterpriseIsAddedOnceAndReplacedWhole) {
  v1::EnterpriseRecord record = EnterpriseOf(1);
  std::vector<bool> added;
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    added.clear();
    for (int i = 0; i < 2; ++i) {
      ASSIGN_OR_RETURN(const bool one, transaction.AddEnterprise(record));
      added.push_back(one);
    }
    return absl::OkStatus();
  }));
  EXPECT_THAT(added, ElementsAre(true, false));
  record.set_version(2);
  record.mutable_enterprise()->set_name("改名");
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const auto locked, transaction.LockEnterprise(UsccOf(1)));
    EXPECT_TRUE(locked.has_value() && locked->version() == 1);
    return transaction.SaveEnterprise(record);
  }));
  EXPECT_THAT(*store_->FindEnterprise(Soon(), UsccOf(1)), Optional(Is(record)));
  EXPECT_EQ(*store_->FindEnterprise(Soon(), UsccOf(2)), std::nullopt);
}

TEST_P(StoreTest, SavingWhatIsNotThereIsADefect) {
  EXPECT_EQ(Change([](StoreTransaction& transaction) {
              return transaction.SaveEnterprise(EnterpriseOf(1));
            }).code(),
            absl::StatusCode::kInternal);
  v1::SubmissionRecord record = SubmissionOf(KeyOf(1));
  record.set_version(2);
  EXPECT_EQ(
      Change([&](StoreTransaction& transaction) { return AddOrSave(transaction, record); }).code(),
      absl::StatusCode::kInternal);
}

TEST_P(StoreTest, ALockedEnterpriseWaitsForWhoeverHasIt) {
  Save({EnterpriseOf(1)});
  absl::Notification locked;
  std::thread other([&] {
    EXPECT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
      ASSIGN_OR_RETURN(auto record, transaction.LockEnterprise(UsccOf(1)));
      if (!locked.HasBeenNotified()) locked.Notify();
      record->set_version(record->version() + 1);
      return transaction.SaveEnterprise(*record);
    }));
  });
  locked.WaitForNotification();
  // Waits, so it sees what the other one wrote, whichever was first.
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(auto record, transaction.LockEnterprise(UsccOf(1)));
    record->set_version(record->version() + 1);
    return transaction.SaveEnterprise(*record);
  }));
  other.join();
  EXPECT_EQ((*store_->FindEnterprise(Soon(), UsccOf(1)))->version(), 3);
}

TEST_P(StoreTest, OpenChangeRequestsAreThoseThatAreNotDecided) {
  v1::ChangeRequestRecord record;
  v1::ChangeRequest& request = *record.mutable_change_request();
  request.set_uscc(UsccOf(1));
  request.set_unit("nanjing");
  *request.mutable_requested_at() = ToTimestamp(kNow);
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    for (const int number : {1, 2}) {
      request.set_number(number);
      request.set_state(v1::ChangeRequest::OPEN);
      RETURN_IF_ERROR(transaction.SaveChangeRequest(record));
    }
    request.set_number(1);
    request.set_state(v1::ChangeRequest::REPLACED);
    RETURN_IF_ERROR(transaction.SaveChangeRequest(record));
    ASSIGN_OR_RETURN(const auto open, transaction.OpenChangeRequests(UsccOf(1)));
    EXPECT_EQ(open.size(), 1U);
    ASSIGN_OR_RETURN(const auto first, transaction.FindChangeRequest(UsccOf(1), 1));
    EXPECT_THAT(first, Optional(Is(record)));
    return absl::OkStatus();
  }));
}

TEST_P(StoreTest, ACampaignIdIsTakenForEver) {
  v1::CampaignRecord record;
  record.mutable_campaign()->set_campaign("c1");
  record.mutable_campaign()->set_year(2026);
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const bool added, transaction.AddCampaign(record));
    EXPECT_TRUE(added);
    ASSIGN_OR_RETURN(const auto locked, transaction.LockCampaign("c1"));
    EXPECT_THAT(locked, Optional(Is(record)));
    record.set_deleted(true);
    RETURN_IF_ERROR(transaction.SaveCampaign(record));
    ASSIGN_OR_RETURN(const bool again, transaction.AddCampaign(record));
    EXPECT_FALSE(again);
    record.set_deleted(false);
    return absl::OkStatus();
  }));
  EXPECT_TRUE((*store_->FindCampaign(Soon(), "c1"))->deleted());
  EXPECT_THAT(store_->ListCampaigns(Soon(), {}, {})->items, IsEmpty());
}

TEST_P(StoreTest, ATargetOfAPlantTakesTheChannelThatWasGivenLast) {
  v1::Target target;
  target.set_enterprise(UsccOf(1));
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    for (const auto channel : {v1::Channel::STAGED, v1::Channel::DIRECT}) {
      target.set_channel(channel);
      RETURN_IF_ERROR(transaction.UpsertTarget("c1", target));
    }
    v1::AssessmentKey key;
    key.set_enterprise(UsccOf(1));
    key.set_campaign("c1");
    ASSIGN_OR_RETURN(const auto found, transaction.FindTarget(key));
    EXPECT_TRUE(found.has_value() && found->channel() == v1::Channel::DIRECT);
    key.set_plant("second");
    ASSIGN_OR_RETURN(const auto other, transaction.FindTarget(key));
    EXPECT_FALSE(other.has_value());
    return absl::OkStatus();
  }));
}

TEST_P(StoreTest, AnEmptyPlantIsMain) {
  v1::AssessmentRecord record;
  v1::AssessmentKey& key = *record.mutable_assessment()->mutable_key();
  key.set_enterprise(UsccOf(1));
  key.set_campaign("c1");
  ASSERT_OK(
      Change([&](StoreTransaction& transaction) { return transaction.SaveAssessment(record); }));
  key.set_plant("main");
  EXPECT_THAT(*store_->FindAssessment(Soon(), key), testing::Ne(std::nullopt));
}

TEST_P(StoreTest, SubmissionsOfAnAssessmentComeByNumber) {
  Save({SubmissionOf(KeyOf(1, "c1", 10)), SubmissionOf(KeyOf(1, "c1", 2)),
        SubmissionOf(KeyOf(1, "c2", 1)), SubmissionOf(KeyOf(2, "c1", 1))});
  const auto submissions = store_->SubmissionsOf(Soon(), AssessmentOf(KeyOf(1)));
  ASSERT_OK(submissions);
  std::vector<int> numbers;
  for (const auto& record : *submissions) numbers.push_back(record.submission().key().number());
  EXPECT_THAT(numbers, ElementsAre(2, 10));
}

TEST_P(StoreTest, AFileIsInHandOfWhoHasTakenItUntilThatIsOver) {
  v1::SubmissionRecord taken = SubmissionOf(KeyOf(1));
  taken.mutable_taken_by()->set_issuer("https://sign-on");
  taken.mutable_taken_by()->set_subject("wang");
  *taken.mutable_taken_until() = ToTimestamp(kNow);
  Save({taken, SubmissionOf(KeyOf(1, "c2")), SubmissionOf(KeyOf(2))});
  const auto in_hand = [&](int enterprise, const identity::Person& person, absl::Time now) {
    const auto found = store_->InHand(Soon(), UsccOf(enterprise), person, now);
    EXPECT_OK(found);
    return found.ok() ? static_cast<int>(found->size()) : -1;
  };
  const identity::Person wang = {"https://sign-on", "wang"};
  const absl::Time before = kNow - absl::Milliseconds(1);
  EXPECT_EQ(in_hand(1, wang, before), 1);
  EXPECT_EQ(in_hand(1, wang, kNow), 0);
  EXPECT_EQ(in_hand(2, wang, before), 0);
  EXPECT_EQ(in_hand(1, {"https://sign-on", "li"}, before), 0);
  EXPECT_EQ(in_hand(1, {"https://another", "wang"}, before), 0);
  EXPECT_EQ(in_hand(1, {}, before), 0);
}

TEST_P(StoreTest, AReceiptNumberStandsForOneSubmission) {
  v1::SubmissionRecord first = SubmissionOf(KeyOf(1));
  v1::SubmissionRecord second = SubmissionOf(KeyOf(2));
  second.mutable_submission()->set_receipt_no(first.submission().receipt_no());
  Save({first});
  EXPECT_THAT(Change([&](StoreTransaction& transaction) { return AddOrSave(transaction, second); }),
              HasReason(Reason::ROW_EXISTS));
}

TEST_P(StoreTest, ReceiptsStayWhenTheSubmissionChanges) {
  v1::SubmissionRecord record = SubmissionOf(KeyOf(1));
  Save({record});
  EXPECT_EQ(*store_->FindReceipt(Soon(), KeyOf(1), Receipt::kOfSubmission), std::nullopt);
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.KeepReceipt(KeyOf(1), "提交"));
    RETURN_IF_ERROR(transaction.AddDecisionReceipt(KeyOf(1), 1, "7K3QD-8M2XV", "决定"));
    record.set_version(2);
    return AddOrSave(transaction, record);
  }));
  EXPECT_THAT(*store_->FindReceipt(Soon(), KeyOf(1), Receipt::kOfSubmission),
              Optional(std::string("提交")));
  EXPECT_THAT(*store_->FindReceipt(Soon(), KeyOf(1), Receipt::kOfDecision),
              Optional(std::string("决定")));
  EXPECT_EQ(*store_->FindReceipt(Soon(), KeyOf(2), Receipt::kOfSubmission), std::nullopt);
}

TEST_P(StoreTest, ReceiptsOfEarlierDecisionsStayAndAreFoundByTheirNumber) {
  const v1::SubmissionRecord record = SubmissionOf(KeyOf(1));
  Save({record, SubmissionOf(KeyOf(2))});
  const auto add = [&](int decision, const std::string& number, const std::string& envelope) {
    return Change([&](StoreTransaction& transaction) {
      return transaction.AddDecisionReceipt(KeyOf(1), decision, number, envelope);
    });
  };
  ASSERT_OK(add(1, "7K3QD-8M2XV", "县级"));
  ASSERT_OK(add(10, "Q9W1D-FWF07", "省级"));
  EXPECT_THAT(add(11, "7K3QD-8M2XV", "又一"), HasReason(Reason::ROW_EXISTS));
  EXPECT_THAT(*store_->FindReceipt(Soon(), KeyOf(1), Receipt::kOfDecision),
              Optional(std::string("省级")));
  EXPECT_THAT(*store_->FindDecisionReceipt(Soon(), KeyOf(1), "7K3QD-8M2XV"),
              Optional(std::string("县级")));
  EXPECT_EQ(*store_->FindDecisionReceipt(Soon(), KeyOf(2), "7K3QD-8M2XV"), std::nullopt);
  rpc::Page page;
  page.size = 10;
  SubmissionQuery query;
  query.reach.all = true;
  for (const std::string& number :
       {record.submission().receipt_no(), std::string("7K3QD-8M2XV"), std::string("Q9W1D-FWF07")}) {
    query.receipt_no = number;
    const auto listed = store_->ListSubmissions(Soon(), query, page);
    ASSERT_OK(listed);
    ASSERT_EQ(listed->items.size(), 1u) << number;
    EXPECT_EQ(listed->items[0].record.submission().key().number(), 1);
  }
}

TEST_P(StoreTest, ARetryGetsTheFirstAnswer) {
  const sql::RequestKey key = {"Submit", UsccOf(1), "id", "hash"};
  const auto claim = [&](const sql::RequestKey& request) {
    absl::StatusOr<std::optional<std::string>> kept;
    EXPECT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
      kept = transaction.Claim(request);
      if (!kept.ok() || kept->has_value()) return absl::OkStatus();
      return transaction.KeepResponse(request, "subject", "answer", kNow);
    }));
    return kept;
  };
  EXPECT_EQ(*claim(key), std::nullopt);
  EXPECT_EQ(*claim(key), "answer");
  EXPECT_THAT(claim({"Submit", UsccOf(1), "id", "other"}), HasReason(Reason::REQUEST_ID_REUSED));
  // Of another parent it is another request.
  EXPECT_EQ(*claim({"Submit", UsccOf(2), "id", "other"}), std::nullopt);
}

TEST_P(StoreTest, ConcurrentDuplicatesAreDoneOnce) {
  const sql::RequestKey key = {"Submit", UsccOf(1), "id", "hash"};
  std::vector<std::string> answers(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      EXPECT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const auto kept, transaction.Claim(key));
        answers[i] = kept.value_or(absl::StrCat("of ", i));
        if (kept.has_value()) return absl::OkStatus();
        return transaction.KeepResponse(key, "subject", answers[i], kNow);
      }));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(answers, testing::Each(answers.front()));
}

TEST_P(StoreTest, RequestsOfAMethodAreForgottenOnceTheyAreOld) {
  const absl::Time old = kNow - absl::Hours(24 * 8);
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    for (const auto& [method, id, when] :
         {std::tuple("Object", "1", old), std::tuple("Object", "2", old),
          std::tuple("Object", "3", kNow), std::tuple("Submit", "1", old)}) {
      const sql::RequestKey key = {method, "", id, "hash"};
      RETURN_IF_ERROR(transaction.Claim(key).status());
      RETURN_IF_ERROR(transaction.KeepResponse(key, "", "answer", when));
    }
    const absl::Time week_ago = kNow - absl::Hours(24 * 7);
    for (const int64_t forgotten : {1, 1, 0}) {
      ASSIGN_OR_RETURN(const int64_t count, transaction.ForgetRequests("Object", week_ago, 1));
      EXPECT_EQ(count, forgotten);
    }
    ASSIGN_OR_RETURN(const auto kept, transaction.Claim({"Submit", "", "1", "hash"}));
    EXPECT_EQ(kept, "answer");
    ASSIGN_OR_RETURN(const auto young, transaction.Claim({"Object", "", "3", "hash"}));
    EXPECT_EQ(young, "answer");
    return absl::OkStatus();
  }));
}

TEST_P(StoreTest, AClockThatIsWrongForAWhileForgetsNoRequests) {
  const absl::Duration week = absl::Hours(24 * 7);
  const auto keep = [&](const std::string& id, absl::Time when) {
    return Change([&](StoreTransaction& transaction) -> absl::Status {
      const sql::RequestKey key = {"AddEvidence", "", id, "hash"};
      RETURN_IF_ERROR(transaction.Claim(key).status());
      return transaction.KeepResponse(key, "", "answer", when);
    });
  };
  const auto kept = [&] {
    const auto rows = database_->Query<int64_t>(Soon(), "SELECT count(*) FROM request");
    EXPECT_OK(rows);
    return std::get<0>(rows->front());
  };
  sql::ShowUntil(*database_, kNow - absl::Hours(24), kNow);
  ASSERT_OK(keep("1", kNow));
  // Behind when a request is answered, and ahead.
  ASSERT_OK(keep("2", kNow - 2 * week));
  ASSERT_OK(store_->ForgetOldRequests(Soon(), kNow + 2 * week));
  const absl::Time later = sql::ShowUntil(*database_, kNow, kNow + week);
  ASSERT_OK(store_->ForgetOldRequests(Soon(), later));
  EXPECT_EQ(kept(), 2);
  ASSERT_OK(store_->ForgetOldRequests(Soon(),
                                      sql::ShowUntil(*database_, later, later + absl::Hours(25))));
  EXPECT_EQ(kept(), 0);
}

TEST_P(StoreTest, WhatFailsIsNeitherKeptNorLogged) {
  v1::AssessmentEvent event;
  event.mutable_assessment_opened()->set_programme("p1");
  const auto append = [&](absl::Status result) {
    return Change([&event, result](StoreTransaction& transaction) {
      RETURN_IF_ERROR(transaction.AddEnterprise(EnterpriseOf(1)).status());
      RETURN_IF_ERROR(transaction.Append(event, kNow));
      return result;
    });
  };
  EXPECT_FALSE(append(absl::AbortedError("no")).ok());
  EXPECT_EQ(*store_->FindEnterprise(Soon(), UsccOf(1)), std::nullopt);
  ASSERT_OK(append(absl::OkStatus()));
  ASSERT_OK(store_->SequenceChanges(Soon()));
  const auto page = store_->changes().Read(Soon(), {}, 10);
  ASSERT_OK(page);
  ASSERT_EQ(page->entries.size(), 1U);
  v1::AssessmentEvent read;
  ASSERT_TRUE(read.ParseFromString(page->entries[0].bytes));
  EXPECT_EQ(read.salt().size(), 16U);
  read.clear_salt();
  EXPECT_EQ(read.SerializeAsString(), event.SerializeAsString());
}

TEST_P(StoreTest, ReadingsOfOnePersonWithinTenMinutesAreOne) {
  const auto read = [&](const std::string& subject, absl::Duration after, const std::string& method,
                        const std::string& purpose = "") {
    v1::FileAccess access;
    *access.mutable_read_at() = ToTimestamp(kNow + after);
    access.set_method(method);
    access.set_file("c1/main/1");
    access.set_purpose(purpose);
    ASSERT_OK(Change([&](StoreTransaction& transaction) {
      return transaction.RecordAccess(UsccOf(1), {"issuer", subject}, access);
    }));
  };
  read("li", absl::ZeroDuration(), "GetSubmission");
  read("li", absl::Minutes(9), "GetSubmission");
  read("wang", absl::Minutes(2), "GetSubmission");
  read("li", absl::Minutes(3), "ExportSubmissions", "复核");
  read("li", absl::Minutes(10), "GetSubmission");
  const auto accesses = AllPages(
      [&](const rpc::Page& page) { return store_->ListAccesses(Soon(), UsccOf(1), page); }, 2);
  std::vector<int> minutes;
  for (const auto& access : accesses) {
    minutes.push_back(absl::ToInt64Minutes(FromTimestamp(access.read_at()) - kNow));
  }
  EXPECT_THAT(minutes, ElementsAre(10, 3, 2, 0));
  EXPECT_EQ(accesses[1].purpose(), "复核");
  EXPECT_EQ(store_->ListAccesses(Soon(), UsccOf(2), {})->total, 0);
}

}  // namespace
}  // namespace zhiping::assessment
