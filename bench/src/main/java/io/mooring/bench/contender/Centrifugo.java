package io.mooring.bench.contender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.bench.wire.CentrifugeDialect;
import io.mooring.bench.wire.Credential;
import io.mooring.bench.wire.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Centrifugo as it is published, with small buffers for its sockets. */
public final class Centrifugo implements Contender {
  private static final String VERSION = "v6.9.1";
  private static final String SECRET = "bench";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String name() {
    return "Centrifugo " + VERSION;
  }

  @Override
  public boolean warmsUp() {
    return false;
  }

  @Override
  public Dialect dialect() {
    return new CentrifugeDialect();
  }

  @Override
  public void fetch() {
    program();
  }

  private static Path program() {
    return GoPrograms.install("github.com/centrifugal/centrifugo/v6", VERSION, "centrifugo");
  }

  @Override
  public Running start(Task task, Path folder) {
    return Servers.start(
        task,
        folder,
        (number, port) -> {
          Path file = folder.resolve("centrifugo-" + number + ".json");
          write(file, configuration(task, port));
          return new Servers.Launch(
              "centrifugo",
              List.of(program().toString(), "--config", file.toString()),
              () -> Children.listens(port));
        },
        new Manner(task));
  }

  private static void write(Path file, String configuration) {
    try {
      Files.writeString(file, configuration);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot write " + file, refused);
    }
  }

  private static String configuration(Task task, int port) {
    ObjectNode all = JSON.createObjectNode();
    all.putObject("log").put("level", "error");
    all.putObject("http_server").put("address", "127.0.0.1").put("port", Integer.toString(port));
    ObjectNode client = all.putObject("client");
    client.putObject("token").put("hmac_secret_key", SECRET);
    client.putArray("allowed_origins").add("*");
    all.putObject("websocket").put("read_buffer_size", 512).put("use_write_buffer_pool", true);
    // Only for the collection of its garbage.
    all.putObject("debug").put("enabled", true);
    ObjectNode channels = all.putObject("channel").putObject("without_namespace");
    channels.put("allow_subscribe_for_client", true).put("allow_publish_for_client", true);
    if (task.history()) {
      channels
          .put("history_size", Task.HISTORY_SIZE)
          .put("history_ttl", "300s")
          .put("force_positioning", true)
          .put("force_recovery", true);
    }
    if (task.presence()) {
      channels.put("presence", true).put("join_leave", true);
    }
    task.redis()
        .ifPresent(
            address ->
                all.putObject("engine")
                    .put("type", "redis")
                    .putObject("redis")
                    .put("address", "redis://" + address));
    return all.toString();
  }

  private record Manner(Task task) implements Servers.Manner {
    @Override
    public List<String> shown(List<String> commands, List<Integer> ports) {
      List<String> shown = new ArrayList<>(commands);
      shown.add("with " + configuration(task, ports.getFirst()));
      return shown;
    }

    @Override
    public Credential credential(String user) {
      return new Credential("", token(user));
    }

    /** Its profile of the heap begins with a collection. */
    @Override
    public void collectGarbage(Children children, List<Integer> ports) {
      for (int port : ports) {
        URI uri = URI.create("http://127.0.0.1:" + port + "/debug/pprof/heap?gc=1");
        try (InputStream profile = uri.toURL().openStream()) {
          profile.readAllBytes();
        } catch (IOException refused) {
          throw new UncheckedIOException("cannot have Centrifugo collect its garbage", refused);
        }
      }
    }
  }

  /** A JWT that does not expire, so that the server keeps no timer for it. */
  private static String token(String user) {
    String signed =
        encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(US_ASCII))
            + "."
            + encoded(("{\"sub\":\"" + user + "\"}").getBytes(UTF_8));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(US_ASCII), "HmacSHA256"));
      return signed + "." + encoded(mac.doFinal(signed.getBytes(US_ASCII)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
