package io.mooring.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import io.mooring.cli.control.Request.Verb;
import io.mooring.cli.keys.Trust;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.cli.state.StateFolder;
import io.mooring.e2e.crowd.Entrance;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;

/** The whole tier as {@code mooring up} starts it, on free ports, in a state folder of its own. */
final class Tier implements AutoCloseable {
  /** So that a client that reads nothing for a while is not taken for gone. */
  static final String SELDOM_PINGS = "ping: 2m\npong: 2m\n";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process launcher;
  private final Path state;
  private final Ports ports;
  private final JsonNode addresses;
  private final SslContext tls;

  private Tier(Process launcher, Path state, Ports ports, JsonNode addresses) throws IOException {
    this.launcher = launcher;
    this.state = state;
    this.ports = ports;
    this.addresses = addresses;
    this.tls =
        SslContextBuilder.forClient()
            // What a handshake costs the clients must not hide what it costs the tier.
            .sslProvider(SslProvider.OPENSSL)
            .trustManager(new File(addresses.path("ca").asText()))
            .build();
  }

  /** Starts a tier and returns once it is ready; {@code options} are those of {@code up}. */
  static Tier up(Path state, String... options) throws IOException {
    return Ports.take(ports -> up(state, ports, options));
  }

  private static Tier up(Path state, Ports ports, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("up", "-o", "json"));
    arguments.addAll(List.of("--port-base", String.valueOf(ports.base())));
    arguments.addAll(List.of("--state-dir", state.toString()));
    arguments.addAll(List.of(options));
    Path errors = Files.createDirectories(state).resolve("up.err");
    Process launcher = Command.start(arguments, errors);
    BufferedReader output =
        new BufferedReader(
            new InputStreamReader(launcher.getInputStream(), StandardCharsets.UTF_8));
    String ready = output.readLine();
    if (ready == null) {
      throw new AssertionError(
          "mooring up ended with %d, its output is in %s"
              .formatted(launcher.onExit().join().exitValue(), errors));
    }
    return new Tier(launcher, state, ports, JSON.readTree(ready));
  }

  /** Runs another {@code mooring} command against this tier and returns what it printed. */
  String mooring(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--state-dir", state.toString()));
    return Command.run(all);
  }

  String token(String... options) {
    List<String> arguments = new ArrayList<>(List.of("token", "new"));
    arguments.addAll(List.of(options));
    try {
      return mooring(arguments.toArray(String[]::new));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  /** A first connect, without a pin, over TLS. */
  CompletableFuture<Socket> connect(String token) {
    return open(edge(), token);
  }

  CompletableFuture<Socket> open(URI uri, String token) {
    return Socket.open(uri, token, uri.getScheme().equals("wss") ? tls : null);
  }

  URI edge() {
    return URI.create(addresses.path("edge").asText());
  }

  URI edgePlain() {
    return URI.create(addresses.path("edgePlain").asText());
  }

  /** The port of a server's sockets. */
  int port(String server) {
    return ports.base() + 200 + instance(server) - 1;
  }

  private static int instance(String name) {
    return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
  }

  /** The HTTP port of a server's process: health, readiness, metrics. */
  URI http(String server) {
    return URI.create("http://127.0.0.1:" + (ports.base() + 300 + instance(server) - 1));
  }

  /** The HTTP port of an auth-filter. */
  URI filter(String name) {
    return URI.create("http://127.0.0.1:" + (ports.base() + 130 + instance(name) - 1));
  }

  /** Up to which revision of the registry an auth-filter has heard. */
  double revision(String filter) throws IOException, InterruptedException {
    return metric(filter(filter), "mooring_registry_revision");
  }

  /** What an Envoy writes of handshakes. */
  EdgeLog edgeLog(String envoy) {
    return new EdgeLog(state.resolve("log/" + envoy + ".log"));
  }

  /** How a crowd gets in: by every Envoy, over TLS. */
  Entrance entrance() {
    List<URI> edges = new ArrayList<>();
    addresses.path("envoys").forEach(envoy -> edges.add(URI.create(envoy.path("edge").asText())));
    return new Entrance(edges, token("--ttl", "2h"), tls);
  }

  /** kill -9; returns when the process is gone. */
  void kill(String name) {
    ask(Verb.KILL, name);
  }

  /** SIGTERM. */
  void term(String name) {
    ask(Verb.TERM, name);
  }

  /** SIGSTOP. */
  void freeze(String name) {
    ask(Verb.FREEZE, name);
  }

  /** SIGCONT. */
  void resume(String name) {
    ask(Verb.RESUME, name);
  }

  /** Starts a process that has ended; returns when it is ready. */
  void start(String name) {
    ask(Verb.START, name);
  }

  /** The process of that name, as the supervisor sees it: {@code pid}, {@code state}. */
  JsonNode process(String name) {
    for (JsonNode process : ask(Verb.STATUS, "").path("processes")) {
      if (process.path("name").asText().equals(name)) {
        return process;
      }
    }
    throw new IllegalArgumentException("no process is named " + name);
  }

  /** What {@code mooring dev} asks, without the start of another JVM. */
  private JsonNode ask(Verb verb, String name) {
    try (ControlClient supervisor = ControlClient.connect(new StateFolder(state)).orElseThrow()) {
      return supervisor.ask(new Request(verb, name));
    }
  }

  /** Returns once so many servers are ACTIVE, and every Envoy has as many hosts. */
  void awaitServers(int count) {
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(AdminException.class)
        .until(
            () ->
                admin().servers().stream().filter(server -> server.active()).count() == count
                    && envoys().stream().allMatch(envoy -> envoy(envoy).hosts().size() == count));
  }

  /** The admin API of whichever control plane answers. */
  AdminApi admin() {
    return new AdminApi(controls().stream().map(this::control).toList(), Optional.empty());
  }

  /** The admin API of one control plane. */
  AdminApi admin(String control) {
    return new AdminApi(List.of(control(control)), Optional.empty());
  }

  /** The name of the control plane that leads. */
  String leader() {
    return admin().leader().path("holder").asText();
  }

  EnvoyAdmin envoy(String name) {
    for (JsonNode envoy : addresses.path("envoys")) {
      if (envoy.path("id").asText().equals(name)) {
        return new EnvoyAdmin(URI.create(envoy.path("admin").asText()));
      }
    }
    throw new IllegalArgumentException("no Envoy is named " + name);
  }

  /** The names of the Envoys. */
  List<String> envoys() {
    List<String> names = new ArrayList<>();
    addresses.path("envoys").forEach(envoy -> names.add(envoy.path("id").asText()));
    return names;
  }

  /**
   * Adds to the configuration of the servers, and starts them anew.
   *
   * @param yaml whole lines
   */
  void configure(String yaml) throws IOException {
    List<String> servers = admin().servers().stream().map(server -> server.id()).toList();
    for (String server : servers) {
      Path file = state.resolve("conf/" + server + ".yaml");
      Files.writeString(file, yaml, StandardOpenOption.APPEND);
      kill(server);
      start(server);
    }
    awaitServers(servers.size());
  }

  /** Lets servers of another service register, and starts the control planes anew with that. */
  void allowService(String name, String token) throws IOException {
    for (String control : controls()) {
      Path file = state.resolve("conf/" + control + ".yaml");
      String services = "services:\n";
      Files.writeString(
          file,
          Files.readString(file)
              .replace(
                  services,
                  services
                      + """
                        %s:
                          registration-token: "%s"
                          networks: [127.0.0.0/8]
                          ports: 1024-65535
                      """
                          .formatted(name, token)));
      kill(control);
      start(control);
    }
  }

  /** Lets pages of that origin open sockets, and starts the auth-filters anew with that. */
  void allowOrigin(String origin) throws IOException {
    for (JsonNode process : addresses.path("processes")) {
      String name = process.path("name").asText();
      if (name.startsWith("auth-")) {
        Path file = state.resolve("conf/" + name + ".yaml");
        String origins = "origins: [";
        Files.writeString(
            file, Files.readString(file).replace(origins, "%s\"%s\", ".formatted(origins, origin)));
        kill(name);
        start(name);
      }
    }
  }

  /** Trusts the edge's certificate, for clients that are not Netty's. */
  SSLContext trust() {
    return Trust.in(Path.of(addresses.path("ca").asText()));
  }

  /** The sum of a metric's samples at a process's HTTP port; 0 when there are none. */
  double metric(URI http, String name) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(http.resolve("/metrics")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }

  /** What servers of the default service show to register. */
  String registrationToken() {
    try {
      return Files.readString(state.resolve("keys/registration.token")).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The port at which the tier looks for its Redis. */
  int redisPort() {
    return ports.base() + 379;
  }

  RedisConnection redis() throws IOException {
    return RedisConnection.open(addresses.path("redis").asText());
  }

  /** The HTTP port of a control plane: health, metrics, the admin API. */
  URI control(String name) {
    for (JsonNode control : addresses.path("controlPlanes")) {
      if (control.path("id").asText().equals(name)) {
        return URI.create(control.path("http").asText());
      }
    }
    throw new IllegalArgumentException("no control plane is named " + name);
  }

  /** The names of the control planes. */
  List<String> controls() {
    List<String> names = new ArrayList<>();
    addresses.path("controlPlanes").forEach(control -> names.add(control.path("id").asText()));
    return names;
  }

  JsonNode addresses() {
    return addresses;
  }

  Path state() {
    return state;
  }

  /** Every port that the tier may hold. */
  List<Integer> ports() {
    return ports.all();
  }

  Process launcher() {
    return launcher;
  }

  /** The pids of every process of the tier, the launcher's own not among them. */
  List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    addresses.path("processes").forEach(process -> pids.add(process.path("pid").asLong()));
    return pids;
  }

  @Override
  public void close() {
    launcher.destroy();
    launcher.onExit().join();
  }
}
