package io.mooring.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "redis://host:1, redis://host:1",
    "redis://user:s3cret@host:1, redis://***@host:1",
    "redis://:s3@cret/x@host:1, redis://***@host:1",
    "redis:user:s3cret@host, redis:***@host",
    "user s3cret@host, ***@host",
    "'redis://a:s3\ncret@host', redis://***@host",
  })
  void aUriIsShownWithoutItsUserInfo(String uri, String shown) {
    assertEquals(shown, Values.shown(URI.class, uri));
  }

  @Test
  void aSecretIsNotShown() {
    assertNull(Values.shown(Secret.class, "s3cret"));
  }

  @Test
  void whatIsNoUriIsNotRepeatedWithTheReason() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Values.read(URI.class, "redis://:s3 cret@host:1"));

    String message = String.valueOf(refused.getMessage());
    assertTrue(message.startsWith("not a URI: "), message);
    assertFalse(message.contains("cret"), message);
    assertNull(refused.getCause());
  }

  @Test
  void aUrlThatRedisCannotHaveIsShownWithoutItsPassword() {
    assertEquals(
        "redis.url http://***@host: expected redis://[user:password@]host:port, or rediss:// with"
            + " TLS",
        StartException.noRedisUrl("redis.url", URI.create("http://:s3cret@host")).getMessage());
  }
}
