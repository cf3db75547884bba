package io.mooring.server.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionsTest {
  private static final String AGREED =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "permessage-deflate|",
        "permessage-deflate; client_max_window_bits|",
        "permessage-deflate; client_max_window_bits=8|",
        "permessage-deflate;client_no_context_takeover;server_no_context_takeover|",
        "permessage-deflate; server_max_window_bits=15|; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=\"15\"|; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate|",
        "x-unknown; a=b, permessage-deflate|",
      })
  void agreesToTheFirstOfferThatCanBeMet(String header, String more) {
    assertEquals(Optional.of(AGREED + (more == null ? "" : more)), agree(header));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-unknown",
        "permessage-deflate; server_max_window_bits=10",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=015",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; unknown",
      })
  void declinesWhatItCannotMeetOrWhatIsNoOffer(String header) {
    assertEquals(Optional.empty(), agree(header));
  }

  @ParameterizedTest
  @ValueSource(strings = {"permessage-deflate;", ",", "permessage deflate", "a;b=\"\"", "a; b=c d"})
  void refusesAHeaderThatIsNoListOfExtensions(String header) {
    RefusedException refused = assertThrows(RefusedException.class, () -> agree(header));

    assertEquals(400, refused.refusal().status());
  }

  @Test
  void agreesToNothingWhereNothingIsOffered() {
    assertEquals(Optional.empty(), Extensions.agree(new RequestHead("GET", "/", List.of())));
  }

  private static Optional<String> agree(String header) {
    return Extensions.agree(
        new RequestHead("GET", "/", List.of(new RequestHead.Field(Extensions.HEADER, header))));
  }
}
