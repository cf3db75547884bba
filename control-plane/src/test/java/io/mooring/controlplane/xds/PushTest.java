package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.process.HostPort;
import io.mooring.programs.EnvoyProcess;
import io.mooring.registry.RegistryView;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to live sockets, and to Envoy, when the control plane says something or dies. */
class PushTest {
  private static final AuthService auth = AuthService.start();
  private static final Backend one = Backend.start("app-1");
  private static final Backend two = Backend.start("app-2");
  private static Path folder;
  private static X509Bundle authority;
  private static EdgeConfig config;
  private static Edge edge;

  private Answer live;

  @BeforeAll
  static void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    authority =
        new CertificateBuilder()
            .subject("CN=Test CA")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    byte[] ticketKey = new byte[80];
    new SecureRandom().nextBytes(ticketKey);
    Files.write(folder.resolve("ticket.key"), ticketKey);
    issueCertificate("first");
    EdgeConfig plain = Edge.config(auth.address());
    config =
        new EdgeConfig(
            plain.defaultService(),
            plain.domains(),
            plain.authFilters(),
            folder.resolve("edge.pem"),
            folder.resolve("edge.key"),
            folder.resolve("ticket.key"),
            plain.origins(),
            plain.ping(),
            plain.handshakesPerSecond(),
            plain.demo());
    edge = Edge.start(folder.resolve("envoy"), config);
    auth.answering(request -> allow("c", one.address(), two.address()));
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    one.close();
    two.close();
  }

  private static void issueCertificate(String name) throws Exception {
    X509Bundle leaf =
        new CertificateBuilder()
            .subject("CN=" + name)
            .addSanDnsName("edge.test")
            .ecp256()
            .buildIssuedBy(authority);
    Files.writeString(folder.resolve("edge.pem"), leaf.getCertificatePathPEM());
    Files.writeString(folder.resolve("edge.key"), leaf.getPrivateKeyPEM());
  }

  @BeforeEach
  void aLiveSocket() throws Exception {
    edge.show(Edge.server(one), Edge.server(two));
    live = secured();
    assertEquals(101, live.status());
    assertEquals("app-1", live.backend());
  }

  @AfterEach
  void closeIt() {
    live.close();
  }

  private static Answer secured() throws Exception {
    return Handshake.to(edge.tlsPort(), trusting()).send();
  }

  private static SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {authority.toTrustManager()}, null);
    return context;
  }

  private static String certificateOf(Answer answer) throws Exception {
    return ((SSLSocket) answer.socket()).getSession().getPeerPrincipal().getName();
  }

  private static Optional<EnvoyStatus.TypeStatus> row(ResourceType type) {
    return edge.xds().fleet().stream()
        .flatMap(envoy -> envoy.types().stream())
        .filter(row -> row.type() == type)
        .findFirst();
  }

  private static String acked(ResourceType type) {
    return row(type).orElseThrow().acked();
  }

  private static void awaitConnected(boolean connected) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> (edge.envoy().stat("control_plane.connected_state") == 1) == connected);
  }

  private static void restartControlPlane(EdgeConfig configuration) {
    edge.stopControlPlane();
    awaitConnected(false);
    edge.startControlPlane(configuration);
  }

  private static EdgeConfig with(List<HostPort> authFilters, Duration ping) {
    return new EdgeConfig(
        config.defaultService(),
        config.domains(),
        authFilters,
        config.certificate(),
        config.privateKey(),
        config.ticketKeys(),
        config.origins(),
        ping,
        config.handshakesPerSecond(),
        config.demo());
  }

  @Test
  void theTlsPortSpeaksTls12And13() throws Exception {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      try (SSLSocket socket = tlsSocket(edge.tlsPort())) {
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();

        assertEquals(version, socket.getSession().getProtocol());
      }
    }
  }

  @Test
  void theTlsPortSpeaksHttp11Only() throws Exception {
    try (SSLSocket socket = tlsSocket(edge.tlsPort())) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();

      assertEquals("http/1.1", socket.getApplicationProtocol());
    }
  }

  private static SSLSocket tlsSocket(int port) throws Exception {
    return (SSLSocket) trusting().getSocketFactory().createSocket("127.0.0.1", port);
  }

  @Test
  void aTlsSessionMadeWithOneEnvoyIsResumedByAnother() throws Exception {
    SSLContext client = trusting();
    try (EnvoyProcess another = edge.startAnotherEnvoy(folder.resolve("another"), "edge-2");
        Relay address = Relay.to(new HostPort("127.0.0.1", edge.tlsPort()))) {
      int port = address.address().port();
      Handshake.to(port, client).send().close();

      address.redirect(new HostPort("127.0.0.1", another.port("wss").orElseThrow()));
      try (Answer answer = Handshake.to(port, client).send()) {
        assertEquals(101, answer.status());
      }

      assertEquals(1, another.stat("listener.wss.ssl.session_reused"));
    }
  }

  @Test
  void aLiveSocketOutlivesTheRemovalOfItsServerFromTheEndpoints() throws Exception {
    edge.show(Edge.server(two));

    assertTrue(live.alive());
    try (Answer next = secured()) {
      assertEquals("app-2", next.backend());
    }
  }

  @Test
  void aLiveSocketOutlivesANewCertificateAndNewOnesGetIt() throws Exception {
    String before = certificateOf(live);
    issueCertificate("second");

    await()
        .atMost(Duration.ofSeconds(5))
        .until(
            () -> {
              try (Answer next = secured()) {
                return certificateOf(next).equals("CN=second") && !before.equals("CN=second");
              }
            });
    assertTrue(live.alive());
  }

  @Test
  void aLiveSocketOutlivesARouteChange() {
    String before = acked(ResourceType.RDS);

    restartControlPlane(with(config.authFilters(), Duration.ofSeconds(11)));
    edge.show(Edge.server(one), Edge.server(two));

    assertNotEquals(before, acked(ResourceType.RDS));
    assertTrue(live.alive());
    restartControlPlane(config);
  }

  @Test
  void aLiveSocketOutlivesAClusterChangeAndTheNewClusterHasItsEndpoints() throws Exception {
    try (AuthService another = AuthService.start()) {
      another.answering(request -> allow("c", two.address()));

      restartControlPlane(with(List.of(another.address()), config.ping()));
      edge.show(Edge.server(one), Edge.server(two));

      assertTrue(live.alive());
      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () -> {
                try (Answer next = secured()) {
                  return next.backend().equals("app-2");
                }
              });
    }
    restartControlPlane(config);
  }

  @Test
  void aListenerIsNotTakenAwayBehindItsLiveSockets() throws Exception {
    restartControlPlane(Edge.config(auth.address()));
    edge.xds().update(Edge.view(1, Edge.server(one), Edge.server(two)));

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> row(ResourceType.LDS).filter(row -> !row.heldBack().isEmpty()).isPresent());
    assertTrue(live.alive());
    try (Answer next = secured()) {
      assertEquals("app-1", next.backend());
    }
    restartControlPlane(config);
  }

  @Test
  void aRestartedControlPlaneWithTheSameStateSendsNothing() {
    long before = Edge.updates(edge.envoy());

    restartControlPlane(config);
    edge.show(Edge.server(one), Edge.server(two));

    assertEquals(before, Edge.updates(edge.envoy()));
    assertTrue(live.alive());
  }

  @Test
  void aControlPlaneThatKnowsNoServersYetTakesNoneAway() throws Exception {
    restartControlPlane(config);
    edge.xds().update(RegistryView.EMPTY);
    awaitConnected(true);
    await().until(() -> !edge.xds().fleet().isEmpty());

    try (Answer next = secured()) {
      assertEquals("app-1", next.backend());
    }
    assertTrue(live.alive());
    assertFalse(edge.xds().fleet().getFirst().inSync());
  }

  @Test
  void withoutAControlPlaneNewConnectionsGoOn() throws Exception {
    edge.stopControlPlane();
    awaitConnected(false);

    try (Answer next = secured()) {
      assertEquals("app-1", next.backend());
    }
    assertTrue(live.alive());
    edge.startControlPlane(config);
  }

  @Test
  void aViewThatChangesNoEndpointSendsNothingAndNobodyLags() {
    long before = Edge.updates(edge.envoy());

    edge.show(Edge.server(one), Edge.server(two));

    assertEquals(before, Edge.updates(edge.envoy()));
    assertTrue(Edge.laggards(edge.xds(), Long.MAX_VALUE).contains(Edge.ID));
  }

  @Test
  void theListenersStayAsTheyAreWhateverTheRegistrySays() {
    String before = acked(ResourceType.LDS);
    long drained = edge.envoy().stat("listener_manager.total_listeners_draining");
    long modified = edge.envoy().stat("listener_manager.listener_modified");

    edge.show(Edge.server(one));
    edge.xds().update(new RegistryView("another life", 1_000, new TreeMap<>()));
    edge.show(Edge.server(two));

    assertEquals(before, acked(ResourceType.LDS));
    assertEquals(drained, edge.envoy().stat("listener_manager.total_listeners_draining"));
    assertEquals(modified, edge.envoy().stat("listener_manager.listener_modified"));
    assertTrue(live.alive());
  }
}
