package io.mooring.cli.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** The supervisor's end. Each connection has a thread of its own, in which the handler runs. */
public final class ControlServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private final Function<Request, ObjectNode> handler;
  private final ServerSocketChannel server;

  private ControlServer(
      Path path, Function<Request, ObjectNode> handler, ServerSocketChannel server) {
    this.path = path;
    this.handler = handler;
    this.server = server;
  }

  /**
   * Listens from now on.
   *
   * @param path replaced if an earlier supervisor left it; only the holder of the tier's lock may
   * @param handler answers a request or throws a {@link Refusal}
   */
  public static ControlServer start(Path path, Function<Request, ObjectNode> handler) {
    try {
      Files.deleteIfExists(path);
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
      ControlServer started = new ControlServer(path, handler, server);
      Thread.ofPlatform().daemon(true).name("control").start(started::accept);
      return started;
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot listen for commands at " + path, refused);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot remove " + path, refused);
    }
  }

  private void accept() {
    try {
      while (server.isOpen()) {
        SocketChannel client = server.accept();
        Thread.ofPlatform().daemon(true).name("control-client").start(() -> serve(client));
      }
    } catch (ClosedChannelException closed) {
      return;
    } catch (IOException broken) {
      throw new UncheckedIOException("no more commands can be taken at " + path, broken);
    }
  }

  private void serve(SocketChannel client) {
    try {
      BufferedReader reader =
          new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
      String line = reader.readLine();
      if (line == null) {
        client.close();
        return;
      }
      Request request = Request.fromJson(JSON.readTree(line));
      byte[] answer = JSON.writeValueAsBytes(answer(request));
      client.write(ByteBuffer.wrap(answer));
      client.write(ByteBuffer.wrap(new byte[] {'\n'}));
      if (request.verb() != Request.Verb.DOWN) {
        client.close();
      }
    } catch (IOException | IllegalArgumentException unreadable) {
      throw new IllegalStateException("a command could not be answered", unreadable);
    }
  }

  private ObjectNode answer(Request request) {
    try {
      return handler.apply(request);
    } catch (Refusal refusal) {
      return JsonNodeFactory.instance
          .objectNode()
          .put("error", refusal.getMessage())
          .put("next", refusal.next());
    }
  }
}
