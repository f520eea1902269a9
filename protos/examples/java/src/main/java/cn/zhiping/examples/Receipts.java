package cn.zhiping.examples;

import cn.zhiping.assessment.v1.Receipt;
import cn.zhiping.common.v1.KeyAlgorithm;
import cn.zhiping.common.v1.Purpose;
import cn.zhiping.common.v1.Trust;
import cn.zhiping.common.v1.TrustedKey;
import com.google.gson.Gson;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;

/** Receipts, verified without any service: the signature by its published key, and the number. */
final class Receipts {
  private static final String PAYLOAD_TYPE = "application/vnd.zhiping.receipt.v1";
  private static final String CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  private Receipts() {}

  /** DSSE version 1, https://github.com/secure-systems-lab/dsse. */
  private record Envelope(String payloadType, String payload, List<SignatureOfKey> signatures) {}

  private record SignatureOfKey(String keyid, String sig) {}

  record Verified(Receipt receipt, String number) {}

  /** The keys that the operator of Zhiping has published, and what each may sign. */
  static Trust readTrustFile(Path file) throws IOException {
    return TextFormat.parse(Files.readString(file), Trust.class);
  }

  /** The receipt and its number, if a trusted key signed it; else SignatureException. */
  static Verified verify(String envelopeJson, Trust trust)
      throws GeneralSecurityException, InvalidProtocolBufferException {
    Envelope envelope = new Gson().fromJson(envelopeJson, Envelope.class);
    if (!PAYLOAD_TYPE.equals(envelope.payloadType())) {
      throw new SignatureException("no receipt: " + envelope.payloadType());
    }
    byte[] payload = Base64.getDecoder().decode(envelope.payload());
    // Programme and instant, by which keys count, stand in the payload. Nothing else of it is looked
    // at before a signature fits.
    Receipt receipt = Receipt.parseFrom(payload);
    for (SignatureOfKey signature : envelope.signatures()) {
      for (TrustedKey key : trust.getKeysList()) {
        if (key.getKeyId().equals(signature.keyid())
            && maySign(key, receipt)
            && fits(key, payload, Base64.getDecoder().decode(signature.sig()))) {
          return new Verified(receipt, receiptNumber(payload));
        }
      }
    }
    throw new SignatureException("no signature of a key that may sign receipts");
  }

  /** Whether the key counts for this programme's receipts, at the instant of signing. */
  private static boolean maySign(TrustedKey key, Receipt receipt) {
    Instant signedAt =
        Instant.ofEpochSecond(receipt.getSignedAt().getSeconds(), receipt.getSignedAt().getNanos());
    return key.getAlgorithm() == KeyAlgorithm.Value.ED25519 // the other one is SM2
        && key.getPurposesList().contains(Purpose.Value.RECEIPT)
        && (key.getProgrammesList().contains("*")
            || key.getProgrammesList().contains(receipt.getContent().getProgramme()))
        && key.getRevokedAt().isEmpty()
        && (key.getNotBefore().isEmpty() || !signedAt.isBefore(instant(key.getNotBefore())))
        && (key.getNotAfter().isEmpty() || signedAt.isBefore(instant(key.getNotAfter())));
  }

  private static Instant instant(String rfc3339) {
    return OffsetDateTime.parse(rfc3339).toInstant();
  }

  private static boolean fits(TrustedKey key, byte[] payload, byte[] signature)
      throws GeneralSecurityException {
    byte[] der = Base64.getDecoder().decode(key.getPublicKey());
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
    // DSSE's pre-authentication encoding.
    String before = "DSSEv1 %d %s %d ".formatted(PAYLOAD_TYPE.length(), PAYLOAD_TYPE, payload.length);
    verifier.update(before.getBytes(StandardCharsets.US_ASCII));
    verifier.update(payload);
    return verifier.verify(signature);
  }

  /** The number that is printed on the page: the first 50 bits of the payload's SHA-256. */
  private static String receiptNumber(byte[] payload) throws GeneralSecurityException {
    long bits = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(payload)).getLong() >>> 14;
    StringBuilder digits = new StringBuilder();
    for (int shift = 45; shift >= 0; shift -= 5) {
      digits.append(CROCKFORD.charAt((int) (bits >>> shift & 31)));
    }
    return digits.insert(5, '-').toString();
  }
}
