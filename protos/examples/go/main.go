// What a provincial platform does for an enterprise: open, answer, submit, read the feed, verify the
// receipt. README.md says how it is run.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"

	assessmentv1 "zhiping.example/protos/zhiping/assessment/v1"
	scoringv1 "zhiping.example/protos/zhiping/scoring/v1"
)

var (
	campaignID = setting("ZHIPING_CAMPAIGN", "jiangsu-ai-open")
	person     = setting("ZHIPING_ACTING_FOR", "张三")
	key        = &assessmentv1.AssessmentKey{
		Enterprise: setting("ZHIPING_ENTERPRISE", "91320000MA0000007Q"),
		Plant:      "main",
		Campaign:   campaignID,
	}
)

// newRequestID is called once for each thing that is to be done; the id is kept for all attempts.
func newRequestID() string { return uuid.NewString() }

// openDraft gives the enterprise's draft: a new one, or the one that is there.
func openDraft(ctx context.Context, service assessmentv1.AssessmentServiceClient) (*assessmentv1.Assessment, error) {
	created, err := call(ctx, service.CreateAssessment,
		&assessmentv1.CreateAssessmentRequest{Key: key, RequestId: newRequestID()})
	draft := created.GetAssessment()
	if reasonOf(err) == "ASSESSMENT_EXISTS" {
		printError(err)
		var got *assessmentv1.GetAssessmentResponse
		got, err = call(ctx, service.GetAssessment, &assessmentv1.GetAssessmentRequest{Key: key})
		draft = got.GetAssessment()
	}
	if err != nil {
		return nil, err
	}
	fmt.Printf("1 草稿 / draft: %s, %s, %d/%d\n", campaignID, draft.ReleaseLabel, draft.Answered, len(draft.Answers))
	return draft, nil
}

// answer sets all answers and facts. Each answer names the etag that it is based on, so that what
// somebody else has changed meanwhile is not overwritten (ABORTED, ANSWER_CONFLICT).
func answer(ctx context.Context, service assessmentv1.AssessmentServiceClient, draft *assessmentv1.Assessment, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	given := new(scoringv1.ScoreRequest)
	if err := protojson.Unmarshal(text, given); err != nil {
		return err
	}
	etags := make(map[string]string)
	for _, known := range draft.Answers {
		etags[known.Answer.Scenario] = known.Etag
	}
	request := &assessmentv1.UpdateAnswersRequest{Key: key}
	for _, one := range given.Answers {
		request.Updates = append(request.Updates, &assessmentv1.AnswerUpdate{Answer: one, BaseEtag: etags[one.Scenario]})
	}
	done, err := call(ctx, service.UpdateAnswers, request)
	if err != nil {
		return err
	}
	fmt.Printf("2 填报 / answered: %d, 缺 missing %d, 待确认 to confirm %d\n", done.Answered, done.Missing, done.ToConfirm)
	_, err = call(ctx, service.SetFacts, &assessmentv1.SetFactsRequest{Key: key, Facts: given.Facts})
	return err
}

// submit previews, and submits what was previewed: Submit is refused if the draft changed since.
func submit(ctx context.Context, service assessmentv1.AssessmentServiceClient, commitment *assessmentv1.Commitment) (*assessmentv1.SubmitResponse, error) {
	preview, err := call(ctx, service.Preview, &assessmentv1.PreviewRequest{Key: key})
	if err != nil {
		return nil, err
	}
	index := preview.Result.Index
	fmt.Printf("3 预览 / preview: 参考得分率 index %d/%d\n", index.Numerator, index.Denominator)
	done, err := call(ctx, service.Submit, &assessmentv1.SubmitRequest{
		Key:               key,
		Etag:              preview.Etag,
		CommitmentVersion: commitment.Version,
		CommitmentGiven:   true, // after the person has read commitment.Text and agreed
		CommitmentGivenBy: person,
		RequestId:         newRequestID(),
	})
	if err != nil {
		return nil, err
	}
	s := done.Submission
	fmt.Printf("4 提交 / submitted: 第 %d 次, 回执 receipt %s, %s\n", s.Key.Number, s.ReceiptNo, s.Standing.State)
	return done, nil
}

// verify verifies a receipt by ourselves, and by the service, which also computes everything in it
// anew.
func verify(ctx context.Context, service scoringv1.ScoringServiceClient, receiptJSON, receiptNo string) error {
	trust, err := readTrustFile(setting("ZHIPING_TRUST_FILE", "build/local/trust.txtpb"))
	if err != nil {
		return err
	}
	receipt, number, err := verifySignature(receiptJSON, trust)
	if err != nil {
		return err
	}
	fmt.Printf("6 验签 / signature: %s, %s, %s\n", receipt.Content.Snapshot.Name, receipt.ReleaseText, number)
	answer, err := call(ctx, service.VerifyReceipt, &scoringv1.VerifyReceiptRequest{Receipt: receiptJSON, ReceiptNo: receiptNo})
	if err != nil {
		return err
	}
	fmt.Printf("7 复算 / recomputed: %d 项 values, 不符 differ %d, valid %t\n", answer.Compared, len(answer.Differences), answer.Valid)
	if number != receiptNo || !answer.Valid {
		return errors.New("the receipt is not valid")
	}
	return nil
}

func run(ctx context.Context) error {
	assessment, err := connect(setting("ZHIPING_ASSESSMENT", "127.0.0.1:50053"))
	if err != nil {
		return err
	}
	defer assessment.Close()
	scoring, err := connect(setting("ZHIPING_SERVER", "127.0.0.1:50051"))
	if err != nil {
		return err
	}
	defer scoring.Close()
	drafts := assessmentv1.NewAssessmentServiceClient(assessment)
	changes := assessmentv1.NewFeedServiceClient(assessment)

	cursor, err := readFeed(ctx, changes, nil, "")
	if err != nil {
		return err
	}
	got, err := call(ctx, assessmentv1.NewCampaignServiceClient(assessment).GetCampaign,
		&assessmentv1.GetCampaignRequest{Campaign: campaignID})
	if err != nil {
		return err
	}
	draft, err := openDraft(ctx, drafts)
	if err != nil {
		return err
	}
	if err := answer(ctx, drafts, draft, setting("ZHIPING_ANSWERS", "protos/examples/answers.json")); err != nil {
		return err
	}
	submitted, err := submit(ctx, drafts, got.Campaign.Commitment)
	if err != nil {
		return err
	}
	receiptNo := submitted.Submission.ReceiptNo
	fmt.Printf("5 变更日志 / feed after %s:\n", cmp.Or(cursor.Position, "0"))
	if _, err := readFeed(ctx, changes, cursor, receiptNo); err != nil {
		return err
	}
	return verify(ctx, scoringv1.NewScoringServiceClient(scoring), submitted.Receipt, receiptNo)
}

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		printError(err)
		os.Exit(1)
	}
}
