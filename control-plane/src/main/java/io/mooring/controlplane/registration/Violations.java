package io.mooring.controlplane.registration;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Everything that is wrong with one request, told at once. */
final class Violations {
  private static final int LONGEST_VALUE = 80;

  private final List<FieldViolation> found = new ArrayList<>();

  void add(String field, Object value, String expected) {
    found.add(
        FieldViolation.newBuilder()
            .setField(field)
            .setDescription("is " + quoted(value) + "; expected " + expected)
            .build());
  }

  /**
   * @throws StatusRuntimeException INVALID_ARGUMENT with a {@link BadRequest}, if anything was
   *     added
   */
  void refuse() {
    if (found.isEmpty()) {
      return;
    }
    throw StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage(
                found.stream()
                    .map(violation -> violation.getField() + " " + violation.getDescription())
                    .collect(Collectors.joining("; ")))
            .addDetails(Any.pack(BadRequest.newBuilder().addAllFieldViolations(found).build()))
            .build());
  }

  private static String quoted(Object value) {
    String text = value.toString();
    return "\""
        + (text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…")
        + "\"";
  }
}
