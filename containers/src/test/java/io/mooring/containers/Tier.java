package io.mooring.containers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.TokenIssuer;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;

/** The tier of {@code deploy/compose}, from images of this working tree, and its clients. */
final class Tier implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTROL = "control-1";
  private static final int ADMIN_PORT = 7070;
  private static final int WSS_PORT = 8443;

  /** A client that keeps trying is in by then, whatever befell its server. */
  private static final Duration BACK = Duration.ofSeconds(30);

  private static final Duration ATTEMPT = Duration.ofSeconds(10);

  private final Containers containers;
  private final TokenIssuer issuer;
  private final SSLContext trust;
  private final HttpClient http;
  private final Path state;
  private final List<Client> clients = new ArrayList<>();

  private Tier(Containers containers, Path state) throws IOException, GeneralSecurityException {
    this.containers = containers;
    this.state = state;
    Path keys = state.resolve("keys");
    this.issuer = TokenIssuer.read(keys.resolve("issuer.jwk"), InstantSource.system());
    this.trust = trusting(keys.resolve("ca.pem"));
    this.http = HttpClient.newBuilder().connectTimeout(ATTEMPT).sslContext(trust).build();
  }

  /** Builds the images, makes keys, and starts every container of the compose file. */
  static Tier start() throws Exception {
    Images.build();
    Path state = Images.ROOT.resolve("containers/target/tier");
    handOutKeys(state);
    Containers containers =
        new Containers(
            Compose.read(
                Images.ROOT.resolve("deploy/compose"),
                Map.of(
                    "MOORING_TAG",
                    Images.TAG,
                    "MOORING_SECRETS",
                    state.resolve("secrets").toString(),
                    "MOORING_NET",
                    "10.213." + ThreadLocalRandom.current().nextInt(8, 250))));
    try {
      containers.start();
      return new Tier(containers, state);
    } catch (RuntimeException | IOException | GeneralSecurityException failed) {
      containers.close();
      throw failed;
    }
  }

  private static void handOutKeys(Path state) throws IOException, InterruptedException {
    Images.run("deploy/compose/keys", state.toString());
  }

  /** Has a new certificate of the same CA made, and handed out as it is while the tier is up. */
  void renewCertificate() throws IOException, InterruptedException {
    Files.delete(state.resolve("keys/edge.pem"));
    handOutKeys(state);
  }

  /** The certificate that an edge serves to who connects now. */
  X509Certificate served(String edge) throws IOException, GeneralSecurityException {
    URI at = URI.create("wss://" + containers.published(edge, WSS_PORT));
    try (SSLSocket socket =
        (SSLSocket) trust.getSocketFactory().createSocket(at.getHost(), at.getPort())) {
      socket.setSoTimeout((int) ATTEMPT.toMillis());
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  Containers containers() {
    return containers;
  }

  /** A first connect through an edge. */
  Client connect(String edge) {
    return open(URI.create("wss://" + containers.published(edge, WSS_PORT) + "/ws"));
  }

  /** First connects through both edges. */
  List<Client> connect(int count) {
    List<Client> connected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      connected.add(connect("edge-" + (1 + i % 2)));
    }
    return connected;
  }

  /** Goes to the pinned URL of a client, as that client would when its socket has ended. */
  Client comeBack(Client client) {
    return open(client.pinned());
  }

  private Client open(URI uri) {
    return Awaitility.await("a socket at " + uri)
        .atMost(BACK)
        .ignoreExceptionsMatching(failure -> failure instanceof CompletionException)
        .until(
            () -> {
              Client client =
                  Client.open(http, uri, token("client"))
                      .orTimeout(ATTEMPT.toSeconds(), TimeUnit.SECONDS)
                      .join();
              clients.add(client);
              return client;
            },
            client -> true);
  }

  void closeClients() {
    clients.forEach(Client::close);
    clients.clear();
  }

  /** The servers that take connections, as a control plane knows them. */
  Set<String> active() throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://%s/admin/v1/servers"
                            .formatted(containers.published(CONTROL, ADMIN_PORT))))
                .header("Authorization", "Bearer " + token("view"))
                .timeout(ATTEMPT)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(CONTROL + " answered " + answer.statusCode());
    }
    Set<String> active = new TreeSet<>();
    for (JsonNode server : JSON.readTree(answer.body()).path("servers")) {
      if (server.path("state").asText().equals("ACTIVE")) {
        active.add(server.path("id").asText());
      }
    }
    return active;
  }

  private String token(String role) {
    return issuer.issue(
        new Grant("containers", Optional.empty(), role, Channels.NONE, Duration.ofHours(1)));
  }

  private static SSLContext trusting(Path ca) throws GeneralSecurityException {
    try (InputStream pem = new FileInputStream(ca.toFile())) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + ca, unreadable);
    }
  }

  @Override
  public void close() {
    closeClients();
    containers.close();
    http.shutdownNow();
  }
}
