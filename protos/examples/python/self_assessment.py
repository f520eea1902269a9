"""What a provincial platform does for an enterprise: open, answer, submit, read the feed, verify the
receipt. README.md says how it is run.
"""
import sys
import uuid

import grpc
from google.protobuf import json_format

import receipts
from changes import read_feed
from client import call, connect, print_error, reason_of, setting
from zhiping.assessment.v1 import (
    assessment_pb2,
    assessment_service_pb2 as assessments,
    assessment_service_pb2_grpc,
    campaign_service_pb2 as campaigns,
    campaign_service_pb2_grpc,
    feed_service_pb2_grpc,
    submission_pb2,
)
from zhiping.scoring.v1 import scoring_service_pb2 as scoring, scoring_service_pb2_grpc

ENTERPRISE = setting("ZHIPING_ENTERPRISE", "91320000MA0000007Q")
CAMPAIGN = setting("ZHIPING_CAMPAIGN", "jiangsu-ai-open")
PERSON = setting("ZHIPING_ACTING_FOR", "张三")
KEY = assessment_pb2.AssessmentKey(enterprise=ENTERPRISE, plant="main", campaign=CAMPAIGN)


def new_request_id():
    """Made once for each thing that is to be done, kept for all attempts at it."""
    return str(uuid.uuid4())


def state_name(state):
    return submission_pb2.SubmissionState.Value.Name(state)


def open_draft(service):
    """The enterprise's draft: a new one, or the one that is there."""
    try:
        request = assessments.CreateAssessmentRequest(key=KEY, request_id=new_request_id())
        draft = call(service.CreateAssessment, request).assessment
    except grpc.RpcError as error:
        if reason_of(error) != "ASSESSMENT_EXISTS":
            raise
        print_error(error)
        draft = call(service.GetAssessment, assessments.GetAssessmentRequest(key=KEY)).assessment
    print(f"1 草稿 / draft: {CAMPAIGN}, {draft.release_label}, {draft.answered}/{len(draft.answers)}")
    return draft


def answer(service, draft, answers_file):
    """Sets all answers and facts. Each answer names the etag that it is based on, so that what
    somebody else has changed meanwhile is not overwritten (ABORTED, ANSWER_CONFLICT).
    """
    with open(answers_file, encoding="utf-8") as file:
        given = json_format.Parse(file.read(), scoring.ScoreRequest())
    etags = {known.answer.scenario: known.etag for known in draft.answers}
    updates = [
        assessments.AnswerUpdate(answer=one, base_etag=etags[one.scenario]) for one in given.answers
    ]
    done = call(service.UpdateAnswers, assessments.UpdateAnswersRequest(key=KEY, updates=updates))
    call(service.SetFacts, assessments.SetFactsRequest(key=KEY, facts=given.facts))
    print(f"2 填报 / answered: {done.answered}, 缺 missing {done.missing}, 待确认 to confirm {done.to_confirm}")


def submit(service, commitment):
    """Previews, and submits what was previewed: Submit is refused if the draft changed since."""
    preview = call(service.Preview, assessments.PreviewRequest(key=KEY))
    index = preview.result.index
    print(f"3 预览 / preview: 参考得分率 index {index.numerator}/{index.denominator}")
    request = assessments.SubmitRequest(
        key=KEY,
        etag=preview.etag,
        commitment_version=commitment.version,
        commitment_given=True,  # after the person has read commitment.text and agreed
        commitment_given_by=PERSON,
        request_id=new_request_id(),
    )
    done = call(service.Submit, request)
    submission = done.submission
    print(
        f"4 提交 / submitted: 第 {submission.key.number} 次, 回执 receipt {submission.receipt_no}, "
        f"{state_name(submission.standing.state)}"
    )
    return done


def verify(service, receipt_json, receipt_no):
    """By ourselves, and by the service, which also computes everything in it anew."""
    trust = receipts.read_trust_file(setting("ZHIPING_TRUST_FILE", "build/local/trust.txtpb"))
    receipt, number = receipts.verify(receipt_json, trust)
    print(f"6 验签 / signature: {receipt.content.snapshot.name}, {receipt.release_text}, {number}")
    request = scoring.VerifyReceiptRequest(receipt=receipt_json, receipt_no=receipt_no)
    answer_of_service = call(service.VerifyReceipt, request)
    print(
        f"7 复算 / recomputed: {answer_of_service.compared} 项 values, "
        f"不符 differ {len(answer_of_service.differences)}, valid {answer_of_service.valid}"
    )
    return number == receipt_no and answer_of_service.valid


def main():
    assessment = connect(setting("ZHIPING_ASSESSMENT", "127.0.0.1:50053"))
    drafts = assessment_service_pb2_grpc.AssessmentServiceStub(assessment)
    changes = feed_service_pb2_grpc.FeedServiceStub(assessment)
    scorer = scoring_service_pb2_grpc.ScoringServiceStub(
        connect(setting("ZHIPING_SERVER", "127.0.0.1:50051"))
    )
    get_campaign = campaign_service_pb2_grpc.CampaignServiceStub(assessment).GetCampaign

    cursor = read_feed(changes)
    campaign = call(get_campaign, campaigns.GetCampaignRequest(campaign=CAMPAIGN)).campaign
    draft = open_draft(drafts)
    answer(drafts, draft, setting("ZHIPING_ANSWERS", "protos/examples/answers.json"))
    submitted = submit(drafts, campaign.commitment)
    receipt_no = submitted.submission.receipt_no
    print(f"5 变更日志 / feed after {cursor.position or 0}:")
    read_feed(changes, cursor, receipt_no)
    return 0 if verify(scorer, submitted.receipt, receipt_no) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except grpc.RpcError as failure:
        print_error(failure)
        sys.exit(1)
    except (OSError, receipts.NotTrusted) as failure:
        sys.exit(str(failure))
