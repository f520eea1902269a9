package cn.zhiping.examples;

import cn.zhiping.assessment.v1.ChangeCursor;
import cn.zhiping.assessment.v1.ChangeEntry;
import cn.zhiping.assessment.v1.FeedServiceGrpc.FeedServiceBlockingStub;
import cn.zhiping.assessment.v1.WatchSubmissionsRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import io.grpc.Context;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.TimeUnit;

/** The log of changes: read, and verified as it is read. */
final class Feed {
  private long position;
  private ByteString hash = ByteString.copyFrom(new byte[32]);
  private int verified;
  private int withheld;

  private Feed(ChangeCursor after) {
    if (!after.getPosition().isEmpty()) {
      position = Long.parseLong(after.getPosition());
      hash = after.getHash();
    }
  }

  private static String whatChanged(ChangeEntry entry) {
    if (entry.getWithheld() && !entry.hasEvent()) {
      return "未提供 withheld";
    }
    if (!entry.getEvent().hasSubmission()) {
      return entry.getEvent().getEventCase().toString();
    }
    var submission = entry.getEvent().getSubmission();
    return "SUBMISSION #%d %s".formatted(submission.getKey().getNumber(), submission.getState());
  }

  private static ByteString eightBytes(long number) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(number).array());
  }

  /** As change.proto says: each field after its length. */
  private static ByteString entryHash(ChangeEntry entry) throws NoSuchAlgorithmException {
    ByteString[] fields = {
      ByteString.copyFromUtf8("zhiping.log.v1"),
      ByteString.copyFromUtf8("changes"),
      entry.getPreviousHash(),
      eightBytes(Long.parseLong(entry.getPosition())),
      eightBytes(Timestamps.toMicros(entry.getInstant())),
      entry.getEventBytes()
    };
    var sha256 = MessageDigest.getInstance("SHA-256");
    for (ByteString field : fields) {
      sha256.update(eightBytes(field.size()).toByteArray());
      sha256.update(field.toByteArray());
    }
    return ByteString.copyFrom(sha256.digest());
  }

  /**
   * It follows, and is what was hashed. We do not get what an entry says of enterprises that we are
   * not enrolled for: of it we know the hash that it states, and that the next one names the same.
   */
  private void add(ChangeEntry entry) throws NoSuchAlgorithmException {
    position++;
    boolean follows =
        entry.getPosition().equals(Long.toString(position)) && entry.getPreviousHash().equals(hash);
    if (!follows || !(entry.getWithheld() || entry.getHash().equals(entryHash(entry)))) {
      throw new IllegalStateException("the log does not verify at " + position);
    }
    hash = entry.getHash();
    verified++;
    withheld += entry.getWithheld() ? 1 : 0;
  }

  /**
   * Reads the log of changes from a cursor: up to its end, or up to that submission. Gives the cursor
   * to go on from, which a platform stores with what it made of the entries. FEED_REWOUND says that
   * the log was restored from a backup: then begin again without a cursor. So does a platform that
   * was enrolled for another enterprise: what was withheld is there now.
   */
  static ChangeCursor read(FeedServiceBlockingStub service, ChangeCursor after, String receiptNo)
      throws Exception {
    var feed = new Feed(after);
    // The call ends with its context.
    try (var context = Context.current().withCancellation()) {
      return context.call(
          () -> {
            var batches =
                service
                    .withDeadlineAfter(1, TimeUnit.MINUTES)
                    .watchSubmissions(WatchSubmissionsRequest.newBuilder().setAfter(after).build());
            while (batches.hasNext()) {
              var batch = batches.next();
              boolean found = false;
              for (ChangeEntry entry : batch.getEntriesList()) {
                feed.add(entry);
                if (receiptNo != null && !found) {
                  System.out.printf("    %s %s%n", entry.getPosition(), whatChanged(entry));
                  found = entry.getEvent().getSubmission().getReceiptNo().equals(receiptNo);
                }
              }
              if (found || (receiptNo == null && batch.getAtEnd())) {
                System.out.printf(
                    "  变更日志 / feed: 校验 verified %d, 未提供 withheld %d%n",
                    feed.verified, feed.withheld);
                return batch.getNext();
              }
            }
            throw new IllegalStateException("the feed ended");
          });
    }
  }
}
