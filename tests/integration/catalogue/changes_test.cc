// What remains of every change: the log, answers to retries, notes; on both databases.
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/releases/seed.h"
#include "common/time/timestamp.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Admin = v1::CatalogueAdminService::Stub;
using Public = v1::CatalogueService::Stub;
using Event = v1::CatalogueEvent;

class ChangesTest : public testing::TestWithParam<sql::Engine> {
 protected:
  ChangesTest() {
    options_.database.database = sql::NewSetting(GetParam());
    options_.signing = NewSigning();
    options_.redis.address = "";
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
  }

  // Everything in the log of changes, which is verified first.
  std::vector<Event> Events() {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    Store& store = catalogue_->store();
    EXPECT_OK(store.SequenceChanges(deadline));
    const auto head = store.changes().Verify(deadline);
    EXPECT_OK(head);
    EXPECT_EQ(*head, *store.changes().Head(deadline));
    const auto page = store.changes().Read(deadline, {}, 1000);
    EXPECT_OK(page);
    std::vector<Event> events;
    for (const auto& entry : page->entries) {
      EXPECT_TRUE(events.emplace_back().ParseFromString(entry.bytes));
    }
    return events;
  }
  std::vector<Event::EventCase> Kinds() {
    std::vector<Event::EventCase> kinds;
    for (const Event& event : Events()) kinds.push_back(event.event_case());
    return kinds;
  }
  absl::StatusOr<v1::PublishNotesResponse> PublishNotes(const std::string& notes) {
    v1::PublishNotesRequest request;
    request.set_notes(notes);
    request.mutable_actor()->set_name("王五");
    request.set_request_id(NewRequestId());
    return Call<v1::PublishNotesResponse>(catalogue_->admin(), &Admin::PublishNotes, request);
  }
  absl::StatusOr<v1::GetNotesResponse> Notes(const std::string& edition) {
    v1::GetNotesRequest request;
    request.set_edition(edition);
    return Call<v1::GetNotesResponse>(catalogue_->stub(), &Public::GetNotes, request);
  }

  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
};

TEST_P(ChangesTest, EveryChangeIsLoggedInOrderWithWhoAndWhy) {
  const std::string first = catalogue_->Import();
  auto publication = Publication(first);
  publication.mutable_actor()->set_reason("首次发布");
  ASSERT_OK(catalogue_->Publish(publication));
  const std::string second = catalogue_->Import("改");
  auto scheduled = Publication(second);
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Hours(1));
  ASSERT_OK(catalogue_->Publish(scheduled));
  auto at_once = Publication(second);
  at_once.set_cancel_pending_revision(2);
  ASSERT_OK(catalogue_->Publish(at_once));
  auto rollback = Rollback();
  rollback.set_withdraw(true);
  ASSERT_OK(catalogue_->RollBack(rollback));
  v1::FenceRevisionRequest fence;
  fence.set_programme(kProgramme);
  fence.set_above(100);
  fence.mutable_actor()->set_name("张三");
  fence.mutable_actor()->set_reason("测试");
  fence.set_request_id(NewRequestId());
  ASSERT_OK(Call<v1::FenceRevisionResponse>(catalogue_->admin(), &Admin::FenceRevision, fence));
  // Whatever is refused leaves nothing.
  EXPECT_FALSE(catalogue_->Publish(Publication(second)).ok());
  EXPECT_FALSE(catalogue_->RollBack(Rollback()).ok());

  const auto events = Events();
  std::vector<Event::EventCase> kinds;
  for (const Event& event : events) {
    kinds.push_back(event.event_case());
    EXPECT_EQ(event.programme(), kProgramme);
    EXPECT_THAT(event.actor(), HasSubstr("unauthenticated:"));
  }
  ASSERT_THAT(
      kinds,
      ElementsAre(Event::kReleaseImported, Event::kReleaseActivated, Event::kReleaseImported,
                  Event::kReleaseActivated, Event::kReleaseActivated, Event::kReleaseActivated,
                  Event::kReleaseActivated, Event::kReleaseWithdrawn, Event::kRevisionFenced));
  EXPECT_EQ(events[1].reason(), "首次发布");
  EXPECT_EQ(events[1].release_activated().kind(), v1::ActivationRecord::PUBLICATION);
  EXPECT_EQ(events[1].release_activated().activation().digest(), first);
  // Cancelling issued the first again, then published the second.
  EXPECT_EQ(events[4].release_activated().kind(), v1::ActivationRecord::REISSUE);
  EXPECT_EQ(events[4].release_activated().activation().revision(), 3);
  EXPECT_EQ(events[4].release_activated().cancelled_revision(), 2);
  EXPECT_EQ(events[5].release_activated().activation().revision(), 4);
  EXPECT_EQ(events[6].release_activated().kind(), v1::ActivationRecord::ROLLBACK);
  EXPECT_EQ(events[6].release_activated().activation().digest(), first);
  EXPECT_THAT(events[6].actor(), HasSubstr("李四"));
  EXPECT_EQ(events[7].release_withdrawn().digest(), second);
  EXPECT_EQ(events[8].revision_fenced().next_revision(), 101);
}

TEST_P(ChangesTest, WhatCameIntoForceIsLoggedBeforeWhatReplacesIt) {
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
  auto scheduled = Publication(catalogue_->Import("改"));
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Milliseconds(1100));
  ASSERT_OK(catalogue_->Publish(scheduled));
  ASSERT_TRUE(processes::Eventually(
      [&] { return catalogue_->Activation()->state().current().revision() == 2; }));
  ASSERT_OK(catalogue_->RollBack(Rollback()));
  EXPECT_THAT(Kinds(), ElementsAre(Event::kReleaseImported, Event::kReleaseActivated,
                                   Event::kReleaseImported, Event::kReleaseActivated,
                                   Event::kRevisionReached, Event::kReleaseActivated));
}

// Between two looks at the database another transaction may have cancelled it.
TEST_P(ChangesTest, WhatIsCancelledMeanwhileIsNotLoggedToHaveComeIntoForce) {
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
  auto scheduled = Publication(catalogue_->Import("改"));
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Hours(1));
  ASSERT_OK(catalogue_->Publish(scheduled));
  Store& store = catalogue_->store();
  absl::Notification cancelled;
  std::thread canceller([&] {
    EXPECT_OK(store.Change(sql::Soon(), [&](StoreTransaction& transaction) -> absl::Status {
      const auto history = transaction.Lock(kProgramme);
      EXPECT_OK(history);
      ActivationRow reissue = history->rows.front();
      reissue.activation.set_revision(3);
      reissue.kind = v1::ActivationRecord::REISSUE;
      reissue.cancelled_revision = 2;
      EXPECT_OK(transaction.AddActivations(kProgramme, {reissue}));
      cancelled.Notify();
      // Until the other transaction waits for this one; if it does not yet, it sees all of it.
      absl::SleepFor(absl::Milliseconds(300));
      return absl::OkStatus();
    }));
  });
  cancelled.WaitForNotification();
  const absl::Time due = absl::Now() + absl::Hours(2);
  EXPECT_OK(store.Change(sql::Soon(), [&](StoreTransaction& transaction) {
    return transaction.RecordAllReached(due);
  }));
  canceller.join();
  EXPECT_EQ(store.ReadHistory(sql::Soon(), kProgramme)->reached_revision, 0);
  EXPECT_THAT(Kinds(), testing::Not(testing::Contains(Event::kRevisionReached)));
}

TEST_P(ChangesTest, ARefusalByAnInstanceIsLoggedOnce) {
  const std::string digest = catalogue_->Import();
  ASSERT_OK(catalogue_->Publish(Publication(digest)));
  grpc::ClientContext context;
  const auto stream = catalogue_->stub().Subscribe(&context);
  auto report = Hello("scoring-1");
  v1::Refusal& refused = *report.add_reports()->mutable_refused();
  report.mutable_reports(0)->set_programme(kProgramme);
  refused.set_revision(1);
  refused.set_digest(digest);
  refused.set_reason("VECTOR_MISMATCH");
  refused.mutable_message()->set_zh("校验样例得出另一个结果。");
  refused.mutable_message()->set_en("A golden vector gives another result.");
  ASSERT_TRUE(stream->Write(report));
  const auto seen = [&]() -> absl::StatusOr<v1::InstanceConvergence> {
    const auto answer = catalogue_->Convergence();
    if (!answer.ok()) return answer.status();
    if (answer->instances_size() != 1) return absl::NotFoundError("no instance");
    return answer->instances(0);
  };
  EXPECT_TRUE(processes::Eventually([&] {
    const auto instance = seen();
    return instance.ok() && instance->status() == v1::InstanceConvergence::REFUSED;
  }));
  EXPECT_EQ(seen()->report().refused().reason(), "VECTOR_MISMATCH");
  // The same again says nothing new; another reason does.
  ASSERT_TRUE(stream->Write(report));
  refused.set_reason("BAD_SIGNATURE");
  ASSERT_TRUE(stream->Write(report));
  EXPECT_TRUE(processes::Eventually([&] {
    const auto instance = seen();
    return instance.ok() && instance->report().refused().reason() == "BAD_SIGNATURE";
  }));
  EXPECT_THAT(Kinds(), ElementsAre(Event::kReleaseImported, Event::kReleaseActivated,
                                   Event::kActivationRefused, Event::kActivationRefused));
  context.TryCancel();
}

TEST_P(ChangesTest, ConcurrentRetriesOfAPublicationGetOneAnswer) {
  const auto request = Publication(catalogue_->Import());
  std::vector<std::string> answers(8);
  std::vector<std::thread> callers;
  for (std::string& answer : answers) {
    callers.emplace_back([&] {
      const auto published = catalogue_->Publish(request);
      EXPECT_OK(published);
      if (published.ok()) answer = published->SerializeAsString();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(answers, testing::Each(answers[0]));
  EXPECT_THAT(Kinds(), ElementsAre(Event::kReleaseImported, Event::kReleaseActivated));
}

TEST_P(ChangesTest, NotesHaveVersionsAndASignatureOfTheirOwn) {
  const std::string notes = *criteria::ReadEdition2026().notes;
  EXPECT_THAT(PublishNotes(notes), HasReason(Reason::RELEASE_NOT_FOUND));
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
  EXPECT_THAT(Notes("jiangsu-ai-2026"), HasReason(Reason::NOTES_NOT_FOUND));
  EXPECT_EQ(PublishNotes(notes)->version(), 1);
  EXPECT_EQ(PublishNotes(notes)->version(), 2);
  EXPECT_FALSE(PublishNotes(notes + "\nnonsense: 1\n").ok());
  const auto read = Notes("jiangsu-ai-2026");
  ASSERT_OK(read);
  EXPECT_EQ(read->notes().version(), 2);
  EXPECT_GT(read->notes().scenarios_size(), 0);
  const auto trust = releases::ReadTrustFile(options_.signing.trust_file);
  const auto envelope = envelope::ParseEnvelope(read->envelope());
  ASSERT_OK(envelope);
  EXPECT_OK((*trust)->Verify(*envelope, envelope::Purpose::NOTES, kProgramme, absl::Now()));
  // Changing notes publishes nothing.
  EXPECT_EQ(catalogue_->Activation()->state().current().revision(), 1);
}

TEST_P(ChangesTest, AnEditionIsReadAsOneReleaseHasIt) {
  v1::GetEditionRequest request;
  request.set_programme(kProgramme);
  const auto read = [&] {
    return Call<v1::GetEditionResponse>(catalogue_->stub(), &Public::GetEdition, request);
  };
  EXPECT_THAT(read(), HasReason(Reason::NO_ACTIVE_RELEASE));
  const std::string first = catalogue_->Import();
  ASSERT_OK(catalogue_->Publish(Publication(first)));
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import("改"))));
  EXPECT_EQ(read()->release().label(), "2026-2");
  request.set_release_digest(first);
  const auto answer = read();
  ASSERT_OK(answer);
  EXPECT_EQ(answer->release().label(), "2026-1");
  const auto edition2026 = criteria::CompileEdition2026();
  EXPECT_EQ(answer->edition().SerializeAsString(), (*edition2026)->edition().SerializeAsString());
  EXPECT_EQ(answer->rulebook().SerializeAsString(), (*edition2026)->rulebook().SerializeAsString());
  request.set_programme("another");
  EXPECT_THAT(read(), HasReason(Reason::RELEASE_NOT_FOUND));
}

ON_BOTH_DATABASES(ChangesTest);

}  // namespace
}  // namespace zhiping::catalogue
