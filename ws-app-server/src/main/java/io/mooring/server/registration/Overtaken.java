package io.mooring.server.registration;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a refusal that says: another instance took the id while this one's lease had ended. */
final class Overtaken {
  private static final Logger log = LoggerFactory.getLogger(Overtaken.class);

  private Overtaken() {}

  /** The other instance's generation; empty if the failure says anything else. */
  static OptionalLong by(Throwable failure) {
    Status status = StatusProto.fromThrowable(failure);
    if (status == null || status.getCode() != Code.FAILED_PRECONDITION_VALUE) {
      return OptionalLong.empty();
    }
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          if (info.getReason().equals("FENCED")) {
            return OptionalLong.of(Long.parseLong(info.getMetadataOrDefault("generation", "0")));
          }
        }
      } catch (InvalidProtocolBufferException | NumberFormatException unreadable) {
        log.warn("event=registry_answer_unreadable reason=\"{}\"", unreadable.getMessage());
      }
    }
    return OptionalLong.empty();
  }
}
