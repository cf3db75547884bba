package io.mooring.server.stand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.server.wire.Frame;
import io.mooring.server.wire.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A client of the protocol over a {@link Peer}: it has read {@code hello}, and answers pings. */
public final class Client implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Peer peer;
  private final JsonNode hello;
  private final List<JsonNode> passedOver = new ArrayList<>();

  private Client(Peer peer) throws IOException {
    this.peer = peer;
    this.hello = JSON.readTree(peer.read(1).text());
  }

  public static Client open(int port, String path, String... headers) throws IOException {
    return new Client(Peer.open(port, path, headers));
  }

  public JsonNode hello() {
    return hello;
  }

  public Peer peer() {
    return peer;
  }

  public void send(String json) throws IOException {
    peer.text(json);
  }

  /** Sends, and awaits the answer with this op. */
  public JsonNode ask(String json, String op) throws IOException {
    send(json);
    return await(op);
  }

  /** The first message with this op that was not taken yet; others stay for who awaits them. */
  public JsonNode await(String op) throws IOException {
    for (Iterator<JsonNode> left = passedOver.iterator(); left.hasNext(); ) {
      JsonNode message = left.next();
      if (message.path("op").asText().equals(op)) {
        left.remove();
        return message;
      }
    }
    JsonNode message = read();
    while (!message.path("op").asText().equals(op)) {
      passedOver.add(message);
      message = read();
    }
    return message;
  }

  /** The first message that was not taken yet, pings aside. */
  public JsonNode next() throws IOException {
    return passedOver.isEmpty() ? read() : passedOver.removeFirst();
  }

  private JsonNode read() throws IOException {
    while (true) {
      Frame frame = peer.read();
      if (frame.opcode() == 8) {
        throw new IOException("expected a message, got " + frame);
      }
      if (frame.opcode() == 1) {
        JsonNode message = JSON.readTree(frame.text());
        if (!message.path("op").asText().equals("ping")) {
          return message;
        }
        send("{\"op\":\"pong\"}");
      }
    }
  }

  public JsonNode subscribe(String channel) throws IOException {
    return ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + channel + "\"}", "subbed");
  }

  @Override
  public void close() throws IOException {
    peer.close();
  }
}
