// Signs releases and states as a catalogue does, for tests of those who follow it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/envelope/signer.h"
#include "common/envelope/trust.h"
#include "common/releases/source.h"
#include "common/time/timestamp.h"
#include "tests/unit/criteria/small_criteria.h"
#include "zhiping/catalogue/v1/activation.pb.h"

namespace zhiping::releases {

class KeySigner final : public envelope::Signer {
 public:
  const std::string& key_id() const override { return key.id(); }
  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    return key.Sign(message);
  }
  const envelope::Key key = *envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
};

inline constexpr char kProgramme[] = "small";

// The small release with that label.
inline catalogue::v1::Release LabelledRelease(const std::string& label) {
  catalogue::v1::Release release = criteria::SmallRelease();
  release.set_label(label);
  release.set_semantics(criteria::kLatestSemantics);
  return release;
}

class TestPublisher {
 public:
  std::shared_ptr<const envelope::Trust> trust() const {
    return *envelope::Trust::Parse(
        TrustEntry(signer_.key, {envelope::Purpose::RELEASE, envelope::Purpose::ACTIVATION},
                   {kProgramme}, ""));
  }

  std::string Sign(envelope::Purpose::Value purpose, const std::string& payload) const {
    return SerializeEnvelope(*envelope::SignPayload(purpose, payload, {&signer_}));
  }

  // A state whose pending activation comes into force an hour later.
  std::string PendingState(int revision, const std::string& digest, int pending_revision,
                           const std::string& pending_digest, absl::Time confirmed_at) const {
    auto state = StateOf(revision, digest, confirmed_at, kProgramme);
    state.mutable_pending()->set_revision(pending_revision);
    state.mutable_pending()->set_digest(pending_digest);
    *state.mutable_pending()->mutable_in_force_from() = ToTimestamp(confirmed_at + absl::Hours(1));
    return Sign(envelope::Purpose::ACTIVATION, state.SerializeAsString());
  }
  // A state that puts the digest in force under the revision.
  std::string State(int revision, const std::string& digest, absl::Time confirmed_at,
                    const std::string& programme = kProgramme) const {
    return Sign(envelope::Purpose::ACTIVATION,
                StateOf(revision, digest, confirmed_at, programme).SerializeAsString());
  }

 private:
  static catalogue::v1::ActivationState StateOf(int revision, const std::string& digest,
                                                absl::Time confirmed_at,
                                                const std::string& programme) {
    catalogue::v1::ActivationState state;
    state.set_programme(programme);
    state.set_incarnation("00");
    state.mutable_current()->set_revision(revision);
    state.mutable_current()->set_digest(digest);
    *state.mutable_current()->mutable_in_force_from() = ToTimestamp(confirmed_at);
    *state.mutable_confirmed_at() = ToTimestamp(confirmed_at);
    return state;
  }

  KeySigner signer_;
};

// A source that holds what a test puts there, or does not answer. Thread-safe.
class HeldSource final : public Source {
 public:
  HeldSource(std::string name, bool publishes) : name_(std::move(name)), publishes_(publishes) {}

  absl::string_view name() const override { return name_; }
  bool publishes() const override { return publishes_; }
  absl::StatusOr<std::string> FindRelease(const std::string& digest) override {
    ++asked_for_releases_;
    absl::SleepFor(absl::Nanoseconds(nanoseconds_for_releases_.load()));
    return Find(releases_, digest);
  }
  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    return Find(states_, programme);
  }

  void PutRelease(const std::string& digest, const std::string& envelope) {
    absl::MutexLock lock(&mutex_);
    releases_[digest] = envelope;
  }
  void PutState(const std::string& envelope, const std::string& programme = kProgramme) {
    absl::MutexLock lock(&mutex_);
    states_[programme] = envelope;
  }
  void SetAway(bool away) {
    absl::MutexLock lock(&mutex_);
    away_ = away;
  }
  // How long it takes to answer for a release.
  void SetSlow(absl::Duration duration) {
    nanoseconds_for_releases_ = absl::ToInt64Nanoseconds(duration);
  }
  int asked_for_releases() const { return asked_for_releases_; }
  int asked() const {
    absl::MutexLock lock(&mutex_);
    return asked_;
  }

 private:
  absl::StatusOr<std::string> Find(const std::map<std::string, std::string>& held,
                                   const std::string& key) {
    absl::MutexLock lock(&mutex_);
    ++asked_;
    if (away_) return absl::UnavailableError("away");
    const auto found = held.find(key);
    if (found == held.end()) return absl::NotFoundError("not here");
    return found->second;
  }

  const std::string name_;
  const bool publishes_;
  std::atomic<int64_t> nanoseconds_for_releases_ = 0;
  std::atomic<int> asked_for_releases_ = 0;
  mutable absl::Mutex mutex_;
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
  int asked_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::string> releases_, states_;
};

}  // namespace zhiping::releases
