package io.mooring.cli.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

/** A few questions to a Redis or Valkey, in its protocol (RESP2). */
public final class RedisConnection implements AutoCloseable {
  private static final int USUAL_PORT = 6379;
  private static final String EXPECTED =
      "expected redis://[user:password@]host:port, / and @ in a password as %2F and %40";
  private static final int PATIENCE_MILLIS = 2000;

  private final Socket socket;
  private final InputStream answers;

  private RedisConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.answers = new BufferedInputStream(socket.getInputStream());
  }

  /** The URL as it may be shown: without all that could be user info, however it is written. */
  public static String withoutPassword(String url) {
    return url.replaceFirst("(?s)^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", "$1***@");
  }

  /**
   * @param url {@code redis://[user:password@]host[:port]}, or {@code rediss} for TLS
   * @throws IOException if nobody answers there, or the login is refused
   */
  public static RedisConnection open(String url) throws IOException {
    URI uri = parsed(url);
    int port = uri.getPort() < 0 ? USUAL_PORT : uri.getPort();
    Socket plain = new Socket();
    plain.connect(new InetSocketAddress(uri.getHost(), port), PATIENCE_MILLIS);
    plain.setSoTimeout(PATIENCE_MILLIS);
    boolean tls = "rediss".equals(uri.getScheme());
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    RedisConnection connection =
        new RedisConnection(tls ? factory.createSocket(plain, uri.getHost(), port, true) : plain);
    if (uri.getRawUserInfo() != null) {
      List<String> login = new ArrayList<>(List.of("AUTH"));
      for (String part : uri.getRawUserInfo().split(":", 2)) {
        if (!part.isEmpty()) {
          login.add(URLDecoder.decode(part, StandardCharsets.UTF_8));
        }
      }
      connection.ask(login.toArray(String[]::new));
    }
    return connection;
  }

  /**
   * The answer as text; of an array, its elements in lines.
   *
   * @throws IOException with what the server says, if it refuses
   */
  public String ask(String... command) throws IOException {
    StringBuilder request = new StringBuilder("*" + command.length + "\r\n");
    for (String word : command) {
      int bytes = word.getBytes(StandardCharsets.UTF_8).length;
      request.append('$').append(bytes).append("\r\n").append(word).append("\r\n");
    }
    socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
    return answer();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** What the parser says would repeat the URL, password and all. */
  private static URI parsed(String url) throws IOException {
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null && (uri.getRawUserInfo() != null || !url.contains("@"))) {
        return uri;
      }
    } catch (URISyntaxException unreadable) {
      throw new IOException(EXPECTED);
    }
    throw new IOException(EXPECTED);
  }

  private String answer() throws IOException {
    String line = line();
    if (line.isEmpty()) {
      throw new IOException("an answer that is empty");
    }
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':' -> rest;
      case '-' -> throw new IOException(rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> array(Integer.parseInt(rest));
      default -> throw new IOException("an answer that is not RESP: " + line);
    };
  }

  private String array(int count) throws IOException {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(answer());
    }
    return String.join("\n", elements);
  }

  private String bulk(int bytes) throws IOException {
    if (bytes < 0) {
      return "";
    }
    String text = new String(answers.readNBytes(bytes), StandardCharsets.UTF_8);
    answers.skipNBytes(2);
    return text;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = answers.read(); c != '\n'; c = answers.read()) {
      if (c < 0) {
        throw new IOException("the connection ended");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
