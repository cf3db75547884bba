package io.mooring.server;

import io.mooring.process.ByteSize;
import io.mooring.process.ConfigurationOf;
import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.server.access.Namespace;
import io.mooring.server.protocol.Terms;
import io.mooring.server.registration.Order;
import io.mooring.token.Ids;
import io.netty.util.NetUtil;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The configuration of an app server; {@code deploy/config/ws-app-server.yaml} describes each key.
 */
@ConfigurationOf("ws-app-server")
record ServerConfig(
    String name,
    String service,
    String release,
    int weight,
    int loops,
    BrokerKind broker,
    Redis redis,
    Listener websocket,
    Listener http,
    Advertise advertise,
    Registry registry,
    Token token,
    Path keys,
    Path apiKeys,
    Duration ping,
    Duration pong,
    Duration resume,
    boolean userPresence,
    Duration headTimeout,
    Duration handshakeDeadline,
    Drain drain,
    Limits limits,
    Map<String, Namespace> namespaces) {
  private static final int MOST_WEIGHT = 64;

  /** What the registry takes; it would refuse any other only once the server is up. */
  private static final Pattern SERVICE = Pattern.compile("[a-z0-9-]{1,63}");

  private static final Pattern RELEASE = Pattern.compile("[A-Za-z0-9._:+@/-]{0,128}");

  /** What may stand before the first dot of a channel's name. */
  private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_:~-]{1,64}");

  /**
   * @throws IllegalArgumentException naming the key, the value and what was expected
   */
  ServerConfig {
    Ids.require("name", name);
    expectMatch(SERVICE, "service", service);
    expectMatch(RELEASE, "release", release);
    expect(weight >= 1 && weight <= MOST_WEIGHT, "weight", weight, "1 to " + MOST_WEIGHT);
    expect(loops >= 0, "loops", loops, "0 or more");
    expect(headTimeout.isPositive(), "head-timeout", headTimeout, "more than 0");
    expect(ping.isPositive(), "ping", ping, "more than 0");
    expect(
        pong.isPositive() && pong.compareTo(ping) <= 0, "pong", pong, "more than 0, at most ping");
    namespaces.keySet().forEach(key -> expectMatch(NAMESPACE, "namespaces", key));
  }

  enum BrokerKind {
    REDIS,
    MEMORY
  }

  record Redis(URI url) {}

  record Listener(HostPort address) {}

  record Advertise(String address, String apiAddress) {
    /** The machine's own address, with the port that is listened on. */
    static final String AUTO = "auto";

    Advertise {
      expectLiteral("address", address);
      expectLiteral("api-address", apiAddress);
    }

    private static void expectLiteral(String key, String text) {
      expect(
          text.isEmpty() || text.equals(AUTO) || isLiteral(text),
          key,
          '"' + text + '"',
          "ip:port with a literal IP address, for example 10.0.0.7:7200, or auto");
    }

    private static boolean isLiteral(String text) {
      try {
        HostPort parsed = HostPort.parse(text);
        return parsed.port() > 0
            && (NetUtil.isValidIpV4Address(parsed.host())
                || NetUtil.isValidIpV6Address(parsed.host()));
      } catch (IllegalArgumentException noAddress) {
        return false;
      }
    }
  }

  record Registry(List<HostPort> addresses, Secret token) {
    Registry {
      expect(!addresses.isEmpty(), "addresses", addresses, "at least one");
    }
  }

  /** By what the new tokens of open sockets are verified. */
  record Token(String issuer, String audience, Path jwks) {}

  /** The drain that the server asks for when it is told to stop. */
  record Drain(int rate, Duration deadline) {
    private static final int MOST_RATE = 100_000;
    private static final Duration LEAST = Duration.ofSeconds(15);
    private static final Duration MOST = Duration.ofDays(1);

    Drain {
      expect(rate >= 0 && rate <= MOST_RATE, "rate", rate, "0 to " + MOST_RATE);
      expect(
          deadline.compareTo(LEAST) >= 0 && deadline.compareTo(MOST) <= 0,
          "deadline",
          deadline,
          "15s to 1d");
    }

    Order order() {
      return new Order("", rate, deadline);
    }
  }

  record Limits(
      int connections,
      ByteSize frame,
      ByteSize message,
      int subscriptions,
      int messages,
      ByteSize queue,
      Duration firstMessage,
      Duration replayStall) {
    private static final long MOST_BYTES = 64L << 20;

    Limits {
      expect(connections > 0, "connections", connections, "more than 0");
      expectBytes("frame", frame);
      expectBytes("message", message);
      expectBytes("queue", queue);
      expect(subscriptions > 0, "subscriptions", subscriptions, "more than 0");
      expect(messages > 0, "messages", messages, "more than 0");
      expect(firstMessage.isPositive(), "first-message", firstMessage, "more than 0");
      expect(replayStall.isPositive(), "replay-stall", replayStall, "more than 0");
    }

    private static void expectBytes(String key, ByteSize value) {
      expect(value.bytes() > 0 && value.bytes() <= MOST_BYTES, key, value, "1B to 64MiB");
    }
  }

  /** What clients are told of all this. */
  Terms terms() {
    return new Terms(
        ping.toMillis(),
        pong.toMillis(),
        resume.toMillis(),
        (int) limits.frame.bytes(),
        (int) limits.message.bytes(),
        limits.subscriptions,
        limits.messages,
        (int) limits.queue.bytes(),
        limits.firstMessage.toMillis());
  }

  private static void expectMatch(Pattern grammar, String key, String text) {
    expect(grammar.matcher(text).matches(), key, '"' + text + '"', grammar.pattern());
  }

  private static void expect(boolean holds, String key, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s %s: expected %s".formatted(key, value, expected));
    }
  }
}
