#include "services/assessment/enterprise_service.h"

namespace zhiping::assessment {

EnterpriseService::EnterpriseService(Enterprises& enterprises, const rpc::PooledService& on)
    : register_enterprise_(on, "RegisterEnterprise", enterprises, &Enterprises::RegisterEnterprise),
      get_enterprise_(on, "GetEnterprise", enterprises, &Enterprises::GetEnterprise),
      update_enterprise_(on, "UpdateEnterprise", enterprises, &Enterprises::UpdateEnterprise),
      list_enterprises_(on, "ListEnterprises", enterprises, &Enterprises::ListEnterprises),
      import_enterprises_(on, "ImportEnterprises", enterprises, &Enterprises::ImportEnterprises),
      request_change_(on, "RequestChange", enterprises, &Enterprises::RequestChange),
      accept_change_(on, "AcceptChange", enterprises, &Enterprises::AcceptChange),
      decline_change_(on, "DeclineChange", enterprises, &Enterprises::DeclineChange),
      list_change_requests_(on, "ListChangeRequests", enterprises,
                            &Enterprises::ListChangeRequests) {}

}  // namespace zhiping::assessment
