package io.mooring.token;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Keys and identities that several tests share. */
final class Fixtures {
  static final long NOW_MILLIS = 1_790_000_000_000L;

  static final Identity IDENTITY =
      new Identity(
          "u17",
          Optional.of("acme"),
          "client",
          new Channels(List.of("demo.*", "user.$sub"), List.of("demo.*")),
          NOW_MILLIS / 1000 + 3600,
          Optional.of("t-1"),
          "key-1",
          "conn_1",
          "wss://localhost:8443",
          "/ws/app-1/conn_1",
          NOW_MILLIS,
          "AAECAwQFBgc",
          7,
          Optional.empty());

  private Fixtures() {}

  static MasterKeys keys(String... ids) {
    return MasterKeys.parse(
        "test keys",
        Arrays.stream(ids)
            .map(id -> id + " " + Base64Url.encode(Arrays.copyOf(id.getBytes(), 32)))
            .toList());
  }
}
