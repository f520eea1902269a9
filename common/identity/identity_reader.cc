// ReadIdentity: the settings as text.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/files/file.h"
#include "common/identity/certificates.h"
#include "common/identity/issuer_rules.h"
#include "common/identity/key_source.h"
#include "common/status/error.h"
#include "common/text/text_format.h"

namespace zhiping::identity {
namespace {

constexpr int kDefaultRefreshSeconds = 60;
constexpr int kMaxRefreshSeconds = 3600;
constexpr int kMaxSkewSeconds = 120;
constexpr size_t kMaxAuthoritiesBytes = 1 << 20;

std::string InFolder(absl::string_view folder, const std::string& path) {
  if (path.empty() || path.front() == '/' || folder.empty()) return path;
  return absl::StrCat(folder, "/", path);
}

// Keys that travel in the clear could be replaced on the way.
bool IsSafeUrl(absl::string_view url) {
  return absl::StartsWith(url, "https://") || IsLoopbackUrl(url);
}

template <typename Values>
bool Contains(const Values& values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Reads the settings and collects what is wrong with them.
class IdentityReader final {
 public:
  explicit IdentityReader(absl::string_view folder) : folder_(folder) {}

  absl::StatusOr<std::vector<IssuerRules>> Read(absl::string_view text) {
    common::v1::Identity file;
    for (const TextFault& fault : ParseTextFormat(text, file)) {
      violations_.Add(absl::StrCat("line ", fault.line, ", column ", fault.column), fault.reason,
                      absl::StrCat("身份文件", fault.message.zh()),
                      absl::StrCat("Identity file: ", fault.message.en()));
    }
    if (!violations_.empty()) return violations_.ToStatus();
    if (file.issuers().empty()) {
      violations_.Add("issuers", Reason::FIELD_REQUIRED, "身份文件中没有签发者（issuers）。",
                      "The identity file has no issuers.");
    }
    std::vector<IssuerRules> rules;
    std::set<std::string> names;
    for (int i = 0; i < file.issuers_size(); ++i) {
      path_ = absl::StrCat("issuers[", i, "].");
      rules.push_back(ReadIssuer(file.issuers(i)));
      if (!names.insert(rules.back().issuer).second) {
        Add("issuer", Reason::INVALID_FIELD, "与前面的签发者重复。", "is there twice.");
      }
    }
    if (!violations_.empty()) return violations_.ToStatus();
    return rules;
  }

 private:
  void Add(absl::string_view field, Reason::Value reason, absl::string_view zh,
           absl::string_view en) {
    const std::string path = absl::StrCat(path_, field);
    violations_.Add(path, reason, absl::StrCat("身份文件的 ", path, " ", zh),
                    absl::StrCat("Identity file: ", path, " ", en));
  }

  void Require(absl::string_view field, bool present) {
    if (present) return;
    Add(field, Reason::FIELD_REQUIRED, "不能为空。", "may not be empty.");
  }

  // A template whose variable is not set leaves an empty text.
  void RequireText(absl::string_view field, absl::string_view text) {
    Require(field, !absl::StripAsciiWhitespace(text).empty());
  }

  absl::Duration ReadSeconds(absl::string_view field, int seconds, int least, int most) {
    if (seconds < least || seconds > most) {
      Add(field, Reason::INVALID_FIELD, absl::StrCat("应为 ", least, " 至 ", most, " 秒。"),
          absl::StrCat("should be ", least, " to ", most, " seconds."));
    }
    return absl::Seconds(seconds);
  }

  IssuerRules ReadIssuer(const common::v1::Issuer& from) {
    IssuerRules rules;
    rules.issuer = from.issuer();
    rules.audiences.assign(from.audiences().begin(), from.audiences().end());
    RequireText("issuer", from.issuer());
    Require("audiences", !from.audiences().empty());
    for (int i = 0; i < from.audiences_size(); ++i) {
      RequireText(absl::StrCat("audiences[", i, "]"), from.audiences(i));
    }
    Require("algorithms", !Contains(from.algorithms(), 0) && !from.algorithms().empty());
    Require("may_grant", !Contains(from.may_grant(), 0) && !from.may_grant().empty());
    for (const int algorithm : from.algorithms()) {
      rules.algorithms.push_back(static_cast<TokenAlgorithm::Value>(algorithm));
    }
    for (const int role : from.may_grant()) rules.may_grant.Add(static_cast<Role::Value>(role));
    ReadKeys(from, rules);
    rules.refresh =
        ReadSeconds("refresh_seconds",
                    from.refresh_seconds() == 0 ? kDefaultRefreshSeconds : from.refresh_seconds(),
                    1, kMaxRefreshSeconds);
    rules.skew = ReadSeconds("skew_seconds", from.skew_seconds(), 0, kMaxSkewSeconds);
    const common::v1::Claims& claims = from.claims();
    rules.subject = ReadClaim("subject", claims.subject(), "/sub");
    rules.name = ReadClaim("name", claims.name(), "/name");
    rules.roles = ReadClaim("roles", claims.roles(), "/roles");
    rules.uscc = ReadClaim("uscc", claims.uscc(), "/uscc");
    rules.review_unit = ReadClaim("review_unit", claims.review_unit(), "/review_unit");
    rules.programmes = ReadClaim("programmes", claims.programmes(), "/programmes");
    for (const auto& [word, roles] : rules.roles.values) {
      for (const std::string& role : roles) CheckRole(word, role);
    }
    return rules;
  }

  void ReadKeys(const common::v1::Issuer& from, IssuerRules& rules) {
    rules.jwks_file = InFolder(folder_, from.jwks_file());
    rules.jwks_url = from.jwks_url();
    rules.jwks_ca_file = InFolder(folder_, from.jwks_ca_file());
    Require("jwks_file", !from.jwks_file().empty() || !from.jwks_url().empty());
    if (!from.jwks_url().empty() && !IsSafeUrl(from.jwks_url())) {
      Add("jwks_url", Reason::INVALID_FIELD, "应以 https:// 开头（本机可用 http://）。",
          "should begin with https:// (or http:// on this machine).");
    }
    if (!rules.jwks_ca_file.empty()) CheckAuthorities(rules.jwks_ca_file);
  }

  // Otherwise every reading of the keys would fail, and only the log would say why.
  void CheckAuthorities(const std::string& file) {
    const absl::StatusOr<std::string> bytes = ReadFile(file, kMaxAuthoritiesBytes);
    const absl::Status status =
        bytes.ok() ? ParseCertificates(file, *bytes).status() : bytes.status();
    if (status.ok()) return;
    const ErrorDetail detail = DetailOf(status);
    Add("jwks_ca_file", detail.reason(),
        absl::StrCat("应为签发者服务器的机构证书（PEM）：", detail.message().zh()),
        absl::StrCat("should be certificates (PEM) of the authority of the issuer's server: ",
                     detail.message().en()));
  }

  ClaimRule ReadClaim(const std::string& name, const common::v1::Claim& from,
                      const std::string& pointer) {
    ClaimRule rule;
    rule.text = from.pointer().empty() ? pointer : from.pointer();
    rule.pointer = ReadPointer(name, rule.text);
    for (int i = 0; i < from.values_size(); ++i) {
      const common::v1::ClaimValue& value = from.values(i);
      const std::string path = absl::StrCat("claims.", name, ".values[", i, "].");
      RequireText(absl::StrCat(path, "from"), value.from());
      RequireText(absl::StrCat(path, "to"), value.to());
      rule.values[value.from()].push_back(value.to());
    }
    return rule;
  }

  nlohmann::json::json_pointer ReadPointer(const std::string& name, const std::string& text) {
    try {
      return nlohmann::json::json_pointer(text);
    } catch (const nlohmann::json::exception&) {
      Add(absl::StrCat("claims.", name, ".pointer"), Reason::INVALID_FIELD,
          "应为 JSON 指针，例如 /realm_access/roles。",
          "should be a JSON pointer, for example /realm_access/roles.");
      return nlohmann::json::json_pointer();
    }
  }

  void CheckRole(const std::string& word, const std::string& role) {
    if (role.empty() || RoleByName(role) != Role::ROLE_UNSPECIFIED) return;
    Roles all;
    for (int i = Role::Value_MIN + 1; i <= Role::Value_MAX; ++i) {
      all.Add(static_cast<Role::Value>(i));
    }
    Add("claims.roles.values", Reason::INVALID_FIELD,
        absl::StrCat("把 ", word, " 对应到 ", role, "，没有这个角色；有：", all.Text(), "。"),
        absl::StrCat("maps ", word, " to ", role, ", which is no role; there are: ", all.Text(),
                     "."));
  }

  const absl::string_view folder_;
  Violations violations_;
  // `issuers[1].`
  std::string path_;
};

}  // namespace

absl::StatusOr<std::vector<IssuerRules>> ReadIdentity(absl::string_view text,
                                                      absl::string_view folder) {
  return IdentityReader(folder).Read(text);
}

}  // namespace zhiping::identity
