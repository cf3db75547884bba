package io.mooring.controlplane.xds;

import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/** The headers that Mooring's own parts speak to each other with, and no client may. */
final class Headers {
  /** All of them begin so. */
  static final String INTERNAL_PREFIX = "x-mooring-";

  /** auth-filter → hash policy: the connection's id. */
  static final String CONNECTION_ID = "x-mooring-conn";

  /** Envoy → app server: the Envoy's id. */
  static final String EDGE = "x-mooring-edge";

  /** {@code HeaderMutation.remove_on_match}, which java-control-plane's API lacks. */
  private static final int REMOVE_ON_MATCH = 3;

  /** {@code HeaderMutation.RemoveOnMatch.key_matcher}. */
  private static final int KEY_MATCHER = 1;

  private Headers() {}

  /** Takes away every internal header that the client sent, then names the Envoy. */
  static Mutations ofClient(String envoyId) {
    return Mutations.newBuilder()
        .addRequestMutations(removeInternal())
        .addRequestMutations(
            HeaderMutation.newBuilder()
                .setAppend(
                    HeaderValueOption.newBuilder()
                        .setHeader(HeaderValue.newBuilder().setKey(EDGE).setValue(envoyId))
                        .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)))
        .build();
  }

  private static HeaderMutation removeInternal() {
    StringMatcher internal = StringMatcher.newBuilder().setPrefix(INTERNAL_PREFIX).build();
    UnknownFieldSet removeOnMatch =
        UnknownFieldSet.newBuilder()
            .addField(
                KEY_MATCHER, Field.newBuilder().addLengthDelimited(internal.toByteString()).build())
            .build();
    return HeaderMutation.newBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(
                    REMOVE_ON_MATCH,
                    Field.newBuilder().addLengthDelimited(removeOnMatch.toByteString()).build())
                .build())
        .build();
  }
}
