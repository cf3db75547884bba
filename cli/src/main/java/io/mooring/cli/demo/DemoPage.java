package io.mooring.cli.demo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mooring.cli.keys.DemoTokens;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.token.KeyFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves the page on loopback; the edges lead {@code /demo} here. It gives a guest's token to
 * whoever asks, so that it belongs to a development tier and to no other. It answers under the
 * names of this machine alone, since any other name could have been made to lead here, and gives no
 * token to pages of other sites.
 */
public final class DemoPage implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final Pattern OWN_HOST =
      Pattern.compile("(?:localhost|127\\.0\\.0\\.1)(?::\\d{1,5})?");

  private static final String TOKEN_PATH = "/demo/token";
  private static final Pattern GUEST = Pattern.compile("guest=([a-z0-9]{4,16})");

  /** Short, so that a page that stays open shows that a socket outlives its tokens. */
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

  private static final String TEXT = "text/plain; charset=utf-8";

  private final DevelopmentKeys keys;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private DemoPage(DevelopmentKeys keys, HttpServer server) {
    this.keys = keys;
    this.server = server;
  }

  /** Listens from now on, at any free port. */
  public static DemoPage start(DevelopmentKeys keys) {
    try {
      DemoPage page = new DemoPage(keys, HttpServer.create(new InetSocketAddress(HOST, 0), 0));
      page.server.createContext("/", page::answer);
      page.server.setExecutor(page.threads);
      page.server.start();
      return page;
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot serve the demo page on " + HOST, refused);
    }
  }

  /** Where the edges reach it: {@code host:port}. */
  public String address() {
    return HOST + ":" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String host = header(exchange, "Host").orElse("");
      if (!OWN_HOST.matcher(host).matches()) {
        refuse(exchange, 421, "the demo page answers under localhost and 127.0.0.1 only");
        return;
      }
      protect(exchange.getResponseHeaders(), host);
      String path = exchange.getRequestURI().getPath();
      switch (exchange.getRequestMethod()) {
        case "GET" -> file(exchange, path);
        case "POST" -> token(exchange, path);
        default -> refuse(exchange, 405, "expected GET or POST");
      }
    }
  }

  private static void file(HttpExchange exchange, String path) throws IOException {
    Optional<PageFile> file = PageFile.at(path);
    if (file.isPresent()) {
      send(exchange, 200, file.get().type(), file.get().content());
    } else {
      refuse(exchange, 404, path + " is no file of the demo page");
    }
  }

  private void token(HttpExchange exchange, String path) throws IOException {
    Matcher guest = GUEST.matcher(String.valueOf(exchange.getRequestURI().getRawQuery()));
    if (!path.equals(TOKEN_PATH) || !guest.matches()) {
      refuse(
          exchange,
          400,
          "expected POST %s?guest=NAME, with 4 to 16 of a-z and 0-9".formatted(TOKEN_PATH));
    } else if (!header(exchange, "Sec-Fetch-Site").orElse("same-origin").equals("same-origin")) {
      refuse(exchange, 403, "the demo page's tokens are for the demo page alone");
    } else {
      issue(exchange, "guest-" + guest.group(1));
    }
  }

  private void issue(HttpExchange exchange, String guest) throws IOException {
    String token;
    try {
      token = new DemoTokens(keys).issue(guest, TOKEN_LIFE);
    } catch (KeyFileException unusable) {
      refuse(exchange, 500, String.valueOf(unusable.getMessage()));
      return;
    }
    send(exchange, 200, TEXT, token.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * What a browser lets the page do: its own files and sockets, and nothing else.
   *
   * @param host checked; "self" does not mean sockets in every browser
   */
  private static void protect(Headers headers, String host) {
    headers.set(
        "Content-Security-Policy",
        String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self' ws://%1$s wss://%1$s".formatted(host),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'"));
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
  }

  private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
    send(exchange, status, TEXT, (why + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }
}
