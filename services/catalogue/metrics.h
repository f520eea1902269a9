// What Prometheus is told of what the catalogue signs and who follows.
#pragma once

#include <memory>

#include "prometheus/collectable.h"
#include "services/catalogue/confirmer.h"
#include "services/catalogue/reading.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// By programme of the store, read when it is asked for, for 2 s at most:
// zhiping_catalogue_revision, in force (0: none); zhiping_catalogue_signs, 1 while its states are
// signed, else 0; zhiping_catalogue_instances{status}; zhiping_catalogue_alarm{kind}, 1 for each
// that is raised. What cannot be read is absent. All outlive what collects them.
std::shared_ptr<prometheus::Collectable> NewMetrics(Store& store, Confirmer& confirmer,
                                                    Reading& reading);

}  // namespace zhiping::catalogue
