package io.mooring.registry;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisTest {
  /** A network in front of a Valkey, of which single connections can go silent for good. */
  private static final class Network implements AutoCloseable {
    private final ServerSocket port;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> silent = ConcurrentHashMap.newKeySet();

    Network(int target) throws IOException {
      this.target = target;
      port = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::accept);
    }

    String url() {
      return "redis://127.0.0.1:" + port.getLocalPort();
    }

    /** What is sent on the connections that are open now never arrives. */
    void silence() {
      silent.addAll(sockets);
    }

    private void accept() {
      try {
        while (!port.isClosed()) {
          Socket client = port.accept();
          Socket server = new Socket("127.0.0.1", target);
          sockets.add(client);
          sockets.add(server);
          Thread.ofVirtual().start(() -> pump(client, server));
          Thread.ofVirtual().start(() -> pump(server, client));
        }
      } catch (IOException closed) {
        sockets.forEach(Network::cut);
      }
    }

    private void pump(Socket from, Socket to) {
      byte[] bytes = new byte[8_192];
      try {
        for (int read = 0; read >= 0; read = from.getInputStream().read(bytes)) {
          if (!silent.contains(from)) {
            to.getOutputStream().write(bytes, 0, read);
          }
        }
      } catch (IOException ended) {
        cut(from);
      }
      cut(to);
    }

    private static void cut(Socket socket) {
      try {
        socket.close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    @Override
    public void close() {
      try {
        port.close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
      sockets.forEach(Network::cut);
    }
  }

  @TempDir Path folder;
  private Registry registry;

  @BeforeEach
  void start() {
    registry = new Registry(folder);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void aConnectionOnWhichNothingComesBackIsReplaced() throws IOException {
    try (Network network = new Network(registry.valkey().port());
        Redis redis = new Redis(network.url())) {
      assertEquals("PONG", redis.call(commands -> commands.ping()));

      network.silence();

      assertThrows(
          RegistryUnavailableException.class, () -> redis.call(commands -> commands.ping()));
      assertEquals("PONG", redis.call(commands -> commands.ping()));
    }
  }

  @Test
  void aFollowerFindsAnotherWayAsWell() throws IOException {
    try (Network network = new Network(registry.valkey().port());
        Redis redis = new Redis(network.url());
        RegistryFollower follower = new RegistryFollower(redis)) {
      follower.start();
      await().until(follower::synced);

      network.silence();
      registry.admit("app-1", "a");

      await().until(() -> follower.view().server("app-1").isPresent());
    }
  }

  @Test
  void aRedisThatIsBackIsUsedAtOnce() {
    registry.admit("app-1", "a");
    registry.valkey().close();
    await()
        .untilAsserted(
            () -> assertThrows(RegistryUnavailableException.class, () -> registry.store.beats()));

    registry.startAgain();

    await().ignoreExceptions().until(() -> registry.store.beats().containsKey("app-1"));
  }
}
