// Writes the seeds of the corpora that are made and not found: run it again, with the folder
// tests/fuzz/corpus as argument, when a format changes.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/envelope/trust.h"
#include "common/identity/token_signer.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "google/protobuf/text_format.h"
#include "tests/oracle/random_criteria.h"
#include "tests/unit/criteria/small_criteria.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping {
namespace {

void Write(const std::string& folder, const std::string& name, const std::string& bytes) {
  std::filesystem::create_directories(folder);
  std::ofstream(absl::StrCat(folder, "/", name), std::ios::binary) << bytes;
}

std::string TextOf(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintToString(message, &text);
  return text;
}

void WriteRelease(const std::string& corpus, const std::string& name,
                  const catalogue::v1::Release& release) {
  Write(corpus + "/release", name, criteria::SerializeRelease(release));
  Write(corpus + "/folder", name,
        absl::StrCat(TextOf(release.edition()), "\n====\n", TextOf(release.rulebook()), "\n====\n",
                     TextOf(release.vectors())));
}

void WriteReleases(const std::string& corpus) {
  catalogue::v1::Release release = criteria::SmallRelease();
  release.set_label("2026-1");
  release.set_semantics(criteria::kLatestSemantics);
  WriteRelease(corpus, "small", release);
  oracle::Random random(1);
  for (int i = 0; i < 6; ++i) {
    release = oracle::RandomRelease({.most_scenarios = 6, .most_depth = 2}, random);
    release.mutable_edition()->set_year(2026);
    release.set_label("2026-1");
    release.set_semantics(criteria::kLatestSemantics);
    WriteRelease(corpus, absl::StrCat("random", i), release);
  }
}

void WriteRequests(const std::string& corpus) {
  const std::string folder = corpus + "/request";
  scoring::v1::ScoreRequest score;
  auto* answer = score.add_answers();
  answer->set_scenario("1");
  answer->set_level("none");
  score.add_facts()->set_fact("cmmm_level");
  score.mutable_facts(0)->set_value("3.0");
  Write(folder, "score", std::string(1, '\0') + score.SerializeAsString());
  scoring::v1::PlanUpgradeRequest plan;
  plan.set_tier("linghang");
  *plan.mutable_answers() = score.answers();
  plan.add_excluded_scenarios("2");
  plan.add_costs()->set_scenario("5");
  plan.mutable_costs(0)->set_level("advanced");
  plan.mutable_costs(0)->set_cost(7);
  Write(folder, "plan", "\x01" + plan.SerializeAsString());
  scoring::v1::ScoreBatchRequest batch;
  batch.set_answers(std::string(66, '\1'));
  batch.add_facts()->set_fact("cmmm_level");
  batch.mutable_facts(0)->add_values(3);
  batch.mutable_facts(0)->add_values(-1);
  Write(folder, "batch", "\x02" + batch.SerializeAsString());
}

void WriteStatuses(const std::string& corpus) {
  Violations violations;
  violations.Add("answers[0].level", Reason::UNKNOWN_LEVEL, "没有。", "None.");
  violations.Add("answers[1].level", Reason::LEVEL_IS_TIER, "是层级。", "A tier.");
  Write(corpus + "/status", "violations",
        "\x03" + rpc::ToGrpcStatus(violations.ToStatus()).error_details());
  Write(corpus + "/status", "plain",
        "\x05" + rpc::ToGrpcStatus(MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                                             "无。", "None.", {{"digest", "x"}}))
                     .error_details());
}

void WriteTrust(const std::string& corpus) {
  using envelope::Key;
  using envelope::KeyAlgorithm;
  using envelope::Purpose;
  const auto key = Key::Generate(KeyAlgorithm::ED25519);
  const auto sm2 = Key::Generate(KeyAlgorithm::SM2);
  Write(corpus + "/trust", "both",
        absl::StrCat("policy: ALL\n",
                     envelope::TrustEntry(*key, {Purpose::RELEASE, Purpose::NOTES}, {"*"}, "a"),
                     envelope::TrustEntry(*sm2, {Purpose::RELEASE}, {"p", "q"}, "b")));
  Write(corpus + "/envelope", "form",
        R"({"payload":"AA==","payloadType":"application/vnd.zhiping.release.v1",)"
        R"("signatures":[{"keyid":"ed25519-0000000000000000","sig":"AA=="}]})");
  Write(corpus + "/envelope", "change", std::string("\x00\x20x\x01\x00y", 6));
}

void WriteTokens(const std::string& corpus) {
  using common::v1::TokenAlgorithm;
  const auto es256 = identity::TokenSigner::Generate(TokenAlgorithm::ES256);
  const auto rs256 = identity::TokenSigner::Generate(TokenAlgorithm::RS256);
  const nlohmann::json claims = {{"iss", "i"},          {"aud", "a"},
                                 {"sub", "7001"},       {"exp", 4102444800},
                                 {"name", "张三"},      {"roles", {"viewer", "enterprise"}},
                                 {"programmes", {"p"}}, {"uscc", "91110000600037341L"}};
  Write(corpus + "/token", "signed", "\x01" + claims.dump());
  Write(corpus + "/token", "of_another_key", *es256->Sign(claims));
  Write(corpus + "/token", "rs256", *rs256->Sign(claims));
  Write(corpus + "/token", "none", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJpIiwic3ViIjoiMSJ9.");
  Write(corpus + "/key_set", "both",
        nlohmann::json{{"keys", {es256->PublicJwk(), rs256->PublicJwk()}}}.dump());
}

void WriteAnswers(const std::string& corpus) {
  const std::string folder = corpus + "/answers_file";
  Write(
      folder, "csv_zh",
      "\xEF\xBB\xBF场景名称,等级,说明\r\n工厂数字化规划设计,基础级,\r\n2,不适用,\"没有, 的\"\r\n");
  Write(folder, "csv_en", "scenario,level,reason\nonline-inspection,advanced,\n1,none,\n");
  Write(folder, "csv_gb18030",
        "\xB3\xA1\xBE\xB0\xC3\xFB\xB3\xC6,\xB5\xC8\xBC\xB6\r\n1,\xCE\xB4\xB4\xEF\xBC\xB6\r\n");
  Write(folder, "json", R"([{"scenario":"1","level":"basic"},{"scenario":"2","level":""}])");
  Write(folder, "json_member", R"({"answers":[{"scenario":"3","level":"none","reason":"x"}]})");
}

void WriteReplies(const std::string& corpus) {
  // The longest string and the pieces, each less one.
  const std::string whole = "\x0F\xFF";
  const std::string single("\x0F\0", 2);
  const std::pair<const char*, std::string> replies[] = {
      {"status", "+OK\r\n"},
      {"error", "-OOM command not allowed\r\n"},
      {"string", "$5\r\nhello\r\n"},
      {"empty", "$0\r\n\r\n"},
      {"nil", "$-1\r\n"},
      {"nil_list", "*-1\r\n"},
      {"number", ":7\r\n"},
      {"nested", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n$1\r\na\r\n"},
      {"long_list", "*2147483647\r\n$1\r\na\r\n"},
      {"long_string", "$9223372036854775807\r\na"},
      {"two", "$1\r\na\r\n$1\r\nb\r\n"},
      {"cut", "$5\r\nhel"},
      {"no_line_end", "$3\r\nhello"},
  };
  for (const auto& [name, bytes] : replies) {
    Write(corpus + "/redis_reply", name, whole + bytes);
    Write(corpus + "/redis_reply", absl::StrCat(name, "_by_byte"), single + bytes);
  }
}

}  // namespace
}  // namespace zhiping

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds tests/fuzz/corpus\n";
    return 2;
  }
  const std::string corpus = argv[1];
  zhiping::WriteReleases(corpus);
  zhiping::WriteRequests(corpus);
  zhiping::WriteStatuses(corpus);
  zhiping::WriteTrust(corpus);
  zhiping::WriteTokens(corpus);
  zhiping::WriteAnswers(corpus);
  zhiping::WriteReplies(corpus);
  return 0;
}
