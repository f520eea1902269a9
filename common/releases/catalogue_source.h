// The catalogue as a source: asked for the truth.
#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "absl/time/time.h"
#include "common/releases/source.h"

namespace zhiping::releases {

// Every call takes at most `timeout`; a release may take four times as long. Whatever nobody
// begins to answer at once is asked again beside the first question, which round robin gives to
// another replica: one that is frozen holds up nothing that others have, and what flows slowly is
// not sent twice. Close ends all calls.
std::unique_ptr<Source> NewCatalogueSource(const std::shared_ptr<grpc::Channel>& channel,
                                           absl::Duration timeout);

}  // namespace zhiping::releases
