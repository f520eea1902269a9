// Where signed releases and states may be found. Nothing that a source gives is trusted.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace zhiping::releases {

// Thread-safe; every call is bounded in time.
class Source {
 public:
  virtual ~Source() = default;

  // For logs, metrics and GetStatus: `redis`, `catalogue`, `cache`, `seed`.
  virtual absl::string_view name() const = 0;

  // Whether it is where releases are published: what it gives is what was published, and bytes of
  // it that cannot be used are refused rather than missing.
  virtual bool publishes() const { return false; }

  // The envelope of the release with that digest, as JSON text. Errors: NOT_FOUND; whatever keeps
  // the source from answering.
  virtual absl::StatusOr<std::string> FindRelease(const std::string& digest) = 0;

  // The envelope of the programme's newest state that the source knows.
  virtual absl::StatusOr<std::string> FindState(const std::string& programme) = 0;

  // Ends what takes long of the calls that are under way, and of all later ones, with CANCELLED: so
  // that whoever asks can end.
  virtual void Close() {}
};

}  // namespace zhiping::releases
