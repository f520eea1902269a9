#include "common/releases/observed_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "absl/strings/str_split.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Answers for each programme as it is told.
class ToldSource final : public Source {
 public:
  absl::string_view name() const override { return "catalogue"; }
  absl::StatusOr<std::string> FindRelease(const std::string&) override {
    return absl::NotFoundError("none");
  }
  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    const auto status = states_[programme];
    if (!status.ok()) return status;
    return "state";
  }
  void Tell(const std::string& programme, absl::Status status) {
    states_[programme] = std::move(status);
  }

 private:
  std::map<std::string, absl::Status> states_;
};

class ObservedSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    testing::internal::CaptureStdout();
    log_ = std::make_unique<rpc::Log>(rpc::Severity::kInfo);
    observed_ = std::make_unique<ObservedSource>(source_, metrics_, *log_);
  }

  // Asks for the states of both programmes, three times.
  void Poll() {
    for (int i = 0; i < 3; ++i) {
      for (const std::string programme : {"one", "other"}) {
        EXPECT_EQ(observed_->FindState(programme).status(), source_.FindState(programme).status());
      }
    }
  }
  // What was logged, a line each; nothing is polled after it.
  std::vector<std::string> Logged() {
    observed_.reset();
    log_.reset();
    return absl::StrSplit(testing::internal::GetCapturedStdout(), '\n', absl::SkipEmpty());
  }
  double Counted(const std::string& result) {
    double counted = 0;
    for (const auto& family : metrics_.registry()->Collect()) {
      for (const auto& metric : family.metric) {
        for (const auto& label : metric.label) {
          if (label.name == "result" && label.value == result) counted += metric.counter.value;
        }
      }
    }
    return counted;
  }

  ToldSource source_;
  rpc::Metrics metrics_;
  std::unique_ptr<rpc::Log> log_;
  std::unique_ptr<ObservedSource> observed_;
};

absl::Status Refusal(Reason::Value reason) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "不行。", "No.");
}

// One programme whose states nobody may sign, beside one that is well.
TEST_F(ObservedSourceTest, WhatItCannotGiveOfOneProgrammeIsNotItsBeingAway) {
  source_.Tell("other", Refusal(Reason::KEY_NOT_FOR_PROGRAMME));
  Poll();
  EXPECT_EQ(Counted("refused"), 3);
  EXPECT_EQ(Counted("found"), 3);
  EXPECT_EQ(Counted("no_answer"), 0);
  source_.Tell("other", Refusal(Reason::KEY_EXPIRED));
  Poll();
  source_.Tell("other", absl::OkStatus());
  Poll();
  EXPECT_THAT(Logged(),
              ElementsAre(AllOf(HasSubstr("\"state_not_given\""), HasSubstr("\"other\""),
                                HasSubstr("KEY_NOT_FOR_PROGRAMME")),
                          AllOf(HasSubstr("\"state_not_given\""), HasSubstr("KEY_EXPIRED")),
                          AllOf(HasSubstr("\"state_given\""), HasSubstr("\"other\""))));
}

TEST_F(ObservedSourceTest, ThatItIsAwayIsLoggedWhenItBeginsAndWhenItEnds) {
  for (const std::string programme : {"one", "other"}) {
    source_.Tell(programme, absl::UnavailableError("away"));
  }
  Poll();
  EXPECT_EQ(Counted("no_answer"), 6);
  for (const std::string programme : {"one", "other"}) {
    source_.Tell(programme, absl::NotFoundError("none"));
  }
  Poll();
  EXPECT_THAT(Logged(), ElementsAre(HasSubstr("\"source_away\""), HasSubstr("\"source_back\"")));
}

}  // namespace
}  // namespace zhiping::releases
