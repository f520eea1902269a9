#include "services/assessment/assessment_service.h"

namespace zhiping::assessment {

AssessmentService::AssessmentService(Drafts& drafts, Submitting& submitting, Closing& closing,
                                     SubmissionsOfEnterprises& submissions,
                                     const rpc::PooledService& on)
    : create_assessment_(on, "CreateAssessment", drafts, &Drafts::Create),
      get_assessment_(on, "GetAssessment", drafts, &Drafts::Get),
      list_assessments_(on, "ListAssessments", drafts, &Drafts::List),
      update_answers_(on, "UpdateAnswers", drafts, &Drafts::UpdateAnswers),
      set_facts_(on, "SetFacts", drafts, &Drafts::SetFacts),
      add_evidence_(on, "AddEvidence", drafts, &Drafts::AddEvidence),
      remove_evidence_(on, "RemoveEvidence", drafts, &Drafts::RemoveEvidence),
      preview_(on, "Preview", drafts, &Drafts::Preview),
      submit_(on, "Submit", submitting, &Submitting::Submit),
      withdraw_(on, "Withdraw", submissions, &SubmissionsOfEnterprises::Withdraw),
      rebase_(on, "Rebase", drafts, &Drafts::Rebase),
      close_assessment_(on, "CloseAssessment", closing, &Closing::Close),
      reopen_assessment_(on, "ReopenAssessment", closing, &Closing::Reopen),
      cite_(on, "Cite", submissions, &SubmissionsOfEnterprises::Cite),
      uncite_(on, "Uncite", submissions, &SubmissionsOfEnterprises::Uncite),
      get_submission_(on, "GetSubmission", submissions, &SubmissionsOfEnterprises::Get),
      list_submissions_(on, "ListSubmissions", submissions, &SubmissionsOfEnterprises::List),
      get_effective_result_(on, "GetEffectiveResult", submissions,
                            &SubmissionsOfEnterprises::GetEffectiveResult),
      get_receipt_(on, "GetReceipt", submissions, &SubmissionsOfEnterprises::GetReceipt),
      countersign_receipt_(on, "CountersignReceipt", submissions,
                           &SubmissionsOfEnterprises::CountersignReceipt),
      list_accesses_(on, "ListAccesses", submissions, &SubmissionsOfEnterprises::ListAccesses) {}

}  // namespace zhiping::assessment
