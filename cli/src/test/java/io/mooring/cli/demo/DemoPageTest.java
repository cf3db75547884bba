package io.mooring.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.state.StateFolder;
import io.mooring.token.Claims;
import io.mooring.token.JwksFile;
import io.mooring.token.TokenIssuer;
import io.mooring.token.TokenVerifier;
import io.mooring.token.Verification;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoPageTest {
  private static DevelopmentKeys keys;
  private static DemoPage page;

  @BeforeAll
  static void start(@TempDir Path folder) {
    keys = new DevelopmentKeys(new StateFolder(folder).create().keys());
    keys.ensure(InstantSource.system());
    page = DemoPage.start(keys);
  }

  @AfterAll
  static void stop() {
    page.close();
  }

  private record Answer(String head, String body) {
    int status() {
      return Integer.parseInt(head.split(" ", 3)[1]);
    }

    String header(String name) {
      return head.lines()
          .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
          .map(line -> line.substring(name.length() + 2))
          .collect(Collectors.joining());
    }
  }

  /** As an Envoy passes it on. */
  private static Answer ask(String line, String... headers) throws IOException {
    URI place = URI.create("http://" + page.address());
    try (Socket socket = new Socket(place.getHost(), place.getPort())) {
      String request =
          line
              + " HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n"
              + String.join("\r\n", headers)
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = answer.indexOf("\r\n\r\n");
      return new Answer(answer.substring(0, end), answer.substring(end + 4));
    }
  }

  private static Answer ask(String line) throws IOException {
    return ask(line, "Host: localhost:8443");
  }

  @ParameterizedTest
  @EnumSource(PageFile.class)
  void everyFileIsServedUnderAStrictPolicy(PageFile file) throws IOException {
    Answer answer = ask("GET " + file.path());

    assertEquals(200, answer.status(), answer::head);
    assertEquals(file.type(), answer.header("Content-Type"));
    assertEquals(new String(file.content(), StandardCharsets.UTF_8), answer.body());
    assertEquals("nosniff", answer.header("X-Content-Type-Options"));
    List<String> policy = List.of(answer.header("Content-Security-Policy").split("; "));
    assertTrue(
        policy.containsAll(
            List.of(
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "connect-src 'self' ws://localhost:8443 wss://localhost:8443",
                "frame-ancestors 'none'")),
        policy::toString);
    assertFalse(answer.header("Content-Security-Policy").contains("unsafe"), policy::toString);
  }

  @Test
  void thePageHasNothingInlineAndNothingFromElsewhere() throws IOException {
    String html = ask("GET /demo").body();

    assertFalse(Pattern.compile("<style|\\sstyle=|\\son\\w+=|javascript:").matcher(html).find());
    assertFalse(Pattern.compile("<script(?![^>]* src=)").matcher(html).find());
    Set<String> named = new TreeSet<>();
    Pattern.compile("(?:src|href)=\"([^\"]*)\"")
        .matcher(html)
        .results()
        .forEach(link -> named.add(link.group(1)));
    assertEquals(Set.of("/demo", "/demo/icon.svg", "/demo/page.js", "/demo/style.css"), named);
  }

  @Test
  void aGuestGetsATokenForTheDemoNamespaceAndNoOther() throws IOException {
    Answer answer = ask("POST /demo/token?guest=a1b2c3");

    assertEquals(200, answer.status(), answer::head);
    assertEquals("no-store", answer.header("Cache-Control"));
    Claims claims =
        assertInstanceOf(
                Verification.Accepted.class,
                new TokenVerifier(
                        new JwksFile(keys.jwks()),
                        TokenIssuer.ISSUER,
                        TokenIssuer.AUDIENCE,
                        InstantSource.system())
                    .verify(answer.body()))
            .claims();
    assertEquals("guest-a1b2c3", claims.sub());
    assertEquals("client", claims.role());
    assertEquals(List.of("demo.*"), claims.channels().sub());
    assertEquals(List.of("demo.*"), claims.channels().pub());
    assertTrue(claims.exp() <= Instant.now().plusSeconds(601).getEpochSecond());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?guest=", "?guest=abc", "?guest=UPPER", "?guest=a1b2&sub=admin"})
  void whoIsNoGuestGetsNone(String query) throws IOException {
    assertEquals(400, ask("POST /demo/token" + query).status());
  }

  @Test
  void aPageOfAnotherSiteGetsNone() throws IOException {
    for (String site : List.of("cross-site", "same-site", "none")) {
      Answer answer =
          ask("POST /demo/token?guest=a1b2c3", "Host: localhost:8443", "Sec-Fetch-Site: " + site);

      assertEquals(403, answer.status(), site);
    }
    assertEquals(
        200,
        ask("POST /demo/token?guest=a1b2c3", "Host: 127.0.0.1", "Sec-Fetch-Site: same-origin")
            .status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example",
        "localhost:8443@evil.example",
        "10.0.0.7"
      })
  void itAnswersUnderNoOtherName(String host) throws IOException {
    assertEquals(421, ask("GET /demo", "Host: " + host).status());
    assertEquals(421, ask("POST /demo/token?guest=a1b2c3", "Host: " + host).status());
  }

  @Test
  void nothingElseIsThere() throws IOException {
    assertEquals(404, ask("GET /demo/token?guest=a1b2c3").status());
    assertEquals(404, ask("GET /demo/../page.js").status());
    assertEquals(404, ask("GET /").status());
    assertEquals(405, ask("PUT /demo").status());
    assertEquals(200, ask("GET /demo/").status());
  }
}
