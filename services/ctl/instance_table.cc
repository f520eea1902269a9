#include "services/ctl/instance_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/time/timestamp.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::GetConvergenceResponse;
using catalogue::v1::InstanceConvergence;
using common::v1::Freshness;

// The label, or the beginning of the digest if that is not known.
std::string ReleaseName(const std::string& digest, const ReleaseLabels& labels,
                        const Screen& screen) {
  if (digest.empty()) return std::string(screen.Say("无", "none"));
  const auto label = labels.find(digest);
  if (label != labels.end()) return label->second;
  constexpr size_t kDigits = 8;
  absl::string_view digits = digest;
  absl::ConsumePrefix(&digits, "sha256:");
  return std::string(digits.substr(0, kDigits));
}

// How long ago, in the largest unit that fits; never negative, whatever the clocks are.
std::string Age(absl::Duration age, const Screen& screen) {
  struct Unit {
    absl::Duration length;
    absl::string_view zh, en;
  };
  const Unit units[] = {{absl::Hours(24), " 天前", " d ago"},
                        {absl::Hours(1), " 小时前", " h ago"},
                        {absl::Minutes(1), " 分钟前", " min ago"}};
  for (const Unit& unit : units) {
    if (age >= unit.length) return absl::StrCat(age / unit.length, screen.Say(unit.zh, unit.en));
  }
  return absl::StrCat(std::max<int64_t>(0, age / absl::Seconds(1)), screen.Say(" 秒前", " s ago"));
}

// In one word. Of an instance that was lost it is not known.
std::string FreshnessCell(const InstanceConvergence& instance, const Screen& screen) {
  if (instance.status() == InstanceConvergence::UNKNOWN) return "";
  switch (instance.report().freshness()) {
    case Freshness::FRESH:
      return std::string(screen.Say("已同步", "fresh"));
    case Freshness::STALE:
      return screen.Waiting(screen.Say("待同步", "stale"));
    case Freshness::EXPIRED:
      return screen.Bad(screen.Say("已过期", "expired"));
    default:
      return "";
  }
}

std::string RefusalText(const catalogue::v1::Refusal& refused, const Screen& screen) {
  const std::string revision = refused.revision() == 0
                                   ? ""
                                   : absl::StrCat(screen.Say("修订号 ", "revision "),
                                                  refused.revision(), screen.Say("：", ": "));
  return absl::StrCat(revision, screen.Say(refused.message()), " [", refused.reason(), "]");
}

}  // namespace

Instances InstancesWith(const GetConvergenceResponse& convergence,
                        InstanceConvergence::Status status) {
  Instances found;
  for (const auto& instance : convergence.instances()) {
    if (instance.status() == status) found.push_back(&instance);
  }
  return found;
}

Instances Laggards(const GetConvergenceResponse& convergence) {
  Instances laggards;
  for (const auto status :
       {InstanceConvergence::REFUSED, InstanceConvergence::BEHIND, InstanceConvergence::UNKNOWN}) {
    for (const auto* const instance : InstancesWith(convergence, status)) {
      laggards.push_back(instance);
    }
  }
  return laggards;
}

bool SharesInstanceIds(const GetConvergenceResponse& convergence) {
  std::set<absl::string_view> ids;
  return std::any_of(
      convergence.instances().begin(), convergence.instances().end(),
      [&](const auto& instance) { return !ids.insert(instance.instance().id()).second; });
}

std::string Coloured(InstanceConvergence::Status status, absl::string_view text,
                     const Screen& screen) {
  switch (status) {
    case InstanceConvergence::APPLIED:
      return screen.Good(text);
    case InstanceConvergence::BEHIND:
      return screen.Waiting(text);
    default:
      return screen.Bad(text);
  }
}

std::string InstanceTable(const Instances& instances, absl::Time as_of, const ReleaseLabels& labels,
                          const Screen& screen) {
  Table table({{std::string(screen.Say("状态", "status"))},
               {std::string(screen.Say("发布版", "release"))},
               {std::string(screen.Say("修订号", "revision")), true},
               {std::string(screen.Say("同步", "freshness"))},
               {std::string(screen.Say("最近联系", "last seen")), true},
               {std::string(screen.Say("实例", "instance"))}});
  for (const InstanceConvergence* const instance : instances) {
    const auto& report = instance->report();
    table.AddRow({Coloured(instance->status(), ConvergenceName(instance->status(), screen), screen),
                  ReleaseName(report.digest(), labels, screen),
                  report.revision() == 0 ? "" : absl::StrCat(report.revision()),
                  FreshnessCell(*instance, screen),
                  Age(as_of - FromTimestamp(instance->last_seen_at()), screen),
                  instance->instance().id()});
    if (report.has_refused()) table.AddNote(RefusalText(report.refused(), screen));
  }
  return table.Render(screen, 2);
}

}  // namespace zhiping::ctl
