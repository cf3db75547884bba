package io.mooring.cli.control;

import com.fasterxml.jackson.core.JsonProcessingException;
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
    boolean untilTheEnd = false;
    try {
      BufferedReader reader =
          new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
      String line = reader.readLine();
      if (line == null) {
        return;
      }
      Answer answer = answer(line);
      client.write(ByteBuffer.wrap((answer.json() + "\n").getBytes(StandardCharsets.UTF_8)));
      untilTheEnd = answer.untilTheEnd();
    } catch (IOException gone) {
      throw new UncheckedIOException("a command could not be answered", gone);
    } finally {
      if (!untilTheEnd) {
        close(client);
      }
    }
  }

  private Answer answer(String line) {
    try {
      Request request = Request.fromJson(JSON.readTree(line));
      return new Answer(handler.apply(request), request.verb() == Request.Verb.DOWN);
    } catch (Refusal refusal) {
      return Answer.error(String.valueOf(refusal.getMessage()), refusal.next());
    } catch (JsonProcessingException | RuntimeException failed) {
      return Answer.error("the supervisor failed: " + failed, "./mooring check");
    }
  }

  private static void close(SocketChannel client) {
    try {
      client.close();
    } catch (IOException alreadyGone) {
      return;
    }
  }

  /**
   * What a client gets.
   *
   * @param untilTheEnd whether its connection ends only with this process
   */
  private record Answer(ObjectNode json, boolean untilTheEnd) {
    static Answer error(String message, String next) {
      return new Answer(
          JsonNodeFactory.instance.objectNode().put("error", message).put("next", next), false);
    }
  }
}
