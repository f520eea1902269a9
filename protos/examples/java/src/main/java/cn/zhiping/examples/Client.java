package cn.zhiping.examples;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.LocalizedMessage;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.AbstractBlockingStub;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** Calls to Zhiping's services: TLS, the platform's token, errors in full, retries. */
final class Client {
  private static final int TRIES = 10;
  private static final int TIMEOUT_SECONDS = 10;

  private Client() {}

  static String setting(String name, String usual) {
    return System.getenv().getOrDefault(name, usual);
  }

  /** Who is calling, and for which natural person: metadata of every call. */
  static final class PlatformCredentials extends CallCredentials {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> ACTING_FOR =
        Metadata.Key.of("zhiping-acting-for", Metadata.ASCII_STRING_MARSHALLER);

    private final Path tokenFile;
    private final String person;

    PlatformCredentials(Path tokenFile, String person) {
      this.tokenFile = tokenFile;
      // Metadata are ASCII.
      this.person = URLEncoder.encode(person, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      executor.execute(
          () -> {
            try {
              // Read each time: tokens expire and are replaced.
              Metadata metadata = new Metadata();
              metadata.put(AUTHORIZATION, "Bearer " + Files.readString(tokenFile).strip());
              metadata.put(ACTING_FOR, person);
              applier.apply(metadata);
            } catch (IOException e) {
              applier.fail(Status.UNAUTHENTICATED.withCause(e).withDescription(e.toString()));
            }
          });
    }
  }

  static PlatformCredentials credentials() {
    return new PlatformCredentials(
        Path.of(setting("ZHIPING_TOKEN_FILE", "build/local/tokens/platform.jwt")),
        setting("ZHIPING_ACTING_FOR", "张三"));
  }

  /** A channel to a service. One is enough for all calls of a program, from any thread. */
  static ManagedChannel connect(String target) throws IOException {
    File authorities = new File(setting("ZHIPING_TLS_CA", "build/local/tls/ca.crt"));
    return Grpc.newChannelBuilder(
            target, TlsChannelCredentials.newBuilder().trustManager(authorities).build())
        .build();
  }

  /**
   * The answer to a request; waits for a service that is away, for about a minute. After UNAVAILABLE
   * and DEADLINE_EXCEEDED it is not known whether anything was done. The same request is sent again:
   * as it has the same request id, what was done already is not done twice, and its answer comes
   * again.
   */
  static <S extends AbstractBlockingStub<S>, Q, A> A call(
      S service, BiFunction<S, Q, A> method, Q request) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return method.apply(service.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS), request);
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        boolean again = code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED;
        if (!again || attempt == TRIES) {
          throw e;
        }
        printError(e);
        System.err.printf(
            "  第 %d 次没有成功，用同一请求重试 / attempt %d failed, trying the same request again%n",
            attempt, attempt);
        long most = Math.min(1000L << attempt, 8000);
        Thread.sleep(ThreadLocalRandom.current().nextLong(most / 2, most));
      }
    }
  }

  /** The stable reason of an error, such as ASSESSMENT_EXISTS: what programs decide by. */
  static String reasonOf(StatusRuntimeException error) {
    try {
      for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class).getReason();
        }
      }
    } catch (InvalidProtocolBufferException e) {
      // Not from Zhiping.
    }
    return "";
  }

  /** Prints all that an error says: for programs, and for people in both languages. */
  static void printError(StatusRuntimeException error) {
    Status status = error.getStatus();
    System.err.printf("  %s: %s%n", status.getCode(), status.getDescription());
    try {
      for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          System.err.printf("    %s/%s %s%n", info.getDomain(), info.getReason(), info.getMetadataMap());
        } else if (detail.is(LocalizedMessage.class)) {
          LocalizedMessage message = detail.unpack(LocalizedMessage.class);
          System.err.printf("    %s: %s%n", message.getLocale(), message.getMessage());
        } else if (detail.is(BadRequest.class)) {
          for (var field : detail.unpack(BadRequest.class).getFieldViolationsList()) {
            System.err.printf("    %s: %s%n", field.getField(), field.getDescription());
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      System.err.println("    " + e.getMessage());
    }
  }
}
