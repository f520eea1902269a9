// What a service takes for its certificate, at the start and while it runs.
#include "common/rpc/certificate_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/time/clock.h"
#include "tests/integration/rpc/certificate_metric.h"
#include "tests/processes/certificates.h"
#include "tests/processes/process.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::rpc {
namespace {

using processes::CertificateAuthority;
using processes::CertificateFiles;
using processes::NamesOf;
using testing::HasSubstr;

TEST(CheckTlsTest, SaysWhatIsWrong) {
  const std::string folder = processes::NewFolder();
  const CertificateAuthority authority(folder);
  const CertificateFiles one = authority.Issue("one", NamesOf("scoring"));
  const CertificateFiles two = authority.Issue("two", NamesOf("scoring"));
  const absl::Time now = absl::Now();
  const auto check = [&](const TlsFiles& files) { return CheckTls(files, now); };
  EXPECT_OK(check({one.certificate, one.key, authority.certificate()}));
  EXPECT_THAT(check({one.certificate, "", authority.certificate()}),
              HasReason(Reason::FIELD_REQUIRED));
  EXPECT_EQ(DetailOf(check({one.certificate, "", ""})).violations_size(), 2);
  EXPECT_THAT(check({"/nowhere", one.key, authority.certificate()}),
              HasReason(Reason::FILE_UNREADABLE));
  EXPECT_THAT(check({one.key, one.key, authority.certificate()}),
              HasReason(Reason::CERTIFICATE_INVALID));
  EXPECT_THAT(check({one.certificate, one.certificate, authority.certificate()}),
              HasReason(Reason::CERTIFICATE_INVALID));
  EXPECT_THAT(check({one.certificate, two.key, authority.certificate()}),
              HasReason(Reason::CERTIFICATE_INVALID));
  EXPECT_THAT(CheckTls({one.certificate, one.key, authority.certificate()}, now + absl::Hours(48)),
              HasReason(Reason::CERTIFICATE_INVALID));
  EXPECT_THAT(CheckTls({one.certificate, one.key, authority.certificate()}, now - absl::Hours(48)),
              HasReason(Reason::CERTIFICATE_INVALID));
  // A chain, and authorities, are whole or of no use.
  const std::string certificate = processes::Contents(one.certificate);
  const std::string more = certificate + processes::Contents(authority.certificate());
  const std::string chain = folder + "/chain.crt";
  ASSERT_OK(WriteFile(chain, more, Overwrite::kReplace));
  EXPECT_OK(check({chain, one.key, chain}));
  for (const size_t lost : {size_t{2}, size_t{40}, size_t{200}}) {
    ASSERT_OK(WriteFile(chain, more.substr(0, more.size() - lost), Overwrite::kReplace));
    EXPECT_THAT(check({chain, one.key, authority.certificate()}),
                HasReason(Reason::CERTIFICATE_INVALID))
        << lost;
    EXPECT_THAT(check({one.certificate, one.key, chain}), HasReason(Reason::CERTIFICATE_INVALID))
        << lost;
  }
}

TEST(CertificateWatchTest, SaysWhenTheCertificateExpires) {
  const std::string folder = processes::NewFolder();
  const CertificateAuthority authority(folder);
  const auto issue = [&](absl::Duration valid_for) {
    return authority.Issue("one", NamesOf("scoring"), absl::Now() - absl::Hours(1),
                           absl::Now() + valid_for);
  };
  const CertificateFiles one = issue(absl::Hours(24 * 13));
  const TlsFiles files = {one.certificate, one.key, authority.certificate()};
  Metrics metrics;
  testing::internal::CaptureStdout();
  const auto becomes = [&](double seconds) {
    return processes::Eventually([&] { return std::abs(ExpirationIn(metrics) - seconds) < 5; });
  };
  const double now = static_cast<double>(absl::ToUnixSeconds(absl::Now()));
  constexpr double kDay = 24 * 60 * 60;
  {
    const Log log(Severity::kInfo);
    const auto watch = CertificateWatch::Open(files, "scoring", SystemClock(), metrics, log,
                                              absl::Milliseconds(10));
    ASSERT_OK(watch);
    EXPECT_TRUE(becomes(now + 13 * kDay));
    issue(absl::Hours(24 * 90));
    EXPECT_TRUE(becomes(now + 90 * kDay));
    // What is wrong is said until it is mended.
    ASSERT_OK(WriteFile(files.certificate, "nothing", Overwrite::kReplace));
    EXPECT_TRUE(becomes(0));
    issue(absl::Hours(24 * 91));
    EXPECT_TRUE(becomes(now + 91 * kDay));
  }
  std::vector<std::string> events;
  std::istringstream output(testing::internal::GetCapturedStdout());
  for (std::string line; std::getline(output, line);) {
    const auto json = nlohmann::json::parse(line);
    events.push_back(
        absl::StrCat(json["severity"].get<std::string>(), " ", json["event"].get<std::string>()));
  }
  // While both files are being replaced, the pair may be seen that does not match.
  EXPECT_THAT(events, testing::Contains("WARNING certificate_expires"));
  EXPECT_THAT(events, testing::Contains("ERROR certificate_not_usable"));
  EXPECT_THAT(events, testing::Contains("INFO certificate_usable"));
  EXPECT_EQ(std::count(events.begin(), events.end(), "INFO certificate_expires"), 2);
  EXPECT_EQ(std::count(events.begin(), events.end(), "WARNING certificate_expires"), 1);
}

TEST(CertificateWatchTest, WithoutFilesThereIsNothingToSay) {
  Metrics metrics;
  const Log log(Severity::kError);
  const auto watch = CertificateWatch::Open({}, "scoring", SystemClock(), metrics, log);
  ASSERT_OK(watch);
  EXPECT_TRUE((*watch)->files().empty());
  EXPECT_EQ(ExpirationIn(metrics), -1);
}

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now() + absl::Hours(hours_.load()); }
  absl::Duration Steady() const override { return SystemClock().Steady(); }
  void Pass(int hours) { hours_ = hours; }

 private:
  std::atomic<int> hours_ = 0;
};

// Of scoring.
class OwnCertificateTest : public testing::Test {
 protected:
  OwnCertificateTest() {
    Trust({&authority_});
    Show(authority_.Issue("scoring", NamesOf("scoring")));
  }

  void Trust(const std::vector<const CertificateAuthority*>& authorities) {
    trusted_.clear();
    for (const auto* authority : authorities) {
      absl::StrAppend(&trusted_, processes::Contents(authority->certificate()));
    }
    EXPECT_OK(WriteFile(files_.ca, trusted_, Overwrite::kReplace));
  }

  // In one file with its key, so that both are replaced at once.
  void Show(const CertificateFiles& files, const std::string& chain = "") {
    shown_ =
        absl::StrCat(processes::Contents(files.certificate), chain, processes::Contents(files.key));
    EXPECT_OK(WriteFile(files_.certificate, shown_, Overwrite::kReplace));
  }

  absl::StatusOr<std::unique_ptr<CertificateWatch>> Open() {
    return CertificateWatch::Open(files_, "scoring", clock_, metrics_, log_,
                                  absl::Milliseconds(10));
  }

  // What the start says that is refused, in both languages.
  std::vector<std::string> Refused() {
    const absl::Status status = Open().status();
    EXPECT_THAT(status, HasReason(Reason::CERTIFICATE_INVALID));
    const ErrorDetail detail = DetailOf(status);
    return {detail.message().zh(), detail.message().en()};
  }

  // Whether all that is in the files is taken.
  bool AllIsTaken(const CertificateWatch& watch) {
    return processes::Eventually([&] {
      return ExpirationIn(metrics_) > 0 && processes::Contents(watch.files().ca) == trusted_ &&
             processes::Contents(watch.files().certificate) == shown_;
    });
  }

  const std::string folder_ = processes::NewFolder();
  const CertificateAuthority authority_{folder_};
  const CertificateAuthority other_{processes::NewFolder()};
  const TlsFiles files_ = {folder_ + "/own.pem", folder_ + "/own.pem", folder_ + "/trusted.crt"};
  std::string trusted_, shown_;
  SetClock clock_;
  Metrics metrics_;
  const Log log_{Severity::kError};
};

TEST_F(OwnCertificateTest, OneOfSomethingElseStopsTheStart) {
  EXPECT_OK(Open());
  for (const auto& [names, found] :
       {std::pair(NamesOf("assessment"), "spiffe://zhiping/assessment"),
        std::pair(std::string("DNS:localhost,IP:127.0.0.1"), "URI"),
        std::pair(std::string("DNS:scoring,URI:spiffe://elsewhere/scoring"),
                  "spiffe://elsewhere/scoring"),
        std::pair(NamesOf("scoring") + ",URI:spiffe://zhiping/assessment",
                  "spiffe://zhiping/scoring, spiffe://zhiping/assessment")}) {
    Show(authority_.Issue("scoring", names));
    for (const std::string& text : Refused()) {
      EXPECT_THAT(text, HasSubstr("--tls-certificate"));
      EXPECT_THAT(text, HasSubstr(found));
      EXPECT_THAT(text, HasSubstr("spiffe://zhiping/scoring"));
    }
  }
}

TEST_F(OwnCertificateTest, OneThatTheAuthoritiesDoNotVouchForStopsTheStart) {
  const auto refused = [&] {
    for (const std::string& text : Refused()) {
      EXPECT_THAT(text, HasSubstr("--tls-certificate"));
      EXPECT_THAT(text, HasSubstr(files_.ca));
    }
  };
  Show(other_.Issue("scoring", NamesOf("scoring")));
  refused();
  Trust({&authority_, &other_});
  EXPECT_OK(Open());
  // What is between comes with the certificate.
  const CertificateAuthority between(processes::NewFolder(), &authority_);
  const CertificateFiles below = between.Issue("scoring", NamesOf("scoring"));
  Show(below);
  refused();
  Show(below, processes::Contents(between.certificate()));
  EXPECT_OK(Open());
  // As gRPC has it, what is trusted need not have signed itself.
  Show(below);
  Trust({&between});
  EXPECT_OK(Open());
  // It is shown to callers, and to the services that are called.
  for (const char* const usage : {"serverAuth", "clientAuth"}) {
    Trust({&authority_});
    Show(authority_.Issue("scoring", NamesOf("scoring"), absl::Now() - absl::Hours(1),
                          absl::Now() + absl::Hours(1), usage));
    refused();
  }
  Show(authority_.Issue("scoring", NamesOf("scoring"), absl::Now() - absl::Hours(1),
                        absl::Now() + absl::Hours(1), "serverAuth,clientAuth"));
  EXPECT_OK(Open());
}

TEST_F(OwnCertificateTest, WhatWouldNotBeBelievedDisplacesNothing) {
  const auto watch = *Open();
  ASSERT_TRUE(AllIsTaken(*watch));
  const std::string own = shown_, trusted = trusted_;
  const CertificateAuthority third(processes::NewFolder());
  const auto is_not_usable = [&] { return ExpirationIn(metrics_) == 0; };
  const auto nothing_changes = [&] {
    EXPECT_TRUE(processes::Eventually(is_not_usable));
    EXPECT_EQ(processes::Contents(watch->files().certificate), own);
    EXPECT_EQ(processes::Contents(watch->files().ca), trusted);
  };
  const auto mended = [&] {
    EXPECT_OK(WriteFile(files_.certificate, own, Overwrite::kReplace));
    Trust({&authority_});
    shown_ = own;
    EXPECT_TRUE(AllIsTaken(*watch));
  };
  Show(other_.Issue("scoring", NamesOf("scoring")));
  nothing_changes();
  mended();
  Show(authority_.Issue("scoring", NamesOf("assessment")));
  nothing_changes();
  mended();
  Trust({&other_});
  nothing_changes();
  mended();
  // Of both at once, the good one is taken.
  Show(authority_.Issue("scoring", NamesOf("assessment")));
  Trust({&authority_, &third});
  EXPECT_TRUE(
      processes::Eventually([&] { return processes::Contents(watch->files().ca) == trusted_; }));
  EXPECT_TRUE(processes::Eventually(is_not_usable));
  EXPECT_EQ(processes::Contents(watch->files().certificate), own);
  mended();
  Show(authority_.Issue("scoring", NamesOf("scoring")));
  Trust({&other_});
  EXPECT_TRUE(processes::Eventually(
      [&] { return processes::Contents(watch->files().certificate) == shown_; }));
  EXPECT_TRUE(processes::Eventually(is_not_usable));
  EXPECT_EQ(processes::Contents(watch->files().ca), trusted);
}

TEST_F(OwnCertificateTest, AnotherAuthorityComesInThreeStepsOrAtOnce) {
  const auto watch = *Open();
  Trust({&authority_, &other_});
  EXPECT_TRUE(AllIsTaken(*watch));
  Show(other_.Issue("scoring", NamesOf("scoring")));
  EXPECT_TRUE(AllIsTaken(*watch));
  Trust({&other_});
  EXPECT_TRUE(AllIsTaken(*watch));
  // The first of the two waits for the other.
  Show(authority_.Issue("scoring", NamesOf("scoring")));
  EXPECT_TRUE(processes::Eventually([&] { return ExpirationIn(metrics_) == 0; }));
  Trust({&authority_});
  EXPECT_TRUE(AllIsTaken(*watch));
}

TEST_F(OwnCertificateTest, AnAuthorityIsReplacedAlthoughTheCertificateHasExpired) {
  const auto watch = *Open();
  clock_.Pass(30);
  EXPECT_TRUE(processes::Eventually([&] { return ExpirationIn(metrics_) == 0; }));
  Trust({&authority_, &other_});
  EXPECT_TRUE(
      processes::Eventually([&] { return processes::Contents(watch->files().ca) == trusted_; }));
}

}  // namespace
}  // namespace zhiping::rpc
