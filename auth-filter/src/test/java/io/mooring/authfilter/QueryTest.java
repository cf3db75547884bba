package io.mooring.authfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
  private static final String JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MTcifQ.c2ln";

  @ParameterizedTest
  @ValueSource(
      strings = {"", "&", "v=1", "a=1&b=2&a=3", "flag", "x=%C3%A4", "ticket=t1", "x=a.b.c"})
  void ordinaryParametersPass(String query) {
    assertNull(Query.parse(query).service());
  }

  @Test
  void aFirstConnectMayNameItsService() {
    assertEquals("chat-2", Query.parse("v=1&service=chat-2").service());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token=x",
        "access_token=" + JWT,
        "jwt=",
        "bearer=x",
        "authorization=x",
        "id_token=x",
        "x=" + JWT,
        "ticket=" + JWT,
        "v=1&x=Bearer%20" + JWT,
        "x=%65yJhbGciOiJSUzI1NiJ9%2EeyJzdWIiOiJ1MTcifQ%2Ec2ln"
      })
  void aTokenIsRefusedUnderWhateverName(String query) {
    Refusal refusal = Refused.by(Refusal.Kind.BAD_AUTH, "query", () -> Query.parse(query));

    assertTrue(refusal.detail().contains("Authorization: Bearer"));
    assertFalse(refusal.detail().contains("eyJ"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%74oken=x",
        "to+ken=x",
        "=x",
        "a b=c",
        "x=%",
        "x=%2",
        "x=%zz",
        "service=",
        "service=App",
        "service=a&service=b",
        "service=a/b",
        "service=%00"
      })
  void whatCouldHideSomethingIsRefused(String query) {
    Refused.by(Refusal.Kind.FORBIDDEN, "query", () -> Query.parse(query));
  }

  @Test
  void anOverlongQueryIsRefused() {
    Refused.by(Refusal.Kind.FORBIDDEN, "query", () -> Query.parse("x=" + "y".repeat(64 * 1024)));
  }
}
