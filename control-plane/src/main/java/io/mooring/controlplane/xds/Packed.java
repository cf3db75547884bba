package io.mooring.controlplane.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Messages inside messages, with bytes that depend on their content only: two control planes, or
 * one before and after a restart, must find the same version for the same resource.
 */
final class Packed {
  static final String TYPE_URL_PREFIX = "type.googleapis.com/";

  private Packed() {}

  static ByteString bytes(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException impossibleInMemory) {
      throw new UncheckedIOException(impossibleInMemory);
    }
    return ByteString.copyFrom(bytes);
  }

  static Any any(Message message) {
    return Any.newBuilder()
        .setTypeUrl(TYPE_URL_PREFIX + message.getDescriptorForType().getFullName())
        .setValue(bytes(message))
        .build();
  }

  static TypedExtensionConfig extension(String name, Message configuration) {
    return TypedExtensionConfig.newBuilder()
        .setName(name)
        .setTypedConfig(any(configuration))
        .build();
  }

  /** A resource that arrives on the aggregated stream; Envoy waits for it without limit. */
  static ConfigSource fromControlPlane() {
    return ConfigSource.newBuilder()
        .setResourceApiVersion(ApiVersion.V3)
        .setAds(AggregatedConfigSource.getDefaultInstance())
        .setInitialFetchTimeout(Time.NONE)
        .build();
  }
}
