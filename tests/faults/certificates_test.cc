// Certificates that do not count: each keeps a service from starting, or from being believed, and
// it is said why.
#include <grpcpp/create_channel.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/caller_limits.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "tests/faults/drafts.h"
#include "tests/faults/suite.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::faults {
namespace {

using processes::CertificateAuthority;
using processes::CertificateFiles;
using testing::HasSubstr;

class CertificatesTest : public testing::Test {
 protected:
  // What a service says that ends while it starts.
  static std::string RefusedBy(ServiceProcess& service) {
    service.Start();
    EXPECT_EQ(service.AwaitEnd(), 1);
    return service.Output();
  }

  // How Subscribe ends for whoever shows that certificate and says to be that service: CANCELLED,
  // by us, once states have come.
  absl::Status Following(const CatalogueProcess& catalogue, const CertificateFiles& files,
                         const std::string& claimed) const {
    const auto stub = catalogue::v1::CatalogueService::NewStub(
        rpc::NewChannel(catalogue.address(), {}, rpc::Instances::kAll,
                        {files.certificate, files.key, security_.authorities()}));
    const auto context = rpc::NewContext(absl::Seconds(20));
    const auto stream = stub->Subscribe(context.get());
    catalogue::v1::SubscribeRequest hello = catalogue::Hello("instance-1");
    hello.mutable_instance()->set_service(claimed);
    stream->Write(hello);
    catalogue::v1::SubscribeResponse states;
    if (stream->Read(&states)) context->TryCancel();
    return rpc::FromGrpcStatus(stream->Finish());
  }

  const Security security_;
  const Suite suite_{&security_};
};

TEST_F(CertificatesTest, NoServiceStartsWithOneThatCannotBeUsed) {
  CatalogueProcess catalogue(suite_);
  ScoringProcess scoring(suite_, {{"--catalogue", catalogue.address()}});
  AssessmentProcess assessment(suite_, catalogue, scoring);
  const CertificateAuthority& authority = security_.authority();
  const std::string names = processes::NamesOf("scoring");
  const absl::Time now = absl::Now();
  const CertificateFiles expired =
      authority.Issue("expired", names, now - absl::Hours(48), now - absl::Hours(1));
  const CertificateFiles early =
      authority.Issue("early", names, now + absl::Hours(1), now + absl::Hours(48));
  const CertificateFiles other = authority.Issue("other", names);
  for (ServiceProcess* service :
       {static_cast<ServiceProcess*>(&catalogue), static_cast<ServiceProcess*>(&scoring),
        static_cast<ServiceProcess*>(&assessment)}) {
    for (const auto& [certificate, key, said] :
         {std::tuple(expired.certificate, expired.key, "is not valid now"),
          std::tuple(early.certificate, early.key, "is not valid now"),
          std::tuple(other.certificate, early.key, "does not belong to the private key"),
          std::tuple(other.key, other.key, "has no certificate"),
          std::tuple(std::string("/nowhere"), other.key, "/nowhere")}) {
      service->SetFlag("--tls-certificate", certificate);
      service->SetFlag("--tls-key", key);
      EXPECT_THAT(RefusedBy(*service), HasSubstr(said)) << certificate;
    }
  }
}

TEST_F(CertificatesTest, HalfOfWhatSecuresAServiceIsRefusedNamingTheRest) {
  CatalogueProcess catalogue(suite_);
  for (const char* missing : {"--tls-certificate", "--tls-key", "--tls-ca"}) {
    Flags flags = security_.FlagsOf("scoring");
    flags.erase(missing);
    flags["--catalogue"] = catalogue.address();
    const Suite plain;
    ScoringProcess scoring(plain, flags);
    AssessmentProcess assessment(plain, catalogue, scoring, flags);
    for (ServiceProcess* service :
         {static_cast<ServiceProcess*>(&scoring), static_cast<ServiceProcess*>(&assessment)}) {
      EXPECT_THAT(RefusedBy(*service), HasSubstr(absl::StrCat(": ", missing, " (ZHIPING_")));
    }
  }
}

// Answers of enterprises would go there in the clear.
TEST_F(CertificatesTest, AnAddressOfScoringThatIsNoneOrNotSecuredIsRefused) {
  const Suite plain;
  CatalogueProcess catalogue(plain);
  ScoringProcess scoring(plain, {{"--catalogue", catalogue.address()}});
  for (const auto& [address, said] :
       {std::pair("10.1.2.3:50051", "The scoring service 10.1.2.3:50051 is on another machine"),
        std::pair("https://x/", "--scoring should be HOST:PORT of the scoring service")}) {
    AssessmentProcess assessment(plain, catalogue, scoring, {{"--scoring", address}});
    EXPECT_THAT(RefusedBy(assessment), HasSubstr(said));
  }
}

// It would start, and every call to another service would fail.
TEST_F(CertificatesTest, NoServiceStartsWithOneOfSomethingElse) {
  CatalogueProcess catalogue(suite_);
  ScoringProcess scoring(suite_, {{"--catalogue", catalogue.address()}});
  AssessmentProcess assessment(suite_, catalogue, scoring);
  const CertificateAuthority& authority = security_.authority();
  const CertificateAuthority elsewhere(processes::NewFolder());
  for (const auto& [name, service] :
       {std::pair("catalogue", static_cast<ServiceProcess*>(&catalogue)),
        std::pair("scoring", static_cast<ServiceProcess*>(&scoring)),
        std::pair("assessment", static_cast<ServiceProcess*>(&assessment))}) {
    const std::string id = absl::StrCat("spiffe://zhiping/", name);
    for (const auto& [files, said] :
         {std::pair(authority.Issue("gateway", processes::NamesOf("gateway")),
                    "has the URI spiffe://zhiping/gateway; it should have one URI alone, " + id),
          std::pair(authority.Issue("nobody", "DNS:localhost,IP:127.0.0.1"),
                    "has no URI; it should have one URI alone, " + id),
          std::pair(elsewhere.Issue(name, processes::NamesOf(name)),
                    absl::StrCat("does not verify by ", security_.authorities()))}) {
      service->SetFlag("--tls-certificate", files.certificate);
      service->SetFlag("--tls-key", files.key);
      const std::string output = RefusedBy(*service);
      EXPECT_THAT(output, HasSubstr("--tls-certificate")) << files.certificate;
      EXPECT_THAT(output, HasSubstr(said)) << files.certificate;
    }
  }
}

// As an operator does who mixes up authorities, or services.
TEST_F(CertificatesTest, OneOfSomethingElseDisplacesNoneThatIsGood) {
  CatalogueProcess catalogue(suite_);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  ScoringProcess scoring(suite_, {{"--catalogue", catalogue.address()}});
  scoring.StartAndAwait();
  const CertificateAuthority elsewhere(processes::NewFolder());
  security_.Renew("scoring", elsewhere);
  security_.Renew("catalogue", security_.authority(), processes::NamesOf("scoring"));
  for (const auto& [service, said] :
       {std::pair(static_cast<ServiceProcess*>(&scoring), "does not verify by"),
        std::pair(static_cast<ServiceProcess*>(&catalogue), "is not of this service")}) {
    EXPECT_TRUE(processes::Eventually([&, service = service, said = said] {
      const std::string output = service->Output();
      return absl::StrContains(output, "certificate_not_usable") && absl::StrContains(output, said);
    })) << service->Output();
  }
  // Longer than gRPC takes to see what it is given; then by connections that are new.
  absl::SleepFor(absl::Seconds(2));
  EXPECT_OK(scoring.Score());
  security_.Renew("catalogue", security_.authority());
  catalogue.Kill();
  catalogue.StartAndAwait();
  EXPECT_TRUE(scoring.Reaches(catalogue.PublishNew().revision())) << scoring.Output();
}

TEST_F(CertificatesTest, OnlyAServiceThatMayFollowsTheCatalogue) {
  CatalogueProcess catalogue(suite_);
  catalogue.StartAndAwait();
  const CertificateAuthority& authority = security_.authority();
  const CertificateAuthority elsewhere(processes::NewFolder());
  for (const auto& [files, reason] :
       {std::pair(authority.Issue("gateway", processes::NamesOf("gateway")),
                  Reason::SERVICE_REQUIRED),
        std::pair(authority.Issue("nobody", "DNS:localhost,IP:127.0.0.1"), Reason::TOKEN_REQUIRED),
        std::pair(authority.Issue("foreign", "IP:127.0.0.1,URI:spiffe://elsewhere/scoring"),
                  Reason::TOKEN_REQUIRED),
        std::pair(elsewhere.Issue("scoring", processes::NamesOf("scoring")),
                  Reason::SERVICE_UNREACHABLE)}) {
    EXPECT_THAT(Following(catalogue, files, "scoring"), HasReason(reason)) << files.certificate;
  }
  EXPECT_EQ(Following(catalogue, authority.Issue("right", processes::NamesOf("scoring")), "scoring")
                .code(),
            absl::StatusCode::kCancelled);
}

TEST_F(CertificatesTest, NoServiceReportsAsAnother) {
  CatalogueProcess catalogue(suite_);
  catalogue.StartAndAwait();
  const auto ending = [&](const std::string& certified, const std::string& claimed) {
    return Following(
        catalogue, security_.authority().Issue(certified, processes::NamesOf(certified)), claimed);
  };
  EXPECT_THAT(ending("scoring", "analytics"), HasReason(Reason::INVALID_FIELD));
  EXPECT_THAT(ending("gateway", "scoring"), HasReason(Reason::SERVICE_REQUIRED));
  EXPECT_EQ(ending("scoring", "scoring").code(), absl::StatusCode::kCancelled);
}

// As many streams as one caller may have, and once more as many, one after the other. Each was
// verified while it was open, and is let go when it has ended.
TEST_F(CertificatesTest, StreamsThatHaveEndedDoNotCount) {
  CatalogueProcess catalogue(suite_);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  ScoringProcess scoring(suite_, {{"--catalogue", catalogue.address()}});
  scoring.StartAndAwait();
  const CertificateFiles files =
      security_.authority().Issue("again", processes::NamesOf("scoring"));
  const auto subscribing = catalogue::v1::CatalogueService::NewStub(
      rpc::NewChannel(catalogue.address(), {}, rpc::Instances::kAll,
                      {files.certificate, files.key, security_.authorities()}));
  const auto exporting = common::v1::OperationsService::NewStub(
      grpc::CreateChannel(catalogue.address(), suite_.CredentialsOf("auditor")));
  const auto batches = scoring::v1::ScoringService::NewStub(
      grpc::CreateChannel(scoring.address(), suite_.CredentialsOf("analyst")));
  catalogue::v1::SubscribeRequest goodbye = catalogue::Hello("instance-1");
  goodbye.set_leaving(true);
  for (int i = 0; i < 2 * rpc::LimitOptions().streams; ++i) {
    const auto subscribed = rpc::NewContext(absl::Seconds(20));
    const auto states = subscribing->Subscribe(subscribed.get());
    states->Write(goodbye);
    ASSERT_OK(rpc::FromGrpcStatus(states->Finish())) << i;
    const auto exported = rpc::NewContext(absl::Seconds(20));
    const auto entries = exporting->ExportAudit(exported.get(), {});
    common::v1::ExportAuditResponse response;
    while (entries->Read(&response)) {
    }
    ASSERT_OK(rpc::FromGrpcStatus(entries->Finish())) << i;
    const auto scored = rpc::NewContext(absl::Seconds(20));
    const auto batch = batches->ScoreBatch(scored.get());
    batch->WritesDone();
    const absl::Status ended = rpc::FromGrpcStatus(batch->Finish());
    ASSERT_NE(DetailOf(ended).reason(), Reason::TOO_MANY_STREAMS) << i;
  }
}

TEST_F(CertificatesTest, ACatalogueThatIsAnotherHostIsNotBelieved) {
  CatalogueProcess catalogue(suite_);
  const CertificateFiles other =
      security_.authority().Issue("elsewhere", "DNS:elsewhere,URI:spiffe://zhiping/catalogue");
  catalogue.SetFlag("--tls-certificate", other.certificate);
  catalogue.SetFlag("--tls-key", other.key);
  catalogue.Start();
  ScoringProcess scoring(suite_, {{"--catalogue", catalogue.address()}});
  scoring.Start();
  EXPECT_TRUE(processes::Eventually([&] {
    const std::string output = scoring.Output();
    return output.find("source_away") != std::string::npos &&
           output.find("UNAVAILABLE") != std::string::npos;
  })) << scoring.Output();
  // Mended without a restart.
  EXPECT_OK(WriteFile(other.key, "", Overwrite::kReplace));
  security_.authority().Issue("elsewhere", processes::NamesOf("catalogue"));
  EXPECT_TRUE(processes::Eventually([&] { return catalogue.Serving(); })) << catalogue.Output();
  catalogue.PublishNew();
  EXPECT_TRUE(scoring.Reaches(1)) << scoring.Output();
}

// Certificates of all services of a machine are for its host, and whoever has one could answer:
// here another of ours does, which says that there is no such service to those who believe it.
TEST_F(CertificatesTest, AnotherServiceIsNotBelievedToBeScoring) {
  CatalogueProcess catalogue(suite_);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  ScoringProcess scoring(suite_, {{"--catalogue", catalogue.address()}});
  scoring.StartAndAwait();
  AssessmentProcess assessment(suite_, catalogue, scoring);
  assessment.StartAndAwait();
  Drafts officer(
      grpc::CreateChannel(assessment.address(), suite_.CredentialsOf("campaign-officer")));
  ASSERT_OK(officer.OpenCampaign("always"));
  Drafts platform(assessment.channel());
  ASSERT_OK(platform.Register(0));
  ASSERT_OK(platform.Fill(0, "always"));
  EXPECT_TRUE(processes::Eventually([&] { return platform.Preview(0, "always").ok(); }));
  assessment.Terminate();
  assessment.SetFlag("--scoring", catalogue.address());
  assessment.StartAndAwait();
  EXPECT_THAT(platform.Preview(0, "always").status(), HasReason(Reason::SERVICE_UNREACHABLE));
}

TEST_F(CertificatesTest, AnotherServiceIsNotBelievedToBeTheCatalogue) {
  CatalogueProcess catalogue(suite_);
  catalogue.StartAndAwait();
  ScoringProcess other(suite_, {{"--catalogue", catalogue.address()}});
  other.Start();
  ScoringProcess scoring(suite_, {{"--catalogue", other.address()}});
  scoring.Start();
  EXPECT_TRUE(processes::Eventually([&] {
    return absl::StrContains(scoring.Output(), "source_away");
  })) << scoring.Output();
  EXPECT_THAT(scoring.Output(), HasSubstr("UNAVAILABLE"));
  EXPECT_FALSE(absl::StrContains(scoring.Output(), "UNIMPLEMENTED")) << scoring.Output();
}

}  // namespace
}  // namespace zhiping::faults
