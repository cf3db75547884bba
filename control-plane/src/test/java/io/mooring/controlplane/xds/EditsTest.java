package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.registry.Address;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hundreds of changes, in any order, do to live sockets: nothing. */
class EditsTest {
  private static final int EDITS = 200;
  private static final int ROTATIONS = 100;
  private static final int SOCKETS = 300;

  @TempDir Path folder;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Map<String, Server> servers = new TreeMap<>();

  @Test
  void anyEditsOfTheRegistryAndOfTheCertificateDropNoSocketAndTouchNoListener() throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .subject("CN=Test CA")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    try (AuthService auth = AuthService.start();
        Backend one = Backend.start("app-1");
        Backend two = Backend.start("app-2");
        Edge edge = Edge.start(folder, config(auth, issue(authority, "edge")))) {
      auth.answering(request -> allow("c", one.address(), two.address()));
      servers.put("app-1", Edge.server(one));
      servers.put("app-2", Edge.server(two));
      show(edge);
      List<Answer> live = connect(edge, authority);
      String listeners = listeners(edge);

      for (int i = 0; i < EDITS; i++) {
        edit();
        show(edge);
        if (i % (EDITS / ROTATIONS) == 0) {
          Certificates rotated = new Certificates(config(auth, issue(authority, "rotated-" + i)));
          edge.xds().serve(rotated.check(rotated.read()));
          edge.awaitInSync();
        }
      }

      assertEquals(
          SOCKETS, live.stream().filter(Answer::alive).count(), () -> "with the seed " + seed);
      assertEquals(listeners, listeners(edge), () -> "with the seed " + seed);
      assertEquals(0, edge.envoy().stat("cluster.mooring-ws.update_empty"));
      assertEquals("", changed(edge, "update_rejected"), () -> "with the seed " + seed);
      assertTrue(edge.envoy().stat("cluster.mooring-ws.update_success") > EDITS / 4);
      live.forEach(Answer::close);
    }
  }

  private static List<Answer> connect(Edge edge, X509Bundle authority) throws Exception {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, new TrustManager[] {authority.toTrustManager()}, null);
    List<Answer> live = new ArrayList<>();
    for (int i = 0; i < SOCKETS / 2; i++) {
      live.add(Handshake.to(edge.port()).send());
      live.add(Handshake.to(edge.tlsPort(), tls).send());
    }
    return live;
  }

  private Path issue(X509Bundle authority, String name) throws Exception {
    X509Bundle leaf =
        new CertificateBuilder()
            .subject("CN=" + name)
            .addSanDnsName("edge.test")
            .ecp256()
            .buildIssuedBy(authority);
    Path place = Files.createDirectories(folder.resolve(name));
    Files.writeString(place.resolve("edge.pem"), leaf.getCertificatePathPEM());
    Files.writeString(place.resolve("edge.key"), leaf.getPrivateKeyPEM());
    return place;
  }

  private static EdgeConfig config(AuthService auth, Path place) {
    EdgeConfig plain = Edge.config(auth.address());
    return new EdgeConfig(
        plain.defaultService(),
        plain.domains(),
        plain.authFilters(),
        place.resolve("edge.pem"),
        place.resolve("edge.key"),
        Path.of(""),
        plain.origins(),
        plain.ping(),
        plain.handshakesPerSecond(),
        plain.demo());
  }

  private void show(Edge edge) {
    edge.show(servers.values().toArray(Server[]::new));
  }

  /** A server comes, goes, or changes in anything that a server can change in. */
  private void edit() {
    String id = "app-" + (1 + random.nextInt(12));
    Server before = servers.get(id);
    if (before != null && random.nextInt(4) == 0) {
      servers.remove(id);
      return;
    }
    Address address =
        before == null
            ? new Address("127.0.0.1", 20_000 + random.nextInt(10_000))
            : before.address();
    servers.put(
        id,
        new Server(
            id,
            random.nextInt(5) == 0 ? "echo" : "app",
            "uid",
            1 + random.nextInt(3),
            List.of(ServerState.WARMING, ServerState.ACTIVE, ServerState.DRAINING)
                .get(random.nextInt(3)),
            random.nextBoolean(),
            address,
            random.nextBoolean() ? Optional.of(address) : Optional.empty(),
            1 + random.nextInt(16),
            "r" + random.nextInt(3),
            Set.of()));
  }

  private static String listeners(Edge edge) {
    return changed(edge, "^listener_manager\\.(listener_|total_|lds\\.(update_success|version$))");
  }

  /** The counters whose names match and that are not 0, a line each. */
  private static String changed(Edge edge, String regex) {
    return edge.envoy()
        .admin("/stats?usedonly")
        .lines()
        .filter(line -> Pattern.compile(regex).matcher(line).find() && !line.endsWith(": 0"))
        .collect(Collectors.joining("\n"));
  }
}
