package io.mooring.controlplane.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All resources of one type, ready to be sent: each is serialised once, however many Envoys get it.
 *
 * @param version changes exactly when one of them changes
 * @param byName each with a version of its own
 */
record Resources(String version, SortedMap<String, Resource> byName) {
  private static final int VERSION_BYTES = 12;

  Resources {
    byName = Collections.unmodifiableSortedMap(byName);
  }

  /** Those of the single resources. */
  Set<String> versions() {
    return byName.values().stream().map(Resource::getVersion).collect(Collectors.toSet());
  }

  static <M extends Message> Resources of(Collection<M> messages, Function<M, String> name) {
    SortedMap<String, Resource> byName = new TreeMap<>();
    MessageDigest all = sha256();
    for (M message : messages) {
      Any packed = Packed.any(message);
      byName.put(
          name.apply(message),
          Resource.newBuilder()
              .setName(name.apply(message))
              .setVersion(version(sha256(), packed.getValue()))
              .setResource(packed)
              .build());
    }
    for (Resource resource : byName.values()) {
      all.update(resource.getNameBytes().asReadOnlyByteBuffer());
      all.update(resource.getVersionBytes().asReadOnlyByteBuffer());
    }
    return new Resources(version(all, ByteString.EMPTY), byName);
  }

  private static String version(MessageDigest digest, ByteString content) {
    digest.update(content.asReadOnlyByteBuffer());
    return HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
