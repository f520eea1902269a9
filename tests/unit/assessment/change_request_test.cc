#include "services/assessment/domain/change_request.h"

#include "common/time/timestamp.h"
#include "tests/unit/assessment/enterprise_fixture.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

// The enterprise moves to Nanjing.
v1::RequestChangeRequest Moving() {
  v1::RequestChangeRequest request;
  request.set_uscc(Kunshan().uscc());
  request.mutable_proposed()->set_region("320106");
  request.mutable_proposed()->set_review_unit("nanjing-gulou");
  request.mutable_proposed()->set_name("不在所列字段中");
  *request.mutable_fields() = Mask({"region", "review_unit"});
  request.set_reason("搬迁");
  return request;
}

absl::StatusOr<ChangedEnterprise> Request(const v1::EnterpriseRecord& record,
                                          const v1::RequestChangeRequest& request) {
  return RequestChange(record, request, PersonNamed("enterprise"), Jiangsu());
}

absl::StatusOr<ChangedEnterprise> Accept(const ChangedEnterprise& asked) {
  return AcceptChange(asked.enterprise, asked.request, "同意", PersonNamed("reviewer"),
                      Jiangsu(kNow + absl::Hours(1)));
}

TEST(ChangeRequestTest, GoesToTheUnitThatWouldReceiveTheEnterprise) {
  const v1::EnterpriseRecord record = Registered();
  const auto asked = Request(record, Moving());
  ASSERT_OK(asked);
  const v1::ChangeRequest& change = asked->request.change_request();
  EXPECT_EQ(change.unit(), "nanjing-gulou");
  EXPECT_EQ(change.number(), 1);
  EXPECT_EQ(change.state(), v1::ChangeRequest::OPEN);
  EXPECT_EQ(change.proposed().region(), "320106");
  EXPECT_EQ(change.proposed().name(), "");
  EXPECT_EQ(change.present().region(), "320583");
  EXPECT_EQ(change.present().uscc(), "");
  EXPECT_EQ(asked->request.requested_by().subject(), "enterprise");
  // The enterprise itself is as it was.
  EXPECT_EQ(asked->enterprise.latest_change_request(), 1);
  EXPECT_EQ(asked->enterprise.version(), record.version());
  EXPECT_EQ(asked->enterprise.enterprise().region(), "320583");

  v1::RequestChangeRequest renaming = Moving();
  *renaming.mutable_fields() = Mask({"name"});
  const auto renamed = Request(asked->enterprise, renaming);
  ASSERT_OK(renamed);
  EXPECT_EQ(renamed->request.change_request().number(), 2);
  EXPECT_EQ(renamed->request.change_request().unit(), "kunshan");
}

TEST(ChangeRequestTest, OnlyWhatTheEnterpriseMayNotSetIsRequested) {
  for (const char* path : {"contact", "plants", "is_test", "enrolments", "uscc", "nonsense"}) {
    v1::RequestChangeRequest request = Moving();
    *request.mutable_fields() = Mask({path});
    EXPECT_THAT(Faults(Request(Registered(), request)),
                ElementsAre(Pair("fields", Reason::INVALID_FIELD)))
        << path;
  }
}

TEST(ChangeRequestTest, ValuesAreCheckedAsInAnUpdateAllAtOnce) {
  v1::RequestChangeRequest request = Moving();
  request.mutable_proposed()->set_region("110000");
  request.mutable_proposed()->set_review_unit("beijing");
  request.clear_reason();
  EXPECT_THAT(Faults(Request(Registered(), request)),
              UnorderedElementsAre(Pair("reason", Reason::FIELD_REQUIRED),
                                   Pair("proposed.region", Reason::UNKNOWN_REGION),
                                   Pair("proposed.reviewUnit", Reason::UNKNOWN_REVIEW_UNIT)));
}

TEST(ChangeRequestTest, SomethingHasToChange) {
  v1::RequestChangeRequest request = Moving();
  *request.mutable_proposed() = Kunshan();
  EXPECT_THAT(Faults(Request(Registered(), request)),
              ElementsAre(Pair("proposed", Reason::INVALID_FIELD)));
}

TEST(ChangeRequestTest, AcceptedItIsSoFromThenOn) {
  const auto asked = Request(Registered(), Moving());
  ASSERT_OK(asked);
  const auto accepted = Accept(*asked);
  ASSERT_OK(accepted);
  const v1::Enterprise& enterprise = accepted->enterprise.enterprise();
  EXPECT_EQ(enterprise.region(), "320106");
  EXPECT_EQ(enterprise.review_unit(), "nanjing-gulou");
  EXPECT_EQ(enterprise.name(), Kunshan().name());
  EXPECT_EQ(accepted->enterprise.version(), 2);
  EXPECT_EQ(accepted->enterprise.latest_change_request(), 1);
  const v1::ChangeRequest& change = accepted->request.change_request();
  EXPECT_EQ(change.state(), v1::ChangeRequest::ACCEPTED);
  EXPECT_EQ(change.decision_note(), "同意");
  EXPECT_EQ(FromTimestamp(change.decided_at()), kNow + absl::Hours(1));
  EXPECT_EQ(accepted->request.decided_by().subject(), "reviewer");
}

TEST(ChangeRequestTest, IsNotAcceptedWhenAFieldOfItHasChangedSince) {
  auto asked = Request(Registered(), Moving());
  ASSERT_OK(asked);
  asked->enterprise.mutable_enterprise()->mutable_contact()->set_phone("1");
  EXPECT_OK(Accept(*asked));
  asked->enterprise.mutable_enterprise()->set_region("320106");
  EXPECT_THAT(Accept(*asked), HasReason(Reason::STALE_ETAG));
}

// Size is computed from numbers that the enterprise sets itself.
TEST(ChangeRequestTest, WhatFollowsFromOtherFieldsIsNoChange) {
  v1::RequestChangeRequest request = Moving();
  request.mutable_proposed()->mutable_size()->set_override("small");
  request.mutable_proposed()->mutable_size()->set_override_reason("分立");
  *request.mutable_fields() = Mask({"size.override", "size.override_reason"});
  auto asked = Request(Registered(), request);
  ASSERT_OK(asked);
  v1::EnterpriseSize& size = *asked->enterprise.mutable_enterprise()->mutable_size();
  size.set_employees(5);
  size.set_computed("micro");
  const auto accepted = Accept(*asked);
  ASSERT_OK(accepted);
  EXPECT_EQ(SizeOf(accepted->enterprise.enterprise()), "small");
  EXPECT_EQ(accepted->enterprise.enterprise().size().employees(), 5);
}

TEST(ChangeRequestTest, WhoRequestedItDoesNotDecideIt) {
  const auto asked = Request(Registered(), Moving());
  ASSERT_OK(asked);
  v1::PersonRecord by = PersonNamed("enterprise");
  EXPECT_THAT(AcceptChange(asked->enterprise, asked->request, "", by, Jiangsu()),
              HasReason(Reason::SAME_PERSON));
  EXPECT_THAT(DeclineChange(asked->request, "不", by, kNow), HasReason(Reason::SAME_PERSON));
  // Where nobody is asked who they are, nobody is anybody.
  ChangedEnterprise by_nobody = *asked;
  by_nobody.request.mutable_requested_by()->clear_subject();
  by.clear_subject();
  EXPECT_OK(AcceptChange(by_nobody.enterprise, by_nobody.request, "", by, Jiangsu()));
  by.set_subject("enterprise");
  by.set_issuer("https://another");
  EXPECT_OK(DeclineChange(asked->request, "不", by, kNow));
}

TEST(ChangeRequestTest, IsDecidedOnce) {
  const auto asked = Request(Registered(), Moving());
  ASSERT_OK(asked);
  const auto declined = DeclineChange(asked->request, "材料不全", PersonNamed("reviewer"), kNow);
  ASSERT_OK(declined);
  EXPECT_EQ(declined->change_request().state(), v1::ChangeRequest::DECLINED);
  EXPECT_THAT(DeclineChange(asked->request, " ", PersonNamed("reviewer"), kNow),
              HasReason(Reason::FIELD_REQUIRED));
  const v1::ChangeRequestRecord replaced = Replaced(asked->request, kNow);
  EXPECT_EQ(replaced.change_request().state(), v1::ChangeRequest::REPLACED);
  for (const v1::ChangeRequestRecord& decided : {*declined, replaced, Accept(*asked)->request}) {
    EXPECT_THAT(Accept({asked->enterprise, decided}), HasReason(Reason::CHANGE_DECIDED));
    EXPECT_THAT(DeclineChange(decided, "x", PersonNamed("reviewer"), kNow),
                HasReason(Reason::CHANGE_DECIDED));
  }
}

}  // namespace
}  // namespace zhiping::assessment
