package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.controlplane.xds.Certificates.Material;
import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.process.HostPort;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and ticket keys that are replaced while the edge runs. */
class RotationTest {
  private static final Duration SOON = Duration.ofSeconds(2);

  @TempDir Path folder;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Queue<Material> served = new ConcurrentLinkedQueue<>();
  private X509Bundle authority;
  private EdgeConfig config;

  @BeforeEach
  void files() throws Exception {
    authority =
        new CertificateBuilder()
            .subject("CN=Test CA")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    X509Bundle first = issue("first");
    replaceInPlace(first);
    Files.write(folder.resolve("tickets.key"), random(80));
    config = configOf(new HostPort("127.0.0.1", 7120), folder);
  }

  private static EdgeConfig configOf(HostPort authFilter, Path place) {
    EdgeConfig plain = Edge.config(authFilter);
    return new EdgeConfig(
        plain.defaultService(),
        plain.domains(),
        plain.authFilters(),
        place.resolve("edge.pem"),
        place.resolve("edge.key"),
        place.resolve("tickets.key"),
        plain.origins(),
        plain.ping(),
        plain.handshakesPerSecond(),
        plain.demo());
  }

  private X509Bundle issue(String name) throws Exception {
    return issue(name, Instant.now().plus(Duration.ofHours(1)));
  }

  private X509Bundle issue(String name, Instant notAfter) throws Exception {
    return new CertificateBuilder()
        .subject("CN=" + name)
        .addSanDnsName("edge.test")
        .notBefore(Instant.now().minus(Duration.ofHours(2)))
        .notAfter(notAfter)
        .ecp256()
        .buildIssuedBy(authority);
  }

  private void replaceInPlace(X509Bundle bundle) throws IOException {
    Files.writeString(folder.resolve("edge.pem"), bundle.getCertificatePathPEM());
    Files.writeString(folder.resolve("edge.key"), bundle.getPrivateKeyPEM());
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  private CertificateWatch watch() {
    return new CertificateWatch(
        new Certificates(config), served::add, InstantSource.system(), meters);
  }

  private void awaitServed(String name) {
    await().atMost(SOON).until(() -> served().equals("CN=" + name));
  }

  private String served() {
    return List.copyOf(served).getLast().leaf().getSubjectX500Principal().getName();
  }

  private double refusals() {
    return meters.get("mooring.certificate.refused").counter().count();
  }

  @Test
  void filesThatAreRenamedIntoPlaceAreServed() throws Exception {
    try (CertificateWatch watch = watch()) {
      watch.start();
      X509Bundle second = issue("second");
      Path chain = folder.resolve("edge.pem.new");
      Path key = folder.resolve("edge.key.new");
      Files.writeString(chain, second.getCertificatePathPEM());
      Files.writeString(key, second.getPrivateKeyPEM());

      Files.move(key, folder.resolve("edge.key"), StandardCopyOption.ATOMIC_MOVE);
      Files.move(chain, folder.resolve("edge.pem"), StandardCopyOption.ATOMIC_MOVE);

      awaitServed("second");
      assertEquals(0, refusals());
    }
  }

  @Test
  void aSecretOfKubernetesIsServedWhenItsLinkIsSwapped() throws Exception {
    Path mounted = Files.createDirectory(folder.resolve("mounted"));
    version(mounted, "..v1", issue("first"));
    Files.createSymbolicLink(mounted.resolve("..data"), Path.of("..v1"));
    for (String name : List.of("edge.pem", "edge.key", "tickets.key")) {
      Files.createSymbolicLink(mounted.resolve(name), Path.of("..data", name));
    }
    config = configOf(new HostPort("127.0.0.1", 7120), mounted);
    try (CertificateWatch watch = watch()) {
      watch.start();

      version(mounted, "..v2", issue("second"));
      Files.createSymbolicLink(mounted.resolve("..data_tmp"), Path.of("..v2"));
      Files.move(
          mounted.resolve("..data_tmp"), mounted.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

      awaitServed("second");
    }
  }

  private void version(Path mounted, String name, X509Bundle bundle) throws IOException {
    Path version = Files.createDirectory(mounted.resolve(name));
    Files.writeString(version.resolve("edge.pem"), bundle.getCertificatePathPEM());
    Files.writeString(version.resolve("edge.key"), bundle.getPrivateKeyPEM());
    Files.copy(folder.resolve("tickets.key"), version.resolve("tickets.key"));
  }

  @Test
  void aPairThatIsReplacedOneFileAfterTheOtherIsNoAlarm() throws Exception {
    try (CertificateWatch watch = watch()) {
      watch.start();
      X509Bundle second = issue("second");

      Files.writeString(folder.resolve("edge.pem"), second.getCertificatePathPEM());
      await().pollDelay(Duration.ofMillis(1_500)).until(() -> served.size() == 1);
      Files.writeString(folder.resolve("edge.key"), second.getPrivateKeyPEM());

      awaitServed("second");
      assertEquals(0, refusals());
    }
  }

  @Test
  void aPairThatStaysWrongIsRefusedOnceAndTheOldOneServedUntilItIsMended() throws Exception {
    try (CertificateWatch watch = watch()) {
      watch.start();
      X509Bundle second = issue("second");

      Files.writeString(folder.resolve("edge.pem"), second.getCertificatePathPEM());
      await().atMost(Duration.ofSeconds(6)).until(() -> refusals() == 1);

      assertEquals("CN=first", served());
      Files.writeString(folder.resolve("edge.key"), second.getPrivateKeyPEM());
      awaitServed("second");
      assertEquals(1, refusals());
    }
  }

  @Test
  void oneThatHasExpiredIsRefused() throws Exception {
    try (CertificateWatch watch = watch()) {
      watch.start();

      replaceInPlace(issue("expired", Instant.now().minus(Duration.ofHours(1))));

      await().atMost(Duration.ofSeconds(6)).until(() -> refusals() == 1);
      assertEquals("CN=first", served());
      double expiry = meters.get("mooring.certificate.expiry").gauge().value();
      assertTrue(expiry > 3_500 && expiry <= 3_600, () -> "expiry " + expiry);
    }
  }

  @Test
  void oneThatHadExpiredBeforeTheStartIsServedForWantOfAnother() throws Exception {
    replaceInPlace(issue("expired", Instant.now().minus(Duration.ofHours(1))));

    try (CertificateWatch watch = watch()) {
      watch.start();

      assertEquals("CN=expired", served());
      assertTrue(meters.get("mooring.certificate.expiry").gauge().value() < 0);
    }
  }

  @Test
  void oneThatAnEnvoyRefusesIsTakenBackForTheOneBefore() throws Exception {
    try (CertificateWatch watch = watch()) {
      watch.start();
      watch.takenBy(List.copyOf(served).getLast());
      replaceInPlace(issue("second", Instant.now().plus(Duration.ofHours(9))));
      awaitServed("second");
      Material second = List.copyOf(served).getLast();

      watch.refusedBy(second, "edge-1", "no such curve");
      watch.refusedBy(second, "edge-2", "no such curve");

      assertEquals("CN=first", served());
      assertEquals(1, refusals());
      assertEquals("the Envoy edge-1 does not take it: no such curve", watch.status().refused());
      double expiry = meters.get("mooring.certificate.expiry").gauge().value();
      assertTrue(expiry <= 3_600, () -> "expiry " + expiry);
      await().during(Duration.ofSeconds(2)).until(() -> served().equals("CN=first"));
      replaceInPlace(issue("third"));
      awaitServed("third");
      assertEquals("", watch.status().refused());
    }
  }

  @Test
  void oneThatAnEnvoyHasTakenStaysWhateverAnotherSays() throws Exception {
    try (CertificateWatch watch = watch()) {
      watch.start();
      Material first = List.copyOf(served).getLast();
      watch.refusedBy(first, "edge-2", "no such curve");
      assertEquals("CN=first", served());
      assertEquals(1, refusals());

      watch.takenBy(first);
      watch.refusedBy(first, "edge-2", "no such curve");

      assertEquals(1, served.size());
      assertEquals("", watch.status().refused());
    }
  }

  @Test
  void anEnvoyServesTheNewChainSoonAndALiveSocketStays() throws Exception {
    try (AuthService auth = AuthService.start();
        Backend backend = Backend.start("app-1");
        Edge edge = Edge.start(folder.resolve("envoy"), configOf(auth.address(), folder))) {
      auth.answering(request -> allow("c", backend.address()));
      edge.show(Edge.server(backend));
      long modified = edge.envoy().stat("listener_manager.listener_modified");
      try (Answer live = connect(edge.tlsPort(), trusting())) {
        replaceInPlace(issue("second"));

        await()
            .atMost(SOON.plusMillis(500))
            .pollInterval(Duration.ofMillis(50))
            .until(() -> subject(edge.tlsPort()).equals("CN=second"));
        assertTrue(live.alive());
        assertEquals(modified, edge.envoy().stat("listener_manager.listener_modified"));
      }
    }
  }

  @Test
  void aTicketOfTheKeyBeforeIsStillTakenAfterANewKeyWasPutInFront() throws Exception {
    try (AuthService auth = AuthService.start();
        Backend backend = Backend.start("app-1");
        Edge edge = Edge.start(folder.resolve("envoy"), configOf(auth.address(), folder))) {
      auth.answering(request -> allow("c", backend.address()));
      edge.show(Edge.server(backend));
      SSLContext client = trusting();
      connect(edge.tlsPort(), client).close();
      assertEquals(0, reused(edge));

      byte[] old = Files.readAllBytes(folder.resolve("tickets.key"));
      byte[] both = new byte[160];
      System.arraycopy(random(80), 0, both, 0, 80);
      System.arraycopy(old, 0, both, 80, 80);
      long updates = ticketKeyUpdates(edge);
      Files.write(folder.resolve("tickets.key"), both);
      await().atMost(SOON.plusSeconds(1)).until(() -> ticketKeyUpdates(edge) > updates);
      connect(edge.tlsPort(), client).close();

      assertEquals(1, reused(edge));
    }
  }

  private static long ticketKeyUpdates(Edge edge) {
    return edge.envoy().stat("listener.wss.server_ssl_socket_factory.ssl_context_update_by_sds");
  }

  private static long reused(Edge edge) {
    return edge.envoy().stat("listener.wss.ssl.session_reused");
  }

  private static Answer connect(int port, SSLContext client) {
    Answer answer = Handshake.to(port, client).send();
    assertEquals(101, answer.status());
    return answer;
  }

  private SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {authority.toTrustManager()}, null);
    return context;
  }

  private String subject(int port) {
    try (SSLSocket socket =
        (SSLSocket) trusting().getSocketFactory().createSocket("127.0.0.1", port)) {
      return socket.getSession().getPeerPrincipal().getName();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }
}
