package io.mooring.cli.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.cli.state.SocketPath;
import io.mooring.cli.state.StateFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** The other commands' end: one connection, one request. */
public final class ControlClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SocketChannel channel;
  private final BufferedReader reader;

  private ControlClient(SocketChannel channel) {
    this.channel = channel;
    this.reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
  }

  /** Reaches the supervisor of that folder; empty when no tier is up there. */
  public static Optional<ControlClient> connect(StateFolder state) {
    Path path = SocketPath.of(state);
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(path));
        return Optional.of(new ControlClient(channel));
      } catch (IOException nobodyListens) {
        channel.close();
        return Optional.empty();
      }
    } catch (IOException noSockets) {
      throw new Refusal("no Unix-domain socket can be opened: " + noSockets.getMessage(), "");
    }
  }

  /**
   * Blocks until the supervisor has done it.
   *
   * @throws Refusal if it does not, or ends meanwhile
   */
  public JsonNode ask(Request request) {
    try {
      channel.write(ByteBuffer.wrap((request.toJson() + "\n").getBytes(StandardCharsets.UTF_8)));
      String line = reader.readLine();
      if (line == null) {
        throw new Refusal("the supervisor ended before it answered", "./mooring up");
      }
      JsonNode answer = JSON.readTree(line);
      if (answer.has("error")) {
        throw new Refusal(answer.path("error").asText(), answer.path("next").asText());
      }
      return answer;
    } catch (IOException broken) {
      throw new Refusal(
          "the supervisor ended before it answered (%s)".formatted(broken.getMessage()),
          "./mooring up");
    }
  }

  /** Blocks until the supervisor's process is gone. */
  public void awaitEnd() {
    try {
      while (reader.read() >= 0) {
        continue;
      }
    } catch (IOException reset) {
      return;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException alreadyGone) {
      return;
    }
  }
}
