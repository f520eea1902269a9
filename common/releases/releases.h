// Which releases a service answers from: a seed that never changes, or what a catalogue publishes.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/releases/snapshot.h"

namespace zhiping::releases {

// Thread-safe.
class Releases {
 public:
  virtual ~Releases() = default;

  // What can be answered from at this moment; never null, never waits.
  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;

  // Whether Await may find what the snapshot could not choose, and why.
  virtual bool MayFind(const Choice& choice, const absl::Status& not_chosen) const = 0;

  // Looks for what the snapshot lacks: fetches the pinned release, or asks for the newest state and
  // waits for its revision, until shortly before `deadline`, so that the answer comes in time, and
  // at most 2 s. Calls `done` exactly once, from another thread; it must not block. Errors: those
  // of Snapshot::Choose; OVERLOADED.
  virtual void Await(Choice choice, absl::Time deadline,
                     std::function<void(absl::StatusOr<Chosen>)> done) = 0;
};

// A snapshot that never changes. REQUIRES: snapshot is not null.
class FixedReleases final : public Releases {
 public:
  explicit FixedReleases(std::shared_ptr<const Snapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}

  std::shared_ptr<const Snapshot> snapshot() const override { return snapshot_; }
  bool MayFind(const Choice&, const absl::Status&) const override { return false; }
  void Await(Choice choice, absl::Time, std::function<void(absl::StatusOr<Chosen>)> done) override {
    done(snapshot_->Choose(choice, absl::ZeroDuration()));
  }

 private:
  const std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace zhiping::releases
