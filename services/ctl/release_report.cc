#include "services/ctl/release_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::ActivationRecord;
using catalogue::v1::ListActivationsResponse;
using catalogue::v1::ListReleasesResponse;
using catalogue::v1::ReleaseSummary;

// 现行, 已撤回, or nothing to say.
std::string StateName(const ReleaseSummary& release, const Screen& screen) {
  std::vector<std::string> states;
  if (release.in_force()) states.push_back(screen.Good(screen.Say("现行", "in force")));
  if (release.withdrawn()) states.push_back(screen.Bad(screen.Say("已撤回", "withdrawn")));
  return absl::StrJoin(states, screen.Say("，", ", "));
}

std::string StateName(ActivationRecord::State state, const Screen& screen) {
  switch (state) {
    case ActivationRecord::IN_FORCE:
      return screen.Good(screen.Say("现行", "in force"));
    case ActivationRecord::PENDING:
      return screen.Waiting(screen.Say("待启用", "pending"));
    case ActivationRecord::REPLACED:
      return std::string(screen.Say("已取代", "replaced"));
    case ActivationRecord::CANCELLED:
      return std::string(screen.Say("已取消", "cancelled"));
    default:
      return "";
  }
}

std::string ActivationsTable(const std::vector<const ActivationRecord*>& records, const Zone& zone,
                             const Screen& screen) {
  Table table({{std::string(screen.Say("修订号", "revision")), true},
               {std::string(screen.Say("状态", "state"))},
               {std::string(screen.Say("方式", "kind"))},
               {std::string(screen.Say("启用时间", "in force from"))},
               {std::string(screen.Say("操作人", "by"))}});
  for (const ActivationRecord* const record : records) {
    const auto& activation = record->activation();
    table.AddRow({absl::StrCat(activation.revision()), StateName(record->state(), screen),
                  std::string(KindName(record->kind(), screen)),
                  zone.Format(activation.in_force_from()), ActorName(record->actor(), screen)});
    if (!activation.reason().empty()) table.AddNote(activation.reason());
  }
  return table.Render(screen, 2);
}

}  // namespace

std::string ReleaseListReport(const ListReleasesResponse& releases, const Zone& zone,
                              const Screen& screen) {
  if (releases.releases().empty()) {
    return absl::StrCat(screen.Say("没有已发布的发布版。", "No release is published."), "\n");
  }
  Table table({{std::string(screen.Say("标签", "label"))},
               {std::string(screen.Say("状态", "state"))},
               {std::string(screen.Say("首次发布", "published"))},
               {std::string(screen.Say("年版", "edition"))},
               {std::string(screen.Say("摘要", "digest"))}});
  for (const ReleaseSummary& release : releases.releases()) {
    table.AddRow({release.label(), StateName(release, screen), zone.Format(release.published_at()),
                  release.edition(), ShortDigest(release.digest())});
  }
  const int total = releases.total_size();
  return absl::StrCat(
      table.Render(screen, 0),
      screen.Dim(screen.Say(absl::StrCat("共 ", total, " 个；时间为", zone.Name(screen)),
                            absl::StrCat(total, " in all; times are ", zone.Name(screen)))),
      "\n");
}

std::string ReleaseReport(const ReleaseSummary& release, const ListActivationsResponse& activations,
                          const Zone& zone, const Screen& screen) {
  const auto name = [&](absl::string_view zh, absl::string_view en) {
    return std::string(screen.Say(zh, en));
  };
  const std::string state = StateName(release, screen);
  std::string out = absl::StrCat(
      screen.Bold(absl::StrCat(screen.Say("发布版 ", "Release "), release.label())),
      state.empty() ? "" : "  ", state, "\n", screen.Dim(release.digest()), "\n",
      Fields(
          {{name("标题", "title"), release.title()},
           {name("评测体系", "programme"), release.programme()},
           {name("年版", "edition"), release.edition()},
           {name("内容", "content"),
            std::string(screen.Say(
                absl::StrCat(release.scenario_total(), " 个场景，", release.typical_total(),
                             " 个典型场景，", release.vector_total(), " 个校验样例"),
                absl::StrCat(release.scenario_total(), " scenarios, ", release.typical_total(),
                             " typical scenarios, ", release.vector_total(), " golden vectors")))},
           {name("评分语义", "semantics"), absl::StrCat(release.semantics())},
           {name("大小", "size"),
            absl::StrCat(release.size_bytes(), screen.Say(" 字节", " bytes"))},
           {name("首次发布", "published"), zone.FormatWithName(release.published_at(), screen)}},
          screen));
  std::vector<const ActivationRecord*> records;
  for (const auto& record : activations.activations()) {
    if (record.activation().digest() == release.digest()) records.push_back(&record);
  }
  if (records.empty()) return out;
  return absl::StrCat(out, SectionTitle(screen.Say("启用记录", "Activations"), screen),
                      ActivationsTable(records, zone, screen));
}

}  // namespace zhiping::ctl
