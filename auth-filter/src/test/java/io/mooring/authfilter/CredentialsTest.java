package io.mooring.authfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  private static final Subprotocols NONE = Subprotocols.parse(null);

  @ParameterizedTest
  @ValueSource(strings = {"Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"})
  void aTokenMayStandInAuthorization(String value) {
    assertEquals("a.b.c", Credentials.token(Map.of("authorization", value), NONE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "a.b.c",
        "Basic dTpw",
        "Bearer  a.b.c",
        "Bearer a.b.c d",
        "Bearer a.b.c,Bearer d.e.f",
        "Bearer a.b.c, d.e.f",
        "Bearer,a.b.c",
        ",Bearer a.b.c"
      })
  void anythingButOneBearerTokenIsRefused(String value) {
    Refused.by(
        Refusal.Kind.BAD_AUTH,
        "credentials",
        () -> Credentials.token(Map.of("authorization", value), NONE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bearer.a.b.c                           | ''",
        "mooring.v1.json, bearer.a.b.c          | mooring.v1.json",
        "bearer.a.b.c,mooring.v1.json           | mooring.v1.json",
        "mooring.v1.json,Bearer.a.b.c , chat    | mooring.v1.json, chat",
        "mooring.v2.cbor, BEARER.a.b.c          | mooring.v2.cbor",
      })
  void aTokenMayStandAmongTheSubprotocolsAndGoesNoFurther(String offered, String others) {
    Subprotocols subprotocols = Subprotocols.parse(offered);

    assertEquals("a.b.c", Credentials.token(Map.of(), subprotocols));
    assertEquals(others, subprotocols.others());
  }

  @Test
  void subprotocolsWithoutATokenStayAsTheyAre() {
    Subprotocols subprotocols = Subprotocols.parse("mooring.v1.json, bearers");

    assertNull(subprotocols.token());
    assertEquals("mooring.v1.json, bearers", subprotocols.others());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ",", "a,", "a,,b", "a b", "\"a\"", "a/b", "bearer.a b", "ä", "a\r\nb"})
  void malformedSubprotocolsAreRefused(String offered) {
    Refused.by(Refusal.Kind.FORBIDDEN, "subprotocol", () -> Subprotocols.parse(offered));
  }

  @Test
  void twoTokensAreRefusedEvenWhenTheyAreTheSame() {
    Refused.by(
        Refusal.Kind.BAD_AUTH,
        "subprotocol",
        () -> Subprotocols.parse("bearer.a.b.c, bearer.a.b.c"));
    Refused.by(
        Refusal.Kind.BAD_AUTH,
        "credentials",
        () ->
            Credentials.token(
                Map.of("authorization", "Bearer a.b.c"), Subprotocols.parse("bearer.a.b.c")));
  }

  @Test
  void aCookieIsNoCredential() {
    Refused.by(
        Refusal.Kind.BAD_AUTH,
        "credentials",
        () -> Credentials.token(Map.of("cookie", "token=a.b.c"), NONE));
  }
}
