#include "services/assessment/review_service.h"

namespace zhiping::assessment {

ReviewService::ReviewService(Reviews& reviews, ReviewLists& lists, const rpc::PooledService& on)
    : list_queue_(on, "ListQueue", lists, &ReviewLists::ListQueue),
      take_(on, "Take", reviews, &Reviews::Take),
      release_(on, "Release", reviews, &Reviews::Release),
      assign_(on, "Assign", reviews, &Reviews::Assign),
      record_findings_(on, "RecordFindings", reviews, &Reviews::RecordFindings),
      approve_(on, "Approve", reviews, &Reviews::Approve),
      batch_approve_(on, "BatchApprove", reviews, &Reviews::BatchApprove),
      return_to_enterprise_(on, "ReturnToEnterprise", reviews, &Reviews::ReturnToEnterprise),
      return_to_previous_stage_(on, "ReturnToPreviousStage", reviews,
                                &Reviews::ReturnToPreviousStage),
      reject_(on, "Reject", reviews, &Reviews::Reject),
      recall_decision_(on, "RecallDecision", reviews, &Reviews::RecallDecision),
      revoke_(on, "Revoke", reviews, &Reviews::Revoke),
      add_comment_(on, "AddComment", reviews, &Reviews::AddComment),
      resolve_comment_(on, "ResolveComment", reviews, &Reviews::ResolveComment),
      object_(on, "Object", reviews, &Reviews::Object),
      decide_objection_(on, "DecideObjection", reviews, &Reviews::DecideObjection),
      list_evidence_matches_(on, "ListEvidenceMatches", lists, &ReviewLists::ListEvidenceMatches),
      export_submissions_(on, "ExportSubmissions", lists, &ReviewLists::ExportSubmissions) {}

}  // namespace zhiping::assessment
