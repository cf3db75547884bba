package io.mooring.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A client of bytes: sends whatever a test wants, right or wrong, and reads what comes back. */
public final class Peer implements Closeable {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

  private final Socket socket;
  private final DataInputStream in;

  private Peer(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
  }

  public static Peer connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return new Peer(socket);
  }

  /** Connects and upgrades; fails if the answer is not 101. */
  public static Peer open(int port, String path, String... headers) throws IOException {
    Peer peer = connect(port);
    String response = peer.upgrade(path, headers);
    if (!response.startsWith("HTTP/1.1 101 ")) {
      throw new IOException("expected 101, got " + response);
    }
    return peer;
  }

  /** Sends a proper handshake with further header lines; returns the response head or whole. */
  public String upgrade(String path, String... headers) throws IOException {
    send(handshake(path, headers));
    return response();
  }

  public static String handshake(String path, String... headers) {
    StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
    request.append("Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    request.append("Sec-WebSocket-Version: 13\r\n");
    request.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request.append("\r\n").toString();
  }

  /** The head of a response, and its body if it is no 101. */
  public String response() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return head.toString();
      }
      head.append((char) b);
    }
    if (!head.toString().startsWith("HTTP/1.1 101 ")) {
      head.append(new String(in.readAllBytes(), UTF_8));
    }
    return head.toString();
  }

  public void send(String latin1) throws IOException {
    send(latin1.getBytes(ISO_8859_1));
  }

  public void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  public void text(String text) throws IOException {
    send(frame(0x81, text.getBytes(UTF_8)));
  }

  /** A masked frame in its shortest form. */
  public static byte[] frame(int firstByte, byte[] payload) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(firstByte);
    int length = payload.length;
    if (length < 126) {
      bytes.write(0x80 | length);
    } else if (length < 0x10000) {
      bytes.write(0x80 | 126);
      bytes.write(length >>> 8);
      bytes.write(length);
    } else {
      bytes.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        bytes.write((int) ((long) length >>> shift));
      }
    }
    bytes.writeBytes(MASK);
    for (int i = 0; i < length; i++) {
      bytes.write(payload[i] ^ MASK[i % 4]);
    }
    return bytes.toByteArray();
  }

  public void close(int code) throws IOException {
    send(frame(0x88, new byte[] {(byte) (code >>> 8), (byte) code}));
  }

  /** The next frame; an {@link java.io.EOFException} if the server has ended the connection. */
  public Frame read() throws IOException {
    int opcode = in.readUnsignedByte() & 0x0f;
    long length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    byte[] payload = new byte[(int) length];
    in.readFully(payload);
    return new Frame(opcode, payload);
  }

  /** The next frame with this opcode; others before it are dropped. */
  public Frame read(int opcode) throws IOException {
    Frame frame = read();
    while (frame.opcode() != opcode) {
      frame = read();
    }
    return frame;
  }

  /** The close frame, after whatever comes before it; then the server's end of the connection. */
  public Frame awaitClose() throws IOException {
    Frame close = read(8);
    if (in.read() >= 0) {
      throw new IOException("bytes after " + close);
    }
    return close;
  }

  /** Whether the server ends the connection without another byte. */
  public boolean ended() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  public InputStream input() {
    return in;
  }

  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
