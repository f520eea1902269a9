// What the catalogue answers from its store: releases, editions, notes, activations, convergence.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "services/catalogue/confirmer.h"
#include "services/catalogue/domain/instance_bounds.h"
#include "services/catalogue/instance_reports.h"
#include "services/catalogue/instance_watch.h"
#include "services/catalogue/release_cache.h"
#include "services/catalogue/store.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"

namespace zhiping::catalogue {

struct ReadingOptions {
  FollowerLimits limits;
  // Whether the catalogue listens to other machines.
  bool exposed = false;
};

// Thread-safe; blocks. Each fills the response. Errors: violations of the request,
// INVALID_PAGE_TOKEN, RELEASE_NOT_FOUND, NOTES_NOT_FOUND, NO_ACTIVE_RELEASE, and those of the
// database.
class Reading {
 public:
  // All outlive this.
  Reading(Store& store, Confirmer& confirmer, const InstanceReports& reports, InstanceWatch& watch,
          ReleaseCache& releases, const Clock& clock, ReadingOptions options)
      : store_(store),
        confirmer_(confirmer),
        reports_(reports),
        watch_(watch),
        releases_(releases),
        clock_(clock),
        options_(options) {}

  absl::Status GetEdition(absl::Time deadline, const v1::GetEditionRequest& request,
                          v1::GetEditionResponse& response);
  absl::Status ListEditions(absl::Time deadline, const v1::ListEditionsRequest& request,
                            v1::ListEditionsResponse& response);
  absl::Status GetNotes(absl::Time deadline, const v1::GetNotesRequest& request,
                        v1::GetNotesResponse& response);
  absl::Status GetRelease(absl::Time deadline, const v1::GetReleaseRequest& request,
                          v1::GetReleaseResponse& response);
  absl::Status ListReleases(absl::Time deadline, const v1::ListReleasesRequest& request,
                            v1::ListReleasesResponse& response);
  absl::Status GetActivation(absl::Time deadline, const v1::GetActivationRequest& request,
                             v1::GetActivationResponse& response);
  absl::Status ListActivations(absl::Time deadline, const v1::ListActivationsRequest& request,
                               v1::ListActivationsResponse& response);
  absl::Status GetBlob(absl::Time deadline, const v1::GetBlobRequest& request,
                       v1::GetBlobResponse& response);
  absl::Status DiffReleases(absl::Time deadline, const v1::DiffReleasesRequest& request,
                            v1::DiffReleasesResponse& response);
  // What is committed when it is asked is in it. Of one programme it is found by reading the whole
  // log. Errors besides: FEED_REWOUND if the log was restored since the token was made.
  absl::Status ListLogEntries(absl::Time deadline, const v1::ListLogEntriesRequest& request,
                              v1::ListLogEntriesResponse& response);
  // Every programme that the catalogue has to do with, of those that the call covers.
  absl::Status ListProgrammes(const rpc::Call& call, absl::Time deadline,
                              const v1::ListProgrammesRequest& request,
                              v1::ListProgrammesResponse& response);
  // Errors: UNKNOWN_PROGRAMME if nothing was ever imported for it and nobody follows it.
  absl::Status GetConvergence(absl::Time deadline, const v1::GetConvergenceRequest& request,
                              v1::GetConvergenceResponse& response);

 private:
  // A published release, with whether it is in force.
  absl::StatusOr<v1::ReleaseSummary> Published(absl::Time deadline, const std::string& digest);
  absl::Status SetInForce(absl::Time deadline, v1::ReleaseSummary& release);

  Store& store_;
  Confirmer& confirmer_;
  const InstanceReports& reports_;
  InstanceWatch& watch_;
  ReleaseCache& releases_;
  const Clock& clock_;
  const ReadingOptions options_;
};

}  // namespace zhiping::catalogue
