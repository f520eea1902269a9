// Enterprises over gRPC on both databases: who sees and sets what of them, the changes that they
// request, lists and imports.
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class EnterprisesTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const CallerOf enterprise_ = fixture_.EnterpriseOf();

  absl::StatusOr<v1::GetEnterpriseResponse> Get(const CallerOf& caller,
                                                const std::string& uscc = kUscc) {
    v1::GetEnterpriseRequest request;
    request.set_uscc(uscc);
    return service_.As(caller, &EnterpriseStub::GetEnterprise, request);
  }
  absl::StatusOr<v1::UpdateEnterpriseResponse> Update(const CallerOf& caller,
                                                      const v1::Enterprise& sent,
                                                      const std::vector<std::string>& paths) {
    v1::UpdateEnterpriseRequest request;
    *request.mutable_enterprise() = sent;
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return service_.As(caller, &EnterpriseStub::UpdateEnterprise, request);
  }
  // Asks for these values; the enterprise's own are in `sent`.
  absl::StatusOr<v1::RequestChangeResponse> RequestChange(const v1::Enterprise& sent,
                                                          const std::vector<std::string>& paths) {
    v1::RequestChangeRequest request;
    request.set_uscc(kUscc);
    *request.mutable_proposed() = sent;
    for (const std::string& path : paths) request.mutable_fields()->add_paths(path);
    request.set_reason("搬迁");
    request.set_request_id(NewRequestId());
    return service_.As(enterprise_, &EnterpriseStub::RequestChange, request);
  }
  absl::StatusOr<v1::AcceptChangeResponse> Accept(const CallerOf& caller, int number) {
    v1::AcceptChangeRequest request;
    request.set_uscc(kUscc);
    request.set_number(number);
    request.set_request_id(NewRequestId());
    return service_.As(caller, &EnterpriseStub::AcceptChange, request);
  }
  absl::StatusOr<v1::DeclineChangeResponse> Decline(const CallerOf& caller, int number,
                                                    const std::string& note) {
    v1::DeclineChangeRequest request;
    request.set_uscc(kUscc);
    request.set_number(number);
    request.set_note(note);
    request.set_request_id(NewRequestId());
    return service_.As(caller, &EnterpriseStub::DeclineChange, request);
  }
  // `1 OPEN`, in the order of the list.
  std::vector<std::string> Changes(const CallerOf& caller, bool open_only = false) {
    v1::ListChangeRequestsRequest request;
    request.set_open_only(open_only);
    const auto listed = service_.As(caller, &EnterpriseStub::ListChangeRequests, request);
    EXPECT_OK(listed);
    std::vector<std::string> texts;
    if (!listed.ok()) return texts;
    EXPECT_EQ(listed->total_size(), listed->change_requests_size());
    for (const v1::ChangeRequest& change : listed->change_requests()) {
      texts.push_back(
          absl::StrCat(change.number(), " ", v1::ChangeRequest::State_Name(change.state())));
    }
    return texts;
  }
  std::vector<std::string> List(const CallerOf& caller, const v1::ListEnterprisesRequest& request) {
    const auto listed = service_.As(caller, &EnterpriseStub::ListEnterprises, request);
    EXPECT_OK(listed);
    std::vector<std::string> usccs;
    if (!listed.ok()) return usccs;
    for (const v1::Enterprise& one : listed->enterprises()) {
      EXPECT_FALSE(one.has_contact());
      usccs.push_back(one.uscc());
    }
    return usccs;
  }
  absl::StatusOr<v1::ImportEnterprisesResponse> Import(const CallerOf& caller,
                                                       const std::vector<v1::Enterprise>& rows,
                                                       bool validate_only = false) {
    v1::ImportEnterprisesRequest request;
    for (const v1::Enterprise& row : rows) *request.add_enterprises() = row;
    request.set_validate_only(validate_only);
    return service_.As(caller, &EnterpriseStub::ImportEnterprises, request);
  }
  static std::vector<v1::ImportedRow::Outcome> Outcomes(
      const absl::StatusOr<v1::ImportEnterprisesResponse>& imported) {
    EXPECT_OK(imported);
    std::vector<v1::ImportedRow::Outcome> outcomes;
    if (!imported.ok()) return outcomes;
    for (const v1::ImportedRow& row : imported->rows()) outcomes.push_back(row.outcome());
    return outcomes;
  }
};

TEST_P(EnterprisesTest, RegisteringIsAnsweredOnceAndDoneOnce) {
  v1::RegisterEnterpriseRequest request;
  *request.mutable_enterprise() = NewEnterprise();
  request.set_request_id(NewRequestId());
  const auto registered = service_.As(kPlatform, &EnterpriseStub::RegisterEnterprise, request);
  ASSERT_OK(registered);
  const v1::Enterprise& enterprise = registered->enterprise();
  EXPECT_FALSE(enterprise.etag().empty());
  EXPECT_FALSE(enterprise.size().computed().empty());
  ASSERT_EQ(enterprise.plants_size(), 1);
  ASSERT_EQ(enterprise.enrolments_size(), 1);
  EXPECT_EQ(enterprise.enrolments(0).subject(), kPlatform.subject);
  const auto again = service_.As(kPlatform, &EnterpriseStub::RegisterEnterprise, request);
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), registered->SerializeAsString());
  EXPECT_EQ(service_.Head().position, 1);
  EXPECT_THAT(fixture_.Register(), IsRefused("", Reason::ENTERPRISE_EXISTS));
  EXPECT_EQ(service_.Head().position, 1);
}

TEST_P(EnterprisesTest, TheContactIsWholeForWhomItConcernsAndMaskedForOthers) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
  ASSERT_OK(submitted);
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  const CallerOf colleague = {"colleague", {"reviewer"}, "", "nanjing-gulou"};
  const auto phone = [&](const CallerOf& caller) {
    const auto got = Get(caller);
    EXPECT_OK(got) << caller.subject;
    if (!got.ok()) return std::string();
    EXPECT_EQ(got->enterprise().contact().masked(),
              got->enterprise().contact().phone() != NewEnterprise().contact().phone());
    return got->enterprise().contact().phone();
  };
  for (const CallerOf& caller : {enterprise_, kPlatform}) {
    EXPECT_EQ(phone(caller), "13812345678") << caller.subject;
  }
  const CallerOf elsewhere = {"elsewhere", {"campaign-officer"}, "", "", {"another"}};
  const CallerOf others[] = {reviewer, colleague, ReviewerOf("nanjing"), ReviewerOf("jiangsu"),
                             kOfficer, elsewhere};
  for (const CallerOf& caller : others) EXPECT_EQ(phone(caller), "138****5678") << caller.subject;
  ASSERT_OK(fixture_.Take(reviewer, submitted->submission().key()));
  EXPECT_EQ(phone(reviewer), "13812345678");
  EXPECT_EQ(phone(colleague), "138****5678");
  for (const CallerOf& stranger : {ReviewerOf("suzhou"), CallerOf{"other", {"platform"}}}) {
    EXPECT_THAT(Get(stranger), IsRefused("", Reason::ENTERPRISE_NOT_FOUND)) << stranger.subject;
  }
  EXPECT_THAT(Get(fixture_.EnterpriseOf(UsccNumber(1))), IsRefused("", Reason::OUTSIDE_SCOPE));
  // As people write it.
  EXPECT_OK(Get(kOfficer, "９１１１００００６０００３７３４１l"));
}

TEST_P(EnterprisesTest, AnOfficialWhoSetsTheContactGetsItMasked) {
  v1::RegisterEnterpriseRequest request;
  *request.mutable_enterprise() = NewEnterprise();
  auto& enrolment = *request.mutable_enterprise()->add_enrolments();
  enrolment.set_issuer(rpc::TestIssuer::Claims({})["iss"].get<std::string>());
  enrolment.set_subject(kPlatform.subject);
  request.set_request_id(NewRequestId());
  const auto registered = service_.As(kOfficer, &EnterpriseStub::RegisterEnterprise, request);
  ASSERT_OK(registered);
  EXPECT_EQ(registered->enterprise().contact().phone(), "138****5678");
  v1::Enterprise sent = registered->enterprise();
  sent.mutable_contact()->set_phone("13987654321");
  sent.mutable_contact()->set_name("李四");
  sent.mutable_contact()->set_masked(false);
  const auto updated = Update(kOfficer, sent, {"contact"});
  ASSERT_OK(updated);
  EXPECT_EQ(updated->enterprise().contact().phone(), "139****4321");
  EXPECT_EQ(updated->enterprise().contact().name(), "李*");
  // Whoever acts for the enterprise, and itself, get what they set.
  for (const CallerOf& caller : {kPlatform, enterprise_}) {
    sent.set_etag(Get(caller)->enterprise().etag());
    sent.mutable_contact()->set_email(absl::StrCat(caller.subject, "@example.com"));
    const auto whole = Update(caller, sent, {"contact"});
    ASSERT_OK(whole) << caller.subject;
    EXPECT_EQ(whole->enterprise().contact().phone(), "13987654321");
  }
}

// An entry is of no programme in particular: rights in any are enough, and none are not.
TEST_P(EnterprisesTest, AnOfficerWithoutProgrammesSetsNothing) {
  ASSERT_OK(fixture_.Register());
  const CallerOf of_none = {"lost", {"campaign-officer"}, "", "", {}};
  CallerOf unnamed = of_none;
  unnamed.programmes = {""};
  v1::Enterprise row = NewEnterprise();
  row.set_name("改名");
  auto& enrolment = *row.add_enrolments();
  enrolment.set_issuer("https://issuer.example");
  enrolment.set_subject("evil-platform");
  const auto head = service_.Head();
  v1::RegisterEnterpriseRequest another;
  *another.mutable_enterprise() = NewEnterprise(UsccNumber(1));
  another.set_request_id(NewRequestId());
  v1::Enterprise present = Get(kPlatform)->enterprise();
  for (const CallerOf& caller : {of_none, unnamed}) {
    const auto refused = Import(caller, {row});
    EXPECT_THAT(refused, IsRefused("", Reason::OUTSIDE_SCOPE));
    EXPECT_THAT(DetailOf(refused.status()).message().zh(), testing::HasSubstr("评测体系：无"));
    // Whatever is wrong with the rows.
    EXPECT_THAT(Import(caller, {v1::Enterprise()}), IsRefused("", Reason::OUTSIDE_SCOPE));
    EXPECT_THAT(Import(caller, {NewEnterprise(UsccNumber(1))}, /*validate_only=*/true),
                IsRefused("", Reason::OUTSIDE_SCOPE));
    EXPECT_THAT(service_.As(caller, &EnterpriseStub::RegisterEnterprise, another),
                IsRefused("", Reason::OUTSIDE_SCOPE));
    EXPECT_THAT(Update(caller, present, {"name"}), IsRefused("", Reason::OUTSIDE_SCOPE));
    EXPECT_THAT(Get(caller), IsRefused("", Reason::OUTSIDE_SCOPE));
    EXPECT_THAT(service_.As(caller, &EnterpriseStub::ListEnterprises, {}),
                IsRefused("", Reason::OUTSIDE_SCOPE));
  }
  // What such an officer may as somebody else is that one's.
  CallerOf also_platform = {kPlatform.subject, {"campaign-officer", "platform"}, "", "", {}};
  row.clear_enrolments();
  EXPECT_THAT(Outcomes(Import(also_platform, {row})), ElementsAre(v1::ImportedRow::CHANGED));
  row.add_enrolments()->set_issuer("https://issuer.example");
  row.mutable_enrolments(0)->set_subject("evil-platform");
  EXPECT_THAT(Outcomes(Import(also_platform, {row})), ElementsAre(v1::ImportedRow::REFUSED));
  also_platform.subject = "another";
  EXPECT_THAT(Outcomes(Import(also_platform, {row})), ElementsAre(v1::ImportedRow::REFUSED));
  EXPECT_EQ(service_.Head().position, head.position + 1);
  const CallerOf elsewhere = {"elsewhere", {"campaign-officer"}, "", "", {"another"}};
  EXPECT_THAT(Outcomes(Import(elsewhere, {row})), ElementsAre(v1::ImportedRow::CHANGED));
}

// It says nothing of any file, and a mistake in the token is found.
TEST_P(EnterprisesTest, AReviewerOfNoUnitThatThereIsIsToldSo) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
  ASSERT_OK(submitted);
  v1::GetSubmissionRequest get;
  *get.mutable_submission() = submitted->submission().key();
  for (const char* unit : {"no-such-unit", ""}) {
    CallerOf lost = ReviewerOf(unit);
    const absl::Status refused[] = {
        service_.As(lost, &AssessmentStub::ListSubmissions, {}).status(),
        service_.As(lost, &EnterpriseStub::ListEnterprises, {}).status(),
        service_.As(lost, &EnterpriseStub::ListChangeRequests, {}).status(),
        service_.As(lost, &ReviewStub::ListQueue, {}).status(),
        service_.As(lost, &AssessmentStub::GetSubmission, get).status(),
        fixture_.Take(lost, get.submission()).status(),
        Get(lost).status(),
    };
    for (const absl::Status& status : refused) {
      EXPECT_THAT(status, IsRefused("", Reason::UNKNOWN_REVIEW_UNIT)) << unit;
    }
    const auto who = service_.As(lost, &OperationsStub::WhoAmI, {});
    ASSERT_OK(who);
    EXPECT_EQ(who->review_unit_invalid(), unit[0] != '\0');
    // Another right reaches something.
    lost.roles = {"reviewer", "enterprise"};
    lost.uscc = kUscc;
    EXPECT_THAT(List(lost, {}), ElementsAre(kUscc));
    EXPECT_OK(service_.As(lost, &AssessmentStub::GetSubmission, get));
  }
}

TEST_P(EnterprisesTest, EachSetsWhatIsTheirsBasedOnWhatTheyRead) {
  v1::Enterprise present = *fixture_.Register();
  const std::string predecessor = UsccNumber(1);
  ASSERT_OK(fixture_.Register(NewEnterprise(predecessor)));
  const struct {
    CallerOf caller;
    const char* path;
    // At which field it is refused; empty: it is not.
    const char* refused;
  } kCases[] = {
      {enterprise_, "contact", ""},
      {enterprise_, "size.employees", ""},
      {enterprise_, "plants", ""},
      {enterprise_, "name", "enterprise.name"},
      {enterprise_, "review_unit", "enterprise.reviewUnit"},
      {enterprise_, "size", "enterprise.size"},
      {enterprise_, "predecessor", "enterprise.predecessor"},
      {kPlatform, "name", ""},
      {kPlatform, "predecessor", ""},
      {kPlatform, "enrolments", "enterprise.enrolments"},
      {kOfficer, "name", ""},
      {kOfficer, "enrolments", ""},
  };
  int changes = 0;
  for (const auto& one : kCases) {
    SCOPED_TRACE(absl::StrCat(one.caller.subject, " ", one.path));
    v1::Enterprise sent = present;
    sent.set_name(absl::StrCat(present.name(), "甲"));
    sent.mutable_contact()->set_name(absl::StrCat("李", changes));
    sent.mutable_size()->set_employees(present.size().employees() + 1);
    sent.set_review_unit("suzhou");
    sent.set_predecessor(predecessor);
    sent.add_plants()->set_plant(absl::StrCat("p", changes));
    sent.mutable_plants(sent.plants_size() - 1)->set_name("分厂");
    sent.add_enrolments()->set_issuer("https://issuer.example");
    sent.mutable_enrolments(sent.enrolments_size() - 1)->set_subject(absl::StrCat("s", changes));
    const auto head = service_.Head();
    const auto updated = Update(one.caller, sent, {one.path});
    if (one.refused[0] != '\0') {
      EXPECT_THAT(updated, IsRefused(one.refused, Reason::FIELD_NOT_YOURS));
      EXPECT_EQ(service_.Head(), head);
      continue;
    }
    ASSERT_OK(updated);
    EXPECT_NE(updated->enterprise().etag(), present.etag());
    EXPECT_EQ(service_.Head().position, head.position + 1);
    EXPECT_THAT(Update(one.caller, sent, {one.path}), IsRefused("", Reason::STALE_ETAG));
    present = updated->enterprise();
    // The same again changes nothing.
    ASSERT_OK(Update(one.caller, present, {one.path}));
    EXPECT_EQ(service_.Head().position, head.position + 1);
    ++changes;
  }
  v1::Enterprise without = present;
  without.clear_etag();
  EXPECT_THAT(Update(kPlatform, without, {"name"}),
              IsRefused("enterprise.etag", Reason::FIELD_REQUIRED));
  const CallerOf reader = {"other", {"platform"}};
  EXPECT_THAT(Update(reader, present, {"name"}), HasReason(Reason::ENTERPRISE_NOT_FOUND));
}

TEST_P(EnterprisesTest, TheReceivingUnitAcceptsAChangeThatWasRequested) {
  v1::Enterprise sent = *fixture_.Register();
  sent.set_region("320508");
  sent.set_review_unit("suzhou-gusu");
  const auto requested = RequestChange(sent, {"region", "review_unit"});
  ASSERT_OK(requested);
  EXPECT_EQ(requested->change_request().unit(), "suzhou-gusu");
  EXPECT_EQ(requested->change_request().present().region(), "320106");
  EXPECT_EQ(Get(enterprise_)->enterprise().region(), "320106");

  const CallerOf old_unit = ReviewerOf("nanjing-gulou");
  const CallerOf new_unit = ReviewerOf("suzhou-gusu");
  EXPECT_THAT(Changes(enterprise_), ElementsAre("1 OPEN"));
  EXPECT_THAT(Changes(new_unit), ElementsAre("1 OPEN"));
  EXPECT_THAT(Changes(old_unit), IsEmpty());
  EXPECT_THAT(Accept(old_unit, 1), IsRefused("", Reason::CHANGE_NOT_FOUND));
  EXPECT_THAT(Accept(new_unit, 2), IsRefused("", Reason::CHANGE_NOT_FOUND));
  const auto accepted = Accept(new_unit, 1);
  ASSERT_OK(accepted);
  EXPECT_EQ(accepted->enterprise().review_unit(), "suzhou-gusu");
  EXPECT_TRUE(accepted->enterprise().contact().masked());
  EXPECT_EQ(Get(enterprise_)->enterprise().region(), "320508");
  EXPECT_EQ(service_.Head().position, 2);
  EXPECT_THAT(Accept(new_unit, 1), IsRefused("", Reason::CHANGE_DECIDED));
  EXPECT_THAT(Decline(new_unit, 1, "重复"), IsRefused("", Reason::CHANGE_DECIDED));
  EXPECT_THAT(Changes(enterprise_), ElementsAre("1 ACCEPTED"));
  EXPECT_THAT(Changes(enterprise_, true), IsEmpty());
}

TEST_P(EnterprisesTest, WhoRequestedAChangeDoesNotDecideAboutIt) {
  v1::Enterprise sent = *fixture_.Register();
  sent.set_name("某新机械有限公司");
  ASSERT_OK(RequestChange(sent, {"name"}));
  const CallerOf own = {enterprise_.subject, {"reviewer", "unit-head"}, "", "nanjing-gulou"};
  EXPECT_THAT(Accept(own, 1), IsRefused("", Reason::SAME_PERSON));
  EXPECT_THAT(Decline(own, 1, "不"), IsRefused("", Reason::SAME_PERSON));
  EXPECT_THAT(Changes(enterprise_), ElementsAre("1 OPEN"));
  EXPECT_OK(Accept(ReviewerOf("nanjing-gulou"), 1));
}

TEST_P(EnterprisesTest, AChangeIsReplacedDeclinedOrOvertaken) {
  v1::Enterprise sent = *fixture_.Register();
  const CallerOf unit = ReviewerOf("nanjing-gulou");
  sent.set_name("第一个名称");
  ASSERT_OK(RequestChange(sent, {"name"}));
  sent.set_name("第二个名称");
  ASSERT_OK(RequestChange(sent, {"name"}));
  EXPECT_THAT(Changes(enterprise_), ElementsAre("1 REPLACED", "2 OPEN"));
  EXPECT_THAT(Accept(unit, 1), IsRefused("", Reason::CHANGE_DECIDED));
  EXPECT_THAT(Decline(unit, 2, " "), IsRefused("note", Reason::FIELD_REQUIRED));
  ASSERT_OK(Decline(unit, 2, "与营业执照不符"));
  EXPECT_THAT(Changes(unit), ElementsAre("1 REPLACED", "2 DECLINED"));

  sent.set_name("第三个名称");
  ASSERT_OK(RequestChange(sent, {"name"}));
  v1::Enterprise other = Get(enterprise_)->enterprise();
  other.mutable_size()->set_employees(421);
  ASSERT_OK(Update(enterprise_, other, {"size.employees"}));
  other = Get(kPlatform)->enterprise();
  other.set_name("平台先改的名称");
  ASSERT_OK(Update(kPlatform, other, {"name"}));
  EXPECT_THAT(Accept(unit, 3), IsRefused("", Reason::STALE_ETAG));

  other.set_review_unit("suzhou");
  other.set_name("");
  const auto refused = RequestChange(other, {"name", "review_unit"});
  EXPECT_THAT(refused, IsRefused("proposed.name", Reason::FIELD_REQUIRED));
  EXPECT_THAT(RequestChange(Get(enterprise_)->enterprise(), {"name"}),
              IsRefused("proposed", Reason::INVALID_FIELD));
  EXPECT_THAT(RequestChange(other, {"contact"}), IsRefused("fields", Reason::INVALID_FIELD));
}

TEST_P(EnterprisesTest, RelationsNeverMakeACircle) {
  const std::string first = UsccNumber(1);
  const std::string second = UsccNumber(2);
  const std::string third = UsccNumber(3);
  v1::Enterprise one = NewEnterprise(first);
  one.set_parent_uscc(second);
  one.set_predecessor(second);
  v1::Enterprise two = NewEnterprise(second);
  two.set_parent_uscc(third);
  ASSERT_OK(fixture_.Register(two));
  ASSERT_OK(fixture_.Register(one));
  v1::Enterprise three = NewEnterprise(third);
  three.set_parent_uscc(first);
  EXPECT_THAT(fixture_.Register(three),
              IsRefused("enterprise.parentUscc", Reason::RELATION_CIRCLE));
  three.set_parent_uscc(third);
  EXPECT_THAT(fixture_.Register(three),
              IsRefused("enterprise.parentUscc", Reason::RELATION_CIRCLE));
  three.clear_parent_uscc();
  ASSERT_OK(fixture_.Register(three));
  v1::Enterprise changed = Get(kPlatform, second)->enterprise();
  changed.set_predecessor(first);
  const auto head = service_.Head();
  EXPECT_THAT(Update(kPlatform, changed, {"predecessor"}),
              IsRefused("enterprise.predecessor", Reason::RELATION_CIRCLE));
  const auto imported = Import(kPlatform, {changed});
  ASSERT_THAT(Outcomes(imported), ElementsAre(v1::ImportedRow::REFUSED));
  EXPECT_EQ(service_.Head(), head);
}

TEST_P(EnterprisesTest, ListsAreByUnitRegionQueryAndPage) {
  const struct {
    int number;
    const char* region;
    const char* unit;
    const char* name;
    bool is_test;
  } kRows[] = {{1, "320106", "nanjing-gulou", "甲机械", false},
               {2, "320104", "nanjing-qinhuai", "乙机械", false},
               {3, "320106", "nanjing", "丙化工", false},
               {4, "320508", "suzhou-gusu", "丁机械", false},
               {5, "320508", "suzhou-gusu", "戊机械", true}};
  for (const auto& row : kRows) {
    v1::Enterprise enterprise = NewEnterprise(UsccNumber(row.number));
    enterprise.set_region(row.region);
    enterprise.set_review_unit(row.unit);
    enterprise.set_name(row.name);
    enterprise.set_is_test(row.is_test);
    ASSERT_OK(fixture_.Register(enterprise));
  }
  const auto listed = [&](const CallerOf& caller, auto set) {
    v1::ListEnterprisesRequest request;
    set(request);
    std::vector<int> numbers;
    for (const std::string& uscc : List(caller, request)) {
      numbers.push_back(uscc[14] - '0');
    }
    return numbers;
  };
  using Request = v1::ListEnterprisesRequest;
  EXPECT_THAT(listed(kOfficer, [](Request&) {}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(listed(kPlatform, [](Request& r) { r.set_with_tests(true); }),
              ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(listed({"other", {"platform"}}, [](Request&) {}), IsEmpty());
  EXPECT_THAT(listed(ReviewerOf("nanjing"), [](Request&) {}), ElementsAre(1, 2, 3));
  EXPECT_THAT(listed(ReviewerOf("nanjing-gulou"), [](Request&) {}), ElementsAre(1));
  EXPECT_THAT(listed(fixture_.EnterpriseOf(UsccNumber(4)), [](Request&) {}), ElementsAre(4));
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_review_unit("nanjing"); }),
              ElementsAre(1, 2, 3));
  EXPECT_THAT(listed(ReviewerOf("nanjing"), [](Request& r) { r.set_review_unit("suzhou"); }),
              IsEmpty());
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_review_unit("nowhere"); }), IsEmpty());
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_region("320100"); }), ElementsAre(1, 2, 3));
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_region("320106"); }), ElementsAre(1, 3));
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_region("310000"); }), IsEmpty());
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_query("机械"); }), ElementsAre(1, 2, 4));
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_query("91320100ma10003"); }), ElementsAre(3));
  EXPECT_THAT(listed(kOfficer, [](Request& r) { r.set_query("%"); }), IsEmpty());
  EXPECT_THAT(listed(kOfficer,
                     [](Request& r) {
                       r.set_skip(1);
                       r.set_page_size(2);
                     }),
              ElementsAre(2, 3));

  Request page;
  page.set_page_size(3);
  const auto first = service_.As(kOfficer, &EnterpriseStub::ListEnterprises, page);
  ASSERT_OK(first);
  EXPECT_EQ(first->total_size(), 4);
  page.set_page_token(first->next_page_token());
  const auto last = service_.As(kOfficer, &EnterpriseStub::ListEnterprises, page);
  ASSERT_OK(last);
  ASSERT_EQ(last->enterprises_size(), 1);
  EXPECT_EQ(last->enterprises(0).uscc(), UsccNumber(4));
  EXPECT_THAT(last->next_page_token(), IsEmpty());
}

TEST_P(EnterprisesTest, AnImportAddsAndChangesAndARerunChangesNothing) {
  using Row = v1::ImportedRow;
  std::vector<v1::Enterprise> rows;
  for (int i = 0; i < 3; ++i) rows.push_back(NewEnterprise(UsccNumber(i)));
  rows[1].add_plants()->set_plant("suzhou-2");
  rows[1].mutable_plants(0)->set_name("苏州二厂");
  EXPECT_THAT(Outcomes(Import(kPlatform, rows, true)),
              ElementsAre(Row::ADDED, Row::ADDED, Row::ADDED));
  EXPECT_EQ(service_.Head().position, 0);
  EXPECT_THAT(Outcomes(Import(kPlatform, rows)), ElementsAre(Row::ADDED, Row::ADDED, Row::ADDED));
  const auto head = service_.Head();
  EXPECT_EQ(head.position, 3);
  EXPECT_THAT(Outcomes(Import(kPlatform, rows)),
              ElementsAre(Row::UNCHANGED, Row::UNCHANGED, Row::UNCHANGED));
  // A file with fewer columns empties nothing.
  v1::Enterprise few;
  few.set_uscc(UsccNumber(0));
  EXPECT_THAT(Outcomes(Import(kPlatform, {few})), ElementsAre(Row::UNCHANGED));
  EXPECT_EQ(service_.Head(), head);
  rows[2].set_name("改名后的公司");
  EXPECT_THAT(Outcomes(Import(kPlatform, rows)),
              ElementsAre(Row::UNCHANGED, Row::UNCHANGED, Row::CHANGED));
  EXPECT_EQ(service_.Head().position, 4);
  EXPECT_EQ(Get(kOfficer, UsccNumber(2))->enterprise().name(), "改名后的公司");
}

TEST_P(EnterprisesTest, WhatIsWrongInARowStopsNoneOfTheOthers) {
  ASSERT_OK(fixture_.Register());
  std::vector<v1::Enterprise> rows(4, NewEnterprise(UsccNumber(1)));
  rows[0].set_uscc("91320100MA1000I00X");
  rows[0].set_region("310000");
  rows[1].set_industry_class("9999");
  rows[1].set_region("310000");
  // Registered by another platform.
  rows[3] = NewEnterprise(kUscc);
  rows[3].set_name("别人的企业");
  const CallerOf other = {"other", {"platform"}};
  const auto imported = Import(other, rows);
  using Row = v1::ImportedRow;
  ASSERT_THAT(Outcomes(imported),
              ElementsAre(Row::REFUSED, Row::REFUSED, Row::ADDED, Row::REFUSED));
  const struct {
    int row;
    std::vector<std::string> faults;
  } kFaults[] = {{0, {"uscc INVALID_USCC", "region UNKNOWN_REGION"}},
                 {1, {"region UNKNOWN_REGION", "industryClass UNKNOWN_INDUSTRY"}},
                 {3, {"uscc ENTERPRISE_EXISTS"}}};
  for (const auto& [row, faults] : kFaults) {
    std::vector<std::string> found;
    for (const v1::RowViolation& violation : imported->rows(row).violations()) {
      found.push_back(absl::StrCat(violation.field(), " ", violation.reason()));
      EXPECT_FALSE(violation.zh().empty());
      EXPECT_FALSE(violation.en().empty());
    }
    EXPECT_EQ(found, faults) << row;
  }
  EXPECT_EQ(Get(enterprise_)->enterprise().name(), NewEnterprise().name());
  EXPECT_EQ(service_.Head().position, 2);

  EXPECT_THAT(Import(kPlatform, {}), IsRefused("enterprises", Reason::FIELD_REQUIRED));
  EXPECT_THAT(Import(kPlatform, std::vector<v1::Enterprise>(1001, rows[2])),
              IsRefused("enterprises", Reason::TOO_LARGE));
  EXPECT_EQ(service_.Head().position, 2);
}

TEST_P(EnterprisesTest, WhatIsATestTodayIsInNoQueueOrExportAndMatchesNobodysFiles) {
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const std::string sha256(64, 'a');
  v1::SubmissionKey real, test;
  for (const bool is_test : {false, true}) {
    v1::Enterprise enterprise = NewEnterprise(UsccNumber(is_test ? 1 : 0));
    enterprise.set_is_test(is_test);
    ASSERT_OK(fixture_.Register(enterprise));
    const v1::AssessmentKey key = fixture_.KeyOf(enterprise.uscc());
    ASSERT_OK(fixture_.Open(key));
    ASSERT_OK(fixture_.AddEvidence(key, sha256));
    const auto filled = fixture_.Fill(*fixture_.Get(key));
    ASSERT_OK(filled);
    const auto submitted = fixture_.Submit(fixture_.Submission(key, filled->etag()));
    ASSERT_OK(submitted);
    EXPECT_EQ(submitted->submission().content().snapshot().is_test(), is_test);
    (is_test ? test : real) = submitted->submission().key();
  }
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  const auto queue = service_.As(reviewer, &ReviewStub::ListQueue, v1::ListQueueRequest());
  ASSERT_OK(queue);
  ASSERT_EQ(queue->submissions_size(), 1);
  EXPECT_EQ(queue->submissions(0).key().enterprise(), real.enterprise());
  EXPECT_FALSE(queue->submissions(0).evidence_matches());
  v1::ListEvidenceMatchesRequest matches;
  *matches.mutable_submission() = real;
  const auto matched = service_.As(reviewer, &ReviewStub::ListEvidenceMatches, matches);
  ASSERT_OK(matched);
  EXPECT_EQ(matched->matches_size(), 0);

  // Listed, but marked.
  const auto listed =
      service_.As(reviewer, &AssessmentStub::ListSubmissions, v1::ListSubmissionsRequest());
  ASSERT_OK(listed);
  ASSERT_EQ(listed->submissions_size(), 2);
  for (const v1::SubmissionSummary& summary : listed->submissions()) {
    EXPECT_EQ(summary.is_test(), summary.key().enterprise() == test.enterprise());
  }
  v1::ExportSubmissionsRequest request;
  *request.add_submissions() = real;
  request.set_purpose("现场核查");
  EXPECT_OK(service_.As(reviewer, &ReviewStub::ExportSubmissions, request));
  *request.add_submissions() = test;
  EXPECT_THAT(service_.As(reviewer, &ReviewStub::ExportSubmissions, request),
              IsRefused("submissions[1]", Reason::INVALID_FIELD));

  // What it is today holds for what was submitted before.
  for (const auto* const key : {&real, &test}) {
    v1::GetEnterpriseRequest get;
    get.set_uscc(key->enterprise());
    auto got = service_.As(kPlatform, &EnterpriseStub::GetEnterprise, get);
    ASSERT_OK(got);
    got->mutable_enterprise()->set_is_test(key == &real);
    ASSERT_OK(Update(kPlatform, got->enterprise(), {"is_test"}));
    const auto now = service_.As(reviewer, &ReviewStub::ListQueue, v1::ListQueueRequest());
    ASSERT_OK(now);
    std::vector<std::string> queued;
    for (const auto& summary : now->submissions()) queued.push_back(summary.key().enterprise());
    EXPECT_EQ(queued, key == &real ? std::vector<std::string>()
                                   : std::vector<std::string>({test.enterprise()}));
  }
  EXPECT_THAT(service_.As(reviewer, &ReviewStub::ExportSubmissions, request),
              IsRefused("submissions[0]", Reason::INVALID_FIELD));
  v1::TakeRequest take;
  *take.mutable_submission() = test;
  ASSERT_OK(service_.As(reviewer, &ReviewStub::Take, take));
  // It stays in the queue with what was changed of it.
  const auto taken = service_.As(reviewer, &ReviewStub::ListQueue, v1::ListQueueRequest());
  ASSERT_OK(taken);
  ASSERT_EQ(taken->submissions_size(), 1);
  EXPECT_TRUE(taken->submissions(0).has_taken());
}

ON_BOTH_DATABASES(EnterprisesTest);

}  // namespace
}  // namespace zhiping::assessment
