// What of the log of changes a platform gets, and how it is recorded and told; by long poll and
// stream alike, over gRPC on both databases.
#include <sqlite3.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/sql/log_chain.h"
#include "services/assessment/shown_changes.h"
#include "tests/integration/assessment/audit_entries.h"
#include "tests/processes/certificates.h"

namespace zhiping::assessment {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Another platform, and one that is enrolled for nobody at first.
const CallerOf kOther = {"other", {"platform"}};
const CallerOf kThird = {"third", {"platform"}};
// Whose enterprise kOther has registered.
const std::string kOthers = UsccNumber(1);

// `submission 91110000600037341L`; `withheld`; what is left of it after that.
std::string Said(const v1::ChangeEntry& entry) {
  const v1::AssessmentEvent& event = entry.event();
  std::vector<std::string> words;
  if (entry.withheld()) words.emplace_back("withheld");
  if (entry.withheld() == !entry.event_bytes().empty()) words.emplace_back("bytes are wrong");
  if (event.has_enterprise()) {
    words.push_back(absl::StrCat("enterprise ", event.enterprise().enterprise().uscc()));
  }
  if (event.has_campaign()) words.emplace_back("campaign");
  if (event.has_assessment_opened()) {
    words.push_back(absl::StrCat("opened ", event.assessment_opened().key().enterprise()));
  }
  if (event.has_submission()) {
    words.push_back(absl::StrCat("submission ", event.submission().key().enterprise()));
  }
  if (event.has_targets()) words.emplace_back("targets");
  for (const v1::Target& target : event.targets().targets()) words.push_back(target.enterprise());
  return absl::StrJoin(words, " ");
}

std::vector<std::string> Said(const std::vector<v1::ChangeEntry>& entries) {
  std::vector<std::string> said;
  for (const v1::ChangeEntry& entry : entries) said.push_back(Said(entry));
  return said;
}

// What a reader can verify: gap-free, each after the one before, and its hash, unless it is
// withheld.
void ExpectChain(const std::vector<v1::ChangeEntry>& entries) {
  int64_t position = 0;
  std::string hash = sql::FirstHash();
  for (const v1::ChangeEntry& entry : entries) {
    EXPECT_EQ(entry.position(), absl::StrCat(++position));
    EXPECT_EQ(entry.previous_hash(), hash);
    EXPECT_TRUE(entry.has_instant());
    if (!entry.withheld()) {
      EXPECT_EQ(entry.hash(), sql::EntryHash("changes", hash, position,
                                             entry.instant().seconds() * 1'000'000 +
                                                 entry.instant().nanos() / 1000,
                                             entry.event_bytes()));
    }
    hash = entry.hash();
  }
}

class FeedTest : public testing::TestWithParam<sql::Engine> {
 protected:
  // Of both platforms an enterprise with a submission; a target list with both, and one with the
  // other's alone. Everything is in the log.
  void Fill(AssessmentUnderTest& service) {
    Fixture fixture(service);
    ASSERT_OK(fixture.Register());
    v1::RegisterEnterpriseRequest others;
    *others.mutable_enterprise() = NewEnterprise(kOthers);
    others.set_request_id(NewRequestId());
    ASSERT_OK(service.As(kOther, &EnterpriseStub::RegisterEnterprise, others));
    ASSERT_OK(fixture.Create(NewCampaign(service.criteria(), v1::ReviewPolicy::NONE)));
    ASSERT_OK(fixture.SubmitNew(fixture.KeyOf()));
    ASSERT_OK(fixture.SubmitNew(fixture.KeyOf(kOthers)));
    for (const std::vector<std::string>& list :
         {std::vector<std::string>{kUscc, kOthers}, {kOthers}}) {
      v1::ImportTargetsRequest targets;
      targets.set_campaign(kCampaign2026);
      for (const std::string& uscc : list) {
        v1::Target& target = *targets.add_targets();
        target.set_enterprise(uscc);
        target.set_plant("main");
        target.set_channel(list.size() == 1 ? v1::Channel::DIRECT : v1::Channel::STAGED);
      }
      ASSERT_OK(service.As(kOfficer, &CampaignStub::ImportTargets, targets));
    }
    EXPECT_EQ(service.Head().position, kEntries);
  }
  static constexpr int kEntries = 9;
  static std::vector<std::string> Everything() {
    const std::string both = absl::StrCat("targets ", kUscc, " ", kOthers);
    return {absl::StrCat("enterprise ", kUscc),
            absl::StrCat("enterprise ", kOthers),
            "campaign",
            absl::StrCat("opened ", kUscc),
            absl::StrCat("submission ", kUscc),
            absl::StrCat("opened ", kOthers),
            absl::StrCat("submission ", kOthers),
            both,
            absl::StrCat("targets ", kOthers)};
  }

  // Pages of two, to the end.
  absl::StatusOr<std::vector<v1::ChangeEntry>> Poll(const CallerOf& caller) {
    v1::ListSubmissionChangesRequest request;
    request.set_page_size(2);
    std::vector<v1::ChangeEntry> entries;
    while (true) {
      auto page = service_->As(caller, &FeedStub::ListSubmissionChanges, request);
      if (!page.ok()) return page.status();
      for (v1::ChangeEntry& entry : *page->mutable_entries()) entries.push_back(std::move(entry));
      if (page->at_end()) return entries;
      *request.mutable_after() = page->next();
    }
  }
  absl::StatusOr<std::vector<v1::ChangeEntry>> Watch(const CallerOf& caller) {
    return Watch(service_->feed(), *service_->ContextOf(caller));
  }
  static absl::StatusOr<std::vector<v1::ChangeEntry>> Watch(FeedStub& stub,
                                                            grpc::ClientContext& context) {
    const auto stream = stub.WatchSubmissions(&context, {});
    v1::WatchSubmissionsResponse page;
    std::vector<v1::ChangeEntry> entries;
    bool at_end = false;
    while (!at_end && stream->Read(&page)) {
      for (v1::ChangeEntry& entry : *page.mutable_entries()) entries.push_back(std::move(entry));
      at_end = page.at_end();
    }
    if (at_end) context.TryCancel();
    while (stream->Read(&page)) {
    }
    const absl::Status ended = rpc::FromGrpcStatus(stream->Finish());
    if (!at_end) return ended;
    return entries;
  }
  // What both ways give, which is the same.
  std::vector<v1::ChangeEntry> Read(const CallerOf& caller) {
    const auto polled = Poll(caller), watched = Watch(caller);
    EXPECT_OK(polled);
    EXPECT_OK(watched);
    if (!polled.ok() || !watched.ok()) return {};
    EXPECT_EQ(Said(*polled), Said(*watched));
    ExpectChain(*polled);
    ExpectChain(*watched);
    return *polled;
  }

  // Sets who is enrolled for the enterprise.
  void Enrol(const std::string& uscc, const std::vector<CallerOf>& platforms) {
    v1::GetEnterpriseRequest get;
    get.set_uscc(uscc);
    const auto present = service_->As(kOfficer, &EnterpriseStub::GetEnterprise, get);
    ASSERT_OK(present);
    v1::UpdateEnterpriseRequest request;
    request.mutable_enterprise()->set_uscc(uscc);
    request.mutable_enterprise()->set_etag(present->enterprise().etag());
    for (const CallerOf& platform : platforms) {
      v1::Enrolment& enrolment = *request.mutable_enterprise()->add_enrolments();
      enrolment.set_issuer("https://issuer.example");
      enrolment.set_subject(platform.subject);
    }
    request.mutable_update_mask()->add_paths("enrolments");
    ASSERT_OK(service_->As(kOfficer, &EnterpriseStub::UpdateEnterprise, request));
    service_->Head();
  }

  // `WatchSubmissions submission 91110000600037341L/main/jiangsu-ai-2026#1`, sorted.
  std::vector<std::string> Accesses(const std::string& uscc) {
    v1::ListAccessesRequest request;
    request.set_enterprise(uscc);
    const auto listed =
        service_->As(Fixture(*service_).EnterpriseOf(uscc), &AssessmentStub::ListAccesses, request);
    EXPECT_OK(listed);
    std::vector<std::string> accesses;
    if (!listed.ok()) return accesses;
    for (const v1::FileAccess& access : listed->accesses()) {
      EXPECT_TRUE(access.role() != "platform" || access.unit().empty());
      accesses.push_back(absl::StrCat(access.method(), " ", access.kind(), " ", access.file()));
    }
    std::sort(accesses.begin(), accesses.end());
    return accesses;
  }

  // Runs a statement behind the back of the service.
  void Tamper(const std::string& statement) {
    if (GetParam() == sql::Engine::kPostgres) {
      ASSERT_OK(sql::Execute(*sql::OpenOrDie(setting_), statement));
      return;
    }
    sqlite3* handle = nullptr;
    const std::string path(absl::StripPrefix(setting_, "sqlite:"));
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    sqlite3_busy_timeout(handle, 20'000);
    EXPECT_EQ(sqlite3_exec(handle, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
  }

  const std::string setting_ = sql::NewSetting(GetParam());
  std::unique_ptr<AssessmentUnderTest> service_ = std::make_unique<AssessmentUnderTest>(setting_);
};

TEST_P(FeedTest, APlatformGetsWhatIsOfEnterprisesThatItIsEnrolledFor) {
  Fill(*service_);
  const auto entries = Read(kPlatform);
  EXPECT_THAT(Said(entries), ElementsAre(absl::StrCat("enterprise ", kUscc), "withheld", "campaign",
                                         absl::StrCat("opened ", kUscc),
                                         absl::StrCat("submission ", kUscc), "withheld", "withheld",
                                         absl::StrCat("withheld targets ", kUscc), "withheld"));
  for (const v1::ChangeEntry& entry : entries) {
    EXPECT_THAT(entry.SerializeAsString(), Not(HasSubstr(kOthers))) << entry.position();
  }
  EXPECT_EQ(entries[4].event().submission().content().answers_size(), 33);
  EXPECT_THAT(
      Said(Read(kOther)),
      ElementsAre("withheld", absl::StrCat("enterprise ", kOthers), "campaign", "withheld",
                  "withheld", absl::StrCat("opened ", kOthers),
                  absl::StrCat("submission ", kOthers), absl::StrCat("withheld targets ", kOthers),
                  absl::StrCat("targets ", kOthers)));
  EXPECT_THAT(Said(Read(kThird)),
              ElementsAre("withheld", "withheld", "campaign", "withheld", "withheld", "withheld",
                          "withheld", "withheld", "withheld"));
}

TEST_P(FeedTest, APlatformThatIsEnrolledLaterGetsItWhenItReadsAgain) {
  Fill(*service_);
  ASSERT_EQ(Said(Read(kThird))[4], "withheld");
  Enrol(kOthers, {kOther, kThird});
  auto said = Said(Read(kThird));
  ASSERT_EQ(said.size(), kEntries + 1U);
  EXPECT_EQ(said[4], "withheld");
  EXPECT_EQ(said[6], absl::StrCat("submission ", kOthers));
  EXPECT_EQ(said[7], absl::StrCat("withheld targets ", kOthers));
  // So it hears from the log that it is enrolled; whoever was enrolled before still is.
  EXPECT_EQ(said[9], absl::StrCat("enterprise ", kOthers));
  EXPECT_EQ(Said(Read(kOther))[6], absl::StrCat("submission ", kOthers));
  // Both of a target list: the bytes are all its own.
  Enrol(kUscc, {kPlatform, kThird});
  EXPECT_EQ(Said(Read(kThird))[7], Everything()[7]);

  Enrol(kOthers, {kOther});
  said = Said(Read(kThird));
  EXPECT_EQ(said[6], "withheld");
  EXPECT_EQ(said.back(), "withheld");
}

TEST_P(FeedTest, NoEntryCanBeGuessedFromItsHash) {
  Fill(*service_);
  std::set<std::string> salts;
  for (const CallerOf& caller : {kPlatform, kOther}) {
    for (const v1::ChangeEntry& entry : Read(caller)) {
      EXPECT_EQ(entry.event().salt().size(), entry.withheld() ? 0U : 16U) << entry.position();
      salts.insert(entry.event().salt());
    }
  }
  salts.erase("");
  // Both get the campaign, and neither the whole of the first list.
  EXPECT_EQ(salts.size(), kEntries - 1U);
}

TEST_P(FeedTest, APageOfWithheldEntriesGoesOn) {
  Fill(*service_);
  v1::ListSubmissionChangesRequest request;
  request.set_page_size(1);
  // It waits for entries, not for those that are shown.
  request.set_wait_seconds(30);
  for (int position = 1; position <= kEntries; ++position) {
    const auto page = service_->As(kThird, &FeedStub::ListSubmissionChanges, request);
    ASSERT_OK(page);
    ASSERT_EQ(page->entries_size(), 1);
    EXPECT_EQ(page->next().position(), absl::StrCat(position));
    EXPECT_EQ(page->next().hash(), page->entries(0).hash());
    EXPECT_EQ(page->entries(0).withheld(), position != 3);
    *request.mutable_after() = page->next();
  }
}

// Clients take messages of 4 MiB.
TEST_P(FeedTest, APageOfLargeEntriesEndsBeforeItIsTooLargeForClients) {
  Fixture fixture(*service_);
  ASSERT_OK(fixture.Register());
  ASSERT_OK(fixture.Create(NewCampaign(service_->criteria(), v1::ReviewPolicy::NONE)));
  const v1::AssessmentKey key = fixture.KeyOf();
  const auto draft = fixture.Open(key);
  ASSERT_OK(draft);
  const auto filled = fixture.Fill(*draft, 0, LongestRemark());
  ASSERT_OK(filled);
  constexpr int kSubmissions = 90;
  for (int submission = 0; submission < kSubmissions; ++submission) {
    ASSERT_OK(fixture.Submit(fixture.Submission(key, filled->etag())));
  }
  service_->Head();
  v1::ListSubmissionChangesRequest request;
  request.set_page_size(1000);
  std::vector<v1::ChangeEntry> entries;
  int pages = 0;
  for (bool at_end = false; !at_end; ++pages) {
    const auto page = service_->As(kPlatform, &FeedStub::ListSubmissionChanges, request);
    ASSERT_OK(page);
    EXPECT_LT(page->ByteSizeLong(), size_t{4} << 20);
    EXPECT_EQ(page->next().hash(), page->entries(page->entries_size() - 1).hash());
    entries.insert(entries.end(), page->entries().begin(), page->entries().end());
    at_end = page->at_end();
    *request.mutable_after() = page->next();
  }
  EXPECT_GT(pages, 1);
  ExpectChain(entries);
  EXPECT_EQ(entries.back().position(), absl::StrCat(service_->Head().position));
  EXPECT_EQ(Watch(kPlatform)->size(), entries.size());
}

TEST_P(FeedTest, WhatAPlatformGetsIsToldToTheEnterpriseOnceInTenMinutes) {
  Fill(*service_);
  const std::string name = absl::StrCat(kUscc, "/main/", kCampaign2026);
  for (const int time : {1, 2}) {
    Read(kPlatform);
    Read(kThird);
    std::vector<std::string> expected;
    for (const char* const method : {"ListSubmissionChanges", "WatchSubmissions"}) {
      expected.push_back(absl::StrCat(method, " assessment ", name));
      expected.push_back(absl::StrCat(method, " enterprise ", kUscc));
      expected.push_back(absl::StrCat(method, " submission ", name, "#1"));
    }
    EXPECT_EQ(Accesses(kUscc), expected) << time;
    EXPECT_THAT(Accesses(kOthers), IsEmpty()) << time;
  }
  const std::vector<AuditEntry> audited = AuditEntries(*service_, AuditEntry::ACCESS);
  EXPECT_EQ(audited.size(), 3);
  for (const AuditEntry& entry : audited) {
    EXPECT_EQ(entry.caller().subject(), kPlatform.subject);
    EXPECT_EQ(entry.subject().enterprise(), kUscc);
  }
}

TEST_P(FeedTest, WhatCannotBeRecordedIsNotSent) {
  Fill(*service_);
  Tamper("ALTER TABLE file_access RENAME TO away");
  const auto polled = Poll(kPlatform), watched = Watch(kPlatform);
  for (const absl::Status& status : {polled.status(), watched.status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(status, HasReason(Reason::AUDIT_UNAVAILABLE));
  }
  // There is nothing to record.
  EXPECT_EQ(Said(Read(kThird)).size(), kEntries);
  Tamper("ALTER TABLE away RENAME TO file_access");
  EXPECT_EQ(Said(Read(kPlatform))[0], Everything()[0]);
}

TEST_P(FeedTest, AServiceGetsEverythingAndNothingIsRecorded) {
  const std::string folder = processes::NewFolder();
  const processes::CertificateAuthority authority(folder);
  const auto tls = [&](const std::string& service) {
    const auto files = authority.Issue(service, processes::NamesOf(service));
    return rpc::TlsFiles{files.certificate, files.key, authority.certificate()};
  };
  service_ = std::make_unique<AssessmentUnderTest>(sql::NewSetting(GetParam()), tls("assessment"));
  Fill(*service_);
  const auto stub = v1::FeedService::NewStub(rpc::NewStreamChannel(
      absl::StrCat("localhost:", service_->port()), rpc::Instances::kReady, tls("analytics")));
  const auto watched = Watch(*stub, *rpc::NewContext(absl::Seconds(20)));
  ASSERT_OK(watched);
  EXPECT_EQ(Said(*watched), Everything());
  ExpectChain(*watched);
  v1::ListSubmissionChangesResponse polled;
  ASSERT_OK(rpc::FromGrpcStatus(
      stub->ListSubmissionChanges(rpc::NewContext(absl::Seconds(20)).get(), {}, &polled)));
  EXPECT_EQ(Said({polled.entries().begin(), polled.entries().end()}), Everything());
  EXPECT_THAT(Accesses(kUscc), IsEmpty());
}

TEST_P(FeedTest, WhereNobodyIsAskedEverybodyGetsEverything) {
  service_ = std::make_unique<AssessmentUnderTest>(sql::NewSetting(GetParam()), rpc::TlsFiles(),
                                                   AssessmentUnderTest::Callers::kAreNotAsked);
  Fill(*service_);
  EXPECT_EQ(Said(Read(kThird)), Everything());
  EXPECT_THAT(Accesses(kUscc), Not(Contains(HasSubstr("Changes"))));
  EXPECT_THAT(Accesses(kUscc), Not(Contains(HasSubstr("Watch"))));
}

ON_BOTH_DATABASES(FeedTest);

TEST(ShownChangesTest, WhatIsOfNobodyIsShownAndWhatNobodyCanReadIsWithheld) {
  v1::ChangeEntry entry;
  entry.mutable_event()->mutable_period_closed()->set_campaign(kCampaign2026);
  entry.set_event_bytes(entry.event().SerializeAsString());
  const std::string whole = entry.SerializeAsString();
  WithholdOthers({}, entry);
  EXPECT_EQ(entry.SerializeAsString(), whole);

  // Damaged; of a newer service; of an enterprise that is not named.
  v1::ChangeEntry damaged, newer, unnamed;
  newer.mutable_event()->set_salt("salt");
  unnamed.mutable_event()->mutable_submission();
  for (v1::ChangeEntry* const unknown : {&damaged, &newer, &unnamed}) {
    unknown->set_event_bytes("secret");
    WithholdOthers({kUscc}, *unknown);
    EXPECT_TRUE(unknown->withheld());
    EXPECT_FALSE(unknown->has_event());
    EXPECT_EQ(unknown->event_bytes(), "");
  }
}

}  // namespace
}  // namespace zhiping::assessment
