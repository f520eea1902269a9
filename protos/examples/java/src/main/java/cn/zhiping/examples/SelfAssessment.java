package cn.zhiping.examples;

import static cn.zhiping.examples.Client.call;
import static cn.zhiping.examples.Client.setting;

import cn.zhiping.assessment.v1.AnswerUpdate;
import cn.zhiping.assessment.v1.Assessment;
import cn.zhiping.assessment.v1.AssessmentKey;
import cn.zhiping.assessment.v1.AssessmentServiceGrpc;
import cn.zhiping.assessment.v1.AssessmentServiceGrpc.AssessmentServiceBlockingStub;
import cn.zhiping.assessment.v1.CampaignServiceGrpc;
import cn.zhiping.assessment.v1.CampaignServiceGrpc.CampaignServiceBlockingStub;
import cn.zhiping.assessment.v1.ChangeCursor;
import cn.zhiping.assessment.v1.Commitment;
import cn.zhiping.assessment.v1.CreateAssessmentRequest;
import cn.zhiping.assessment.v1.FeedServiceGrpc;
import cn.zhiping.assessment.v1.GetAssessmentRequest;
import cn.zhiping.assessment.v1.GetCampaignRequest;
import cn.zhiping.assessment.v1.PreviewRequest;
import cn.zhiping.assessment.v1.SetFactsRequest;
import cn.zhiping.assessment.v1.SubmitRequest;
import cn.zhiping.assessment.v1.SubmitResponse;
import cn.zhiping.assessment.v1.UpdateAnswersRequest;
import cn.zhiping.scoring.v1.ScoreRequest;
import cn.zhiping.scoring.v1.ScoringServiceGrpc;
import cn.zhiping.scoring.v1.ScoringServiceGrpc.ScoringServiceBlockingStub;
import cn.zhiping.scoring.v1.VerifyReceiptRequest;
import com.google.protobuf.util.JsonFormat;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What a provincial platform does for an enterprise: open, answer, submit, read the feed, verify the
 * receipt. README.md says how it is run.
 */
public final class SelfAssessment {
  private static final String CAMPAIGN = setting("ZHIPING_CAMPAIGN", "jiangsu-ai-open");
  private static final AssessmentKey KEY =
      AssessmentKey.newBuilder()
          .setEnterprise(setting("ZHIPING_ENTERPRISE", "91320000MA0000007Q"))
          .setPlant("main")
          .setCampaign(CAMPAIGN)
          .build();

  private SelfAssessment() {}

  /** Made once for each thing that is to be done, kept for all attempts at it. */
  private static String newRequestId() {
    return UUID.randomUUID().toString();
  }

  /** The enterprise's draft: a new one, or the one that is there. */
  private static Assessment openDraft(AssessmentServiceBlockingStub service)
      throws InterruptedException {
    Assessment draft;
    try {
      draft =
          call(
                  service,
                  AssessmentServiceBlockingStub::createAssessment,
                  CreateAssessmentRequest.newBuilder()
                      .setKey(KEY)
                      .setRequestId(newRequestId())
                      .build())
              .getAssessment();
    } catch (StatusRuntimeException e) {
      if (!Client.reasonOf(e).equals("ASSESSMENT_EXISTS")) {
        throw e;
      }
      Client.printError(e);
      draft =
          call(
                  service,
                  AssessmentServiceBlockingStub::getAssessment,
                  GetAssessmentRequest.newBuilder().setKey(KEY).build())
              .getAssessment();
    }
    System.out.printf(
        "1 草稿 / draft: %s, %s, %d/%d%n",
        CAMPAIGN, draft.getReleaseLabel(), draft.getAnswered(), draft.getAnswersCount());
    return draft;
  }

  /**
   * Sets all answers and facts. Each answer names the etag that it is based on, so that what somebody
   * else has changed meanwhile is not overwritten (ABORTED, ANSWER_CONFLICT).
   */
  private static void answer(AssessmentServiceBlockingStub service, Assessment draft, Path file)
      throws InterruptedException, IOException {
    ScoreRequest.Builder given = ScoreRequest.newBuilder();
    JsonFormat.parser().merge(Files.readString(file), given);
    Map<String, String> etags = new HashMap<>();
    draft.getAnswersList().forEach(a -> etags.put(a.getAnswer().getScenario(), a.getEtag()));
    var updates = UpdateAnswersRequest.newBuilder().setKey(KEY);
    for (var answer : given.getAnswersList()) {
      String etag = etags.getOrDefault(answer.getScenario(), "");
      updates.addUpdates(AnswerUpdate.newBuilder().setAnswer(answer).setBaseEtag(etag));
    }
    var done = call(service, AssessmentServiceBlockingStub::updateAnswers, updates.build());
    call(
        service,
        AssessmentServiceBlockingStub::setFacts,
        SetFactsRequest.newBuilder().setKey(KEY).addAllFacts(given.getFactsList()).build());
    System.out.printf(
        "2 填报 / answered: %d, 缺 missing %d, 待确认 to confirm %d%n",
        done.getAnswered(), done.getMissing(), done.getToConfirm());
  }

  /** Previews, and submits what was previewed: Submit is refused if the draft changed since. */
  private static SubmitResponse submit(AssessmentServiceBlockingStub service, Commitment commitment)
      throws InterruptedException {
    var preview =
        call(
            service,
            AssessmentServiceBlockingStub::preview,
            PreviewRequest.newBuilder().setKey(KEY).build());
    var index = preview.getResult().getIndex();
    System.out.printf(
        "3 预览 / preview: 参考得分率 index %d/%d%n", index.getNumerator(), index.getDenominator());
    SubmitRequest request =
        SubmitRequest.newBuilder()
            .setKey(KEY)
            .setEtag(preview.getEtag())
            .setCommitmentVersion(commitment.getVersion())
            .setCommitmentGiven(true) // after the person has read the text and agreed
            .setCommitmentGivenBy(setting("ZHIPING_ACTING_FOR", "张三"))
            .setRequestId(newRequestId())
            .build();
    var done = call(service, AssessmentServiceBlockingStub::submit, request);
    var submission = done.getSubmission();
    System.out.printf(
        "4 提交 / submitted: 第 %d 次, 回执 receipt %s, %s%n",
        submission.getKey().getNumber(),
        submission.getReceiptNo(),
        submission.getStanding().getState());
    return done;
  }

  /** By ourselves, and by the service, which also computes everything in it anew. */
  private static boolean verify(
      ScoringServiceBlockingStub service, String receiptJson, String receiptNo)
      throws InterruptedException, IOException, GeneralSecurityException {
    var trust =
        Receipts.readTrustFile(Path.of(setting("ZHIPING_TRUST_FILE", "build/local/trust.txtpb")));
    var verified = Receipts.verify(receiptJson, trust);
    System.out.printf(
        "6 验签 / signature: %s, %s, %s%n",
        verified.receipt().getContent().getSnapshot().getName(),
        verified.receipt().getReleaseText(),
        verified.number());
    var answer =
        call(
            service,
            ScoringServiceBlockingStub::verifyReceipt,
            VerifyReceiptRequest.newBuilder()
                .setReceipt(receiptJson)
                .setReceiptNo(receiptNo)
                .build());
    System.out.printf(
        "7 复算 / recomputed: %d 项 values, 不符 differ %d, valid %b%n",
        answer.getCompared(), answer.getDifferencesCount(), answer.getValid());
    return verified.number().equals(receiptNo) && answer.getValid();
  }

  private static boolean run(ManagedChannel assessment, ManagedChannel scoring) throws Exception {
    var caller = Client.credentials();
    var drafts = AssessmentServiceGrpc.newBlockingStub(assessment).withCallCredentials(caller);
    var feed = FeedServiceGrpc.newBlockingStub(assessment).withCallCredentials(caller);
    var campaigns = CampaignServiceGrpc.newBlockingStub(assessment).withCallCredentials(caller);
    var scorer = ScoringServiceGrpc.newBlockingStub(scoring).withCallCredentials(caller);

    ChangeCursor cursor = Feed.read(feed, ChangeCursor.getDefaultInstance(), null);
    var campaign =
        call(
                campaigns,
                CampaignServiceBlockingStub::getCampaign,
                GetCampaignRequest.newBuilder().setCampaign(CAMPAIGN).build())
            .getCampaign();
    Assessment draft = openDraft(drafts);
    answer(drafts, draft, Path.of(setting("ZHIPING_ANSWERS", "protos/examples/answers.json")));
    SubmitResponse submitted = submit(drafts, campaign.getCommitment());
    String receiptNo = submitted.getSubmission().getReceiptNo();
    System.out.printf(
        "5 变更日志 / feed after %s:%n", cursor.getPosition().isEmpty() ? "0" : cursor.getPosition());
    Feed.read(feed, cursor, receiptNo);
    return verify(scorer, submitted.getReceipt(), receiptNo);
  }

  public static void main(String[] arguments) throws Exception {
    ManagedChannel assessment = Client.connect(setting("ZHIPING_ASSESSMENT", "127.0.0.1:50053"));
    ManagedChannel scoring = Client.connect(setting("ZHIPING_SERVER", "127.0.0.1:50051"));
    boolean valid = false;
    try {
      valid = run(assessment, scoring);
    } catch (StatusRuntimeException e) {
      Client.printError(e);
    } finally {
      assessment.shutdownNow();
      scoring.shutdownNow();
    }
    if (!valid) {
      System.exit(1);
    }
  }
}
