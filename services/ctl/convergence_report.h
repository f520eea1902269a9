// Convergence (启用进度) for people: what is in force, and who runs it.
#pragma once

#include <string>

#include "services/ctl/instance_table.h"
#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"

namespace zhiping::ctl {

// In one sentence: whether everybody runs what is in force, and how many do not for which reason.
std::string ConvergenceSentence(const catalogue::v1::GetConvergenceResponse& convergence,
                                const Screen& screen);

// The sentence, what is in force and what comes next, every instance (those that do not run it
// first), and the alarms. Ages are counted from the state's confirmation.
std::string ConvergenceReport(const catalogue::v1::GetConvergenceResponse& convergence,
                              const ReleaseLabels& labels, const Zone& zone, const Screen& screen);

// The instances that do not run what is in force, as ConvergenceReport has them; empty: none.
std::string LaggardsReport(const catalogue::v1::GetConvergenceResponse& convergence,
                           const ReleaseLabels& labels, const Screen& screen);

// The whole in one line without a line break, for a log.
std::string ConvergenceLine(const catalogue::v1::GetConvergenceResponse& convergence,
                            const Zone& zone, const Screen& screen);

// Whether an instance refuses what is in force, or there is an alarm that somebody can end.
bool NeedsSomebody(const catalogue::v1::GetConvergenceResponse& convergence);

}  // namespace zhiping::ctl
