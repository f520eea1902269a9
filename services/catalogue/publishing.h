// What changes the catalogue: each is one transaction, which also signs, logs, and keeps the answer
// for retries.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "services/catalogue/confirmer.h"
#include "services/catalogue/domain/activation_rules.h"
#include "services/catalogue/instance_watch.h"
#include "services/catalogue/signing.h"
#include "services/catalogue/store.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"

namespace zhiping::catalogue {

// Thread-safe; blocks. `call` says who changes it and what of it they may. Errors besides those
// named here: violations of the request, REQUEST_ID_REUSED, OUTSIDE_SCOPE, and those of the
// database.
class Publishing {
 public:
  struct Listeners {
    // Called before a revision of a programme is given; what it fails with refuses that.
    std::function<absl::Status(absl::Time deadline, const std::string& programme)> before_revision;
    // Gets the signed state of a programme that was changed.
    std::function<void(ConfirmedPtr)> committed;
  };

  // All outlive this.
  Publishing(Store& store, const Signing& signing, InstanceWatch& watch, const Clock& clock,
             Listeners listeners)
      : store_(store),
        signing_(signing),
        watch_(watch),
        clock_(clock),
        listeners_(std::move(listeners)) {}

  // Errors: EDITION_OF_ANOTHER_PROGRAMME.
  absl::StatusOr<v1::ImportEditionResponse> ImportEdition(const v1::ImportEditionRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  // Errors: RELEASE_NOT_FOUND, LABEL_TAKEN, DIGEST_MISMATCH, VECTOR_MISMATCH, those of Publish and
  // of Signing.
  absl::StatusOr<v1::PublishReleaseResponse> PublishRelease(
      const v1::PublishReleaseRequest& request, const rpc::Call& call, absl::Time deadline);
  // Errors: those of RollBack and of Signing.
  absl::StatusOr<v1::RollBackResponse> RollBackProgramme(const v1::RollBackRequest& request,
                                                         const rpc::Call& call,
                                                         absl::Time deadline);
  // Errors: RELEASE_NOT_FOUND, also if it is not published; DIGEST_MISMATCH, VECTOR_MISMATCH, those
  // of Signing.
  absl::StatusOr<v1::ResignReleaseResponse> ResignRelease(const v1::ResignReleaseRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  // Errors: UNKNOWN_PROGRAMME, REVISION_OUT_OF_RANGE.
  absl::StatusOr<v1::FenceRevisionResponse> FenceRevision(const v1::FenceRevisionRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  // Errors: UNKNOWN_INSTANCE; INSTANCE_NOT_LOST, since one that runs would be missing from
  // convergence until it reports again.
  absl::StatusOr<v1::ForgetInstanceResponse> ForgetInstance(
      const v1::ForgetInstanceRequest& request, const rpc::Call& call, absl::Time deadline);
  // Errors: INVALID_RELEASE with what is wrong with the notes; RELEASE_NOT_FOUND if no release of
  // the edition was imported.
  absl::StatusOr<v1::PublishNotesResponse> PublishNotes(const v1::PublishNotesRequest& request,
                                                        const rpc::Call& call, absl::Time deadline);

 private:
  // What is done, by whom and why: what audit is told.
  struct Act {
    const rpc::Call& call;
    const v1::Actor& actor;
    // Of what it is about: `release`, `programme`, `edition`, `instance`.
    const char* kind;
  };

  // Sets the response, and the state if that becomes another; gives the subject.
  template <typename Response>
  using Body =
      std::function<absl::StatusOr<std::string>(StoreTransaction&, Response&, ConfirmedPtr&)>;
  // Answers a request once: what `body` sets is kept, audited and spread; a retry gets it again
  // without running `body`.
  template <typename Response>
  absl::StatusOr<Response> Once(const sql::RequestKey& key, const Act& act, absl::Time deadline,
                                const Body<Response>& body);

  absl::Status Audit(StoreTransaction& transaction, const Act& act, const std::string& id) const;
  absl::Status PublishIn(StoreTransaction& transaction, const v1::PublishReleaseRequest& request,
                         const rpc::Call& call, std::optional<absl::Time> in_force_from,
                         v1::PublishReleaseResponse& response, ConfirmedPtr& confirmed);
  absl::Status ResignIn(StoreTransaction& transaction, const v1::ResignReleaseRequest& request,
                        const rpc::Call& call, v1::ResignReleaseResponse& response);
  absl::Status RollBackIn(StoreTransaction& transaction, const v1::RollBackRequest& request,
                          const rpc::Call& call, v1::RollBackResponse& response,
                          ConfirmedPtr& confirmed);
  absl::StatusOr<Decision> Decide(StoreTransaction& transaction, const identity::Caller& caller,
                                  const v1::Actor& actor, int32_t cancel_pending_revision) const;
  // Stores the rows, signs their releases where that is needed and the state that they make, and
  // logs it all, after what came into force before.
  absl::StatusOr<ConfirmedPtr> Activate(StoreTransaction& transaction, History history,
                                        const std::vector<ActivationRow>& rows,
                                        const std::string& withdrawn_digest,
                                        const Decision& decision);
  absl::StatusOr<v1::Edition> EditionOf(absl::Time deadline, const std::string& edition);

  Store& store_;
  const Signing& signing_;
  InstanceWatch& watch_;
  const Clock& clock_;
  const Listeners listeners_;
};

}  // namespace zhiping::catalogue
