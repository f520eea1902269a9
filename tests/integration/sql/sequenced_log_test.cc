// The sequenced log.
#include "common/sql/sequenced_log.h"

#include <map>
#include <set>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "common/sql/log_chain.h"
#include "common/status/status_macros.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::sql {
namespace {

using testing::ElementsAre;

const absl::Time kInstant = absl::FromUnixMicros(1'790'000'000'000'001);

class SequencedLogTest : public DatabaseTest {
 protected:
  void SetUp() override { ASSERT_OK(InitialiseLogs(*database_, Soon())); }

  absl::Status Append(const SequencedLog& log, absl::string_view bytes) {
    return database_->Transact(Soon(), {}, [&](Transaction& transaction) {
      return log.Append(transaction, kInstant, bytes);
    });
  }
  // Appends and sequences.
  void Fill(const SequencedLog& log, const std::vector<std::string>& all) {
    for (const auto& bytes : all) ASSERT_OK(Append(log, bytes));
    ASSERT_OK(log.Sequence(Soon()));
  }

  static std::vector<std::string> BytesOf(const absl::StatusOr<LogPage>& page) {
    EXPECT_OK(page);
    std::vector<std::string> bytes;
    for (const auto& entry : page->entries) bytes.push_back(entry.bytes);
    return bytes;
  }

  SequencedLog changes_{*database_, "changes"};
  SequencedLog audit_{*database_, "audit"};
};

TEST(LogChain, HashesWhatItsHeaderSays) {
  // Computed from the definition, by another program:
  // Python's hashlib.sha256(b"".join(struct.pack(">Q", len(f)) + f for f in fields)).
  EXPECT_EQ(
      absl::BytesToHexString(EntryHash("changes", FirstHash(), 1, 1'790'000'000'000'001, "智评")),
      "9c1d320fcc53bdcd0d8154c44baeab98cb855b9678b380f7afb132e6297abcff");
}

TEST_P(SequencedLogTest, PositionsBeginWithOneAndFollowTheAppends) {
  EXPECT_EQ(*changes_.Sequence(Soon()), 0);
  const auto empty = changes_.Head(Soon());
  ASSERT_OK(empty);
  EXPECT_EQ(empty->position, 0);
  EXPECT_EQ(empty->incarnation.size(), 16U);
  Fill(changes_, {"a", "b", std::string("\0\xFF", 2)});
  const auto page = changes_.Read(Soon(), {}, 100);
  EXPECT_THAT(BytesOf(page), ElementsAre("a", "b", std::string("\0\xFF", 2)));
  std::string prev_hash = FirstHash();
  int64_t position = 0;
  for (const auto& entry : page->entries) {
    EXPECT_EQ(entry.position, ++position);
    EXPECT_EQ(entry.prev_hash, prev_hash);
    EXPECT_EQ(entry.instant_micros, absl::ToUnixMicros(kInstant));
    EXPECT_EQ(entry.hash,
              EntryHash("changes", prev_hash, position, absl::ToUnixMicros(kInstant), entry.bytes));
    prev_hash = entry.hash;
  }
  EXPECT_EQ(page->next, *changes_.Head(Soon()));
  EXPECT_EQ(*changes_.Verify(Soon()), page->next);
}

TEST_P(SequencedLogTest, ReadersGoOnFromTheirCursor) {
  const auto start = changes_.Read(Soon(), {}, 10);
  EXPECT_THAT(BytesOf(start), ElementsAre());
  Fill(changes_, {"a", "b", "c"});
  const auto first = changes_.Read(Soon(), start->next, 2);
  EXPECT_THAT(BytesOf(first), ElementsAre("a", "b"));
  const auto second = changes_.Read(Soon(), first->next, 2);
  EXPECT_THAT(BytesOf(second), ElementsAre("c"));
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), second->next, 2)), ElementsAre());
  Fill(changes_, {"d"});
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), second->next, 2)), ElementsAre("d"));
}

TEST_P(SequencedLogTest, WhatWasRolledBackIsNotInTheLog) {
  EXPECT_FALSE(database_
                   ->Transact(Soon(), {},
                              [&](Transaction& transaction) -> absl::Status {
                                RETURN_IF_ERROR(changes_.Append(transaction, kInstant, "no"));
                                return absl::CancelledError();
                              })
                   .ok());
  Fill(changes_, {"yes"});
  const auto page = changes_.Read(Soon(), {}, 10);
  EXPECT_THAT(BytesOf(page), ElementsAre("yes"));
  EXPECT_EQ(page->next.position, 1);  // No gap where the other might have been.
}

TEST_P(SequencedLogTest, LogsOfOneStoreAreApart) {
  ASSERT_OK(Append(changes_, "1"));
  Fill(audit_, {"x", "y"});
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), {}, 10)), ElementsAre());
  ASSERT_OK(changes_.Sequence(Soon()));
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), {}, 10)), ElementsAre("1"));
  EXPECT_THAT(BytesOf(audit_.Read(Soon(), {}, 10)), ElementsAre("x", "y"));
  EXPECT_NE(changes_.Head(Soon())->hash, audit_.Head(Soon())->hash);
}

TEST_P(SequencedLogTest, SequencesNoMoreThanAsked) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(Append(changes_, absl::StrCat(i)));
  EXPECT_EQ(*changes_.Waiting(Soon()), 5);
  EXPECT_EQ(*changes_.Sequence(Soon(), 2), 2);
  EXPECT_EQ(*changes_.Waiting(Soon()), 3);
  EXPECT_EQ(*changes_.Sequence(Soon(), 2), 2);
  EXPECT_EQ(*changes_.Sequence(Soon(), 2), 1);
  EXPECT_EQ(*changes_.Sequence(Soon(), 2), 0);
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), {}, 10)), ElementsAre("0", "1", "2", "3", "4"));
}

// Eight writers change ten objects, each under the object's lock; two sequencers and a reader run
// beside them.
TEST_P(SequencedLogTest, WritersSequencersAndAReaderTogetherLoseNothing) {
  constexpr int kWriters = 8, kEach = 60, kObjects = 10;
  ASSERT_OK(Execute(*database_, "CREATE TABLE object (id BIGINT PRIMARY KEY, version BIGINT)"));
  for (int i = 0; i < kObjects; ++i) {
    ASSERT_OK(Execute(*database_, "INSERT INTO object (id, version) VALUES ($1, 0)", {i}));
  }
  absl::Notification written;
  std::vector<std::thread> writers, others;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kEach; ++i) {
        const int object = (writer * 7 + i * 3) % kObjects;
        ASSERT_OK(database_->Transact(Soon(), {}, [&](Transaction& transaction) -> absl::Status {
          ASSIGN_OR_RETURN(const auto rows,
                           transaction.Query<int64_t>(
                               "SELECT version FROM object WHERE id = $1 {for_update}", {object}));
          const int64_t version = std::get<0>(rows.at(0)) + 1;
          RETURN_IF_ERROR(
              changes_.Append(transaction, kInstant, absl::StrCat(object, " ", version)));
          return transaction
              .Execute("UPDATE object SET version = $2 WHERE id = $1", {object, version})
              .status();
        }));
      }
    });
  }
  for (int sequencer = 0; sequencer < 2; ++sequencer) {
    others.emplace_back([&] {
      while (!written.HasBeenNotified()) ASSERT_OK(changes_.Sequence(Soon(), 17));
    });
  }
  std::map<int64_t, int64_t> versions;
  int64_t read = 0;
  LogCursor cursor;
  const auto read_on = [&] {
    const auto page = changes_.Read(Soon(), cursor, 50);
    ASSERT_OK(page);
    for (const auto& entry : page->entries) {
      ASSERT_EQ(entry.position, ++read);
      const std::pair<std::string, std::string> change = absl::StrSplit(entry.bytes, ' ');
      int64_t object = 0, version = 0;
      ASSERT_TRUE(absl::SimpleAtoi(change.first, &object));
      ASSERT_TRUE(absl::SimpleAtoi(change.second, &version));
      ASSERT_EQ(version, ++versions[object]);  // In order, none missing.
    }
    cursor = page->next;
  };
  others.emplace_back([&] {
    while (!written.HasBeenNotified()) read_on();
  });
  for (auto& writer : writers) writer.join();
  written.Notify();
  for (auto& other : others) other.join();
  while (*changes_.Sequence(Soon(), 1000) > 0) continue;
  while (read < kWriters * kEach) {
    const int64_t before = read;
    read_on();
    ASSERT_GT(read, before);
  }
  EXPECT_EQ(changes_.Verify(Soon())->position, kWriters * kEach);
}

// The control: what the log is for. A reader that follows a serial column loses what commits late.
TEST(SerialCursor, LosesEventsOnPostgres) {
  const auto database = OpenOrDie(NewSetting(Engine::kPostgres));
  ASSERT_OK(Execute(*database, "CREATE TABLE event (id {identity}, name {text})"));
  const char insert[] = "INSERT INTO event (name) VALUES ($1)";
  int64_t cursor = 0;
  std::vector<std::string> seen;
  const auto read_on = [&] {
    const auto rows = database->Query<int64_t, std::string>(
        Soon(), "SELECT id, name FROM event WHERE id > $1 ORDER BY id", {cursor});
    ASSERT_OK(rows);
    for (const auto& [id, name] : *rows) {
      cursor = id;
      seen.push_back(name);
    }
  };
  ASSERT_OK(database->Transact(Soon(), {}, [&](Transaction& slow) -> absl::Status {
    RETURN_IF_ERROR(slow.Execute(insert, {"slow"}).status());
    EXPECT_OK(Execute(*database, insert, {"fast"}));
    read_on();
    return absl::OkStatus();
  }));
  read_on();
  EXPECT_THAT(seen, ElementsAre("fast"));
  // The same through the log.
  ASSERT_OK(InitialiseLogs(*database, Soon()));
  const SequencedLog log(*database, "changes");
  ASSERT_OK(database->Transact(Soon(), {}, [&](Transaction& slow) -> absl::Status {
    RETURN_IF_ERROR(log.Append(slow, kInstant, "slow"));
    EXPECT_OK(database->Transact(
        Soon(), {}, [&](Transaction& fast) { return log.Append(fast, kInstant, "fast"); }));
    EXPECT_EQ(*log.Sequence(Soon()), 1);
    return absl::OkStatus();
  }));
  EXPECT_EQ(*log.Sequence(Soon()), 1);
  const auto page = log.Read(Soon(), {}, 10);
  ASSERT_OK(page);
  ASSERT_EQ(page->entries.size(), 2U);
  EXPECT_EQ(page->entries[1].bytes, "slow");
}

TEST_P(SequencedLogTest, TheTablesRefuseToChangeEntries) {
  Fill(changes_, {"a", "b", "c"});
  const LogCursor head = *changes_.Head(Soon());
  std::vector<std::string> changes = {
      "UPDATE log_entry SET bytes = bytes WHERE position = 2", "DELETE FROM log_entry",
      "DELETE FROM log_entry WHERE position = 3",
      "INSERT INTO log_entry SELECT * FROM log_entry WHERE position = 2 "
      "ON CONFLICT (log, position) DO UPDATE SET bytes = excluded.hash"};
  if (postgres()) {
    changes.emplace_back("TRUNCATE log_entry");
  } else {
    changes.emplace_back("REPLACE INTO log_entry SELECT * FROM log_entry WHERE position = 2");
    changes.emplace_back("UPDATE OR REPLACE log_entry SET position = 2 WHERE position = 3");
  }
  for (const auto& sql : changes) {
    const absl::Status refused = Execute(*database_, sql);
    EXPECT_EQ(refused.code(), absl::StatusCode::kInternal) << sql;
    EXPECT_THAT(std::string(refused.message()), testing::HasSubstr("entries of logs never change"))
        << sql;
  }
  EXPECT_EQ(*changes_.Verify(Soon()), head);
  Fill(changes_, {"d"});
  // What is cut goes, and nothing above it.
  ASSERT_OK(changes_.CutBefore(Soon(), head));
  EXPECT_FALSE(Execute(*database_, "DELETE FROM log_entry WHERE position = 3").ok());
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), {}, 10)), ElementsAre("c", "d"));
}

TEST_P(SequencedLogTest, TamperingIsFound) {
  const std::map<std::string, int64_t> kTamperings = {
      {"UPDATE log_entry SET bytes = $1 WHERE position = 3", 3},
      {"UPDATE log_entry SET instant = instant + length($1) WHERE position = 3", 3},
      {"UPDATE log_entry SET prev_hash = $1 WHERE position = 3", 3},
      {"UPDATE log_entry SET hash = $1 WHERE position = 3", 3},
      {"DELETE FROM log_entry WHERE position = 3 AND bytes <> $1", 3},
      {"DELETE FROM log_entry WHERE position = 1 AND bytes <> $1", 1},
      {"UPDATE log_entry SET position = 9 WHERE position = 5 AND bytes <> $1", 5}};
  Fill(changes_, {"a", "b", "c", "d", "e"});
  for (const auto& [sql, position] : kTamperings) {
    ASSERT_OK(TamperWithLogs(*database_, sql, {Bytes{"x"}})) << sql;
    const auto verified = changes_.Verify(Soon());
    EXPECT_THAT(verified, HasReason(Reason::LOG_BROKEN)) << sql;
    EXPECT_EQ(verified.status().code(), absl::StatusCode::kDataLoss);
    if (!verified.ok()) {
      const ErrorDetail detail = DetailOf(verified.status());
      EXPECT_EQ(detail.metadata(1).value(), absl::StrCat(position)) << sql;
    }
    ASSERT_OK(TamperWithLogs(*database_, "DELETE FROM log_entry"));
    Fill(changes_, {"a", "b", "c", "d", "e"});
  }
  // Cutting off the end is found by comparing with a head that was kept.
  const LogCursor head = *changes_.Head(Soon());
  ASSERT_OK(TamperWithLogs(*database_, "DELETE FROM log_entry WHERE position = 5"));
  EXPECT_NE(*changes_.Verify(Soon()), head);
  EXPECT_THAT(changes_.Verify(Soon(), head), HasReason(Reason::LOG_BROKEN));
}

TEST_P(SequencedLogTest, RangesAreVerified) {
  Fill(changes_, {"a", "b", "c", "d"});
  const LogCursor second = changes_.Read(Soon(), {}, 2)->next;
  EXPECT_EQ(changes_.Verify(Soon(), {}, 2)->hash, second.hash);
  ASSERT_OK(
      TamperWithLogs(*database_, "UPDATE log_entry SET bytes = $1 WHERE position = 1", {Bytes{}}));
  EXPECT_THAT(changes_.Verify(Soon()), HasReason(Reason::LOG_BROKEN));
  EXPECT_EQ(changes_.Verify(Soon(), second)->position, 4);
}

TEST_P(SequencedLogTest, RetentionCutsAtAKeptHead) {
  Fill(changes_, {"a", "b", "c", "d"});
  const LogCursor first = changes_.Read(Soon(), {}, 1)->next;
  const LogCursor third = changes_.Read(Soon(), {}, 3)->next;
  EXPECT_THAT(changes_.CutBefore(Soon(), {third.incarnation, 3, first.hash}),
              HasReason(Reason::LOG_BROKEN));
  ASSERT_OK(changes_.CutBefore(Soon(), third));
  EXPECT_EQ(changes_.Verify(Soon(), third)->position, 4);
  EXPECT_THAT(changes_.Verify(Soon()), HasReason(Reason::LOG_BROKEN));
  // Whoever has read as far goes on; whoever has not must know what is missing.
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), third, 10)), ElementsAre("d"));
  EXPECT_THAT(changes_.Read(Soon(), first, 10), HasReason(Reason::FEED_REWOUND));
  EXPECT_THAT(changes_.Read(Soon(), {third.incarnation, 0, FirstHash()}, 10),
              HasReason(Reason::FEED_REWOUND));
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), {}, 10)), ElementsAre("c", "d"));
  Fill(changes_, {"e"});
  EXPECT_EQ(changes_.Verify(Soon(), third)->position, 5);
}

TEST_P(SequencedLogTest, ARestoreRewindsItsReaders) {
  Fill(changes_, {"a", "b"});
  const LogCursor second = changes_.Read(Soon(), {}, 2)->next;
  Fill(changes_, {"c", "d"});
  const LogCursor fourth = changes_.Read(Soon(), {}, 4)->next;
  // An older backup, and the incarnation renewed as it should be.
  ASSERT_OK(TamperWithLogs(*database_, "DELETE FROM log_entry WHERE position > 2"));
  ASSERT_OK(RenewIncarnation(*database_, Soon()));
  EXPECT_NE(changes_.Head(Soon())->incarnation, second.incarnation);
  for (const LogCursor& cursor : {second, fourth}) {
    const auto read = changes_.Read(Soon(), cursor, 10);
    EXPECT_THAT(read, HasReason(Reason::FEED_REWOUND));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_THAT(BytesOf(changes_.Read(Soon(), {}, 10)), ElementsAre("a", "b"));
  // Initialising again changes nothing.
  const LogCursor head = *changes_.Head(Soon());
  ASSERT_OK(InitialiseLogs(*database_, Soon()));
  EXPECT_EQ(*changes_.Head(Soon()), head);
  EXPECT_EQ(changes_.Verify(Soon())->position, 2);
}

TEST_P(SequencedLogTest, ARestoreThatForgotToRenewIsNoticedToo) {
  Fill(changes_, {"a", "b", "c"});
  const LogCursor third = changes_.Read(Soon(), {}, 3)->next;
  ASSERT_OK(TamperWithLogs(*database_, "DELETE FROM log_entry WHERE position > 2"));
  EXPECT_THAT(changes_.Read(Soon(), third, 10), HasReason(Reason::FEED_REWOUND));
  Fill(changes_, {"other"});
  EXPECT_THAT(changes_.Read(Soon(), third, 10), HasReason(Reason::FEED_REWOUND));
}

ON_BOTH_DATABASES(SequencedLogTest);

}  // namespace
}  // namespace zhiping::sql
