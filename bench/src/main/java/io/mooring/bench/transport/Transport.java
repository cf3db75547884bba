package io.mooring.bench.transport;

import java.net.URI;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;

/** A WebSocket client as the client for Java would use it: text, heard of on virtual threads. */
interface Transport {
  String SUBPROTOCOL = "mooring.v1.json";

  /** Pieces of messages that the JDK's is asked for ahead, as the client for Java does. */
  int WINDOW = 8;

  /** Bytes of a message at most. */
  int LONGEST = 1 << 20;

  int HANDSHAKE_SECONDS = 30;

  /** A header of the handshake. */
  record Header(String name, String value) {}

  /** Begins to open one, over TLS. {@code guest} hears what becomes of it, by {@code executor}. */
  void open(URI url, Header header, Guest guest);

  /** A WebSocket that is open. Any thread. */
  interface Line {
    void send(String text);

    /** Ends it without a word. */
    void cut();
  }

  static Transport of(Kind kind, SSLContext trust, Executor executor) {
    return switch (kind) {
      case JDK -> new JdkTransport(trust, executor);
      case NETTY -> new NettyTransport(trust, executor);
    };
  }
}
