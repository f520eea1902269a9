#include "services/assessment/domain/snapshot.h"

#include "services/assessment/domain/enterprise.h"

namespace zhiping::assessment {

v1::Snapshot SnapshotOf(const v1::Enterprise& enterprise, absl::string_view plant,
                        v1::Channel::Value channel, const v1::PersonRecord& submitter,
                        const Context& context) {
  v1::Snapshot snapshot;
  snapshot.set_uscc(enterprise.uscc());
  snapshot.set_name(enterprise.name());
  const v1::Plant& of_plant = *FindPlant(enterprise, plant);
  snapshot.set_plant(of_plant.plant());
  snapshot.set_plant_name(of_plant.name());
  snapshot.set_region(of_plant.region().empty() ? enterprise.region() : of_plant.region());
  const auto* const region = context.reference.regions().Find(snapshot.region());
  if (region != nullptr) snapshot.set_region_name(region->name);
  const auto path =
      context.reference.review_units().PathOf(enterprise.review_unit(), context.day());
  for (const reference::ReviewUnit* unit : path) {
    snapshot.add_units(unit->id);
    snapshot.add_unit_names(unit->name);
  }
  snapshot.set_industry_division(enterprise.industry_division());
  snapshot.set_industry_class(enterprise.industry_class());
  snapshot.set_size(SizeOf(enterprise));
  snapshot.set_channel(channel);
  snapshot.set_submitter_issuer(submitter.issuer());
  snapshot.set_submitter_subject(submitter.subject());
  snapshot.set_submitter_name(submitter.name());
  snapshot.set_is_test(enterprise.is_test());
  return snapshot;
}

}  // namespace zhiping::assessment
