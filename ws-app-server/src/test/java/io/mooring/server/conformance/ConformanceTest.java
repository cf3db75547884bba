package io.mooring.server.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("conformance")
class ConformanceTest {
  private static final int FRAMING_CASES = 247;

  /** Sizes up to 16 MiB, in one frame and in many. */
  private static final List<String> SIZES = List.of("-i", "9.*");

  private static final int SIZES_CASES = 54;

  private static final boolean WHOLE = Boolean.getBoolean("mooring.conformance.whole");

  /**
   * Compression, 1,000 messages a case: five kinds of data and seven offers, each with {@value
   * #COMPRESSION_SIZES} sizes of messages and of their fragments. Of the offers every second size
   * is run, of the data, whose cases take far longer, every sixth, unless all are asked for; no
   * size is left out of all.
   */
  private static final List<Compression> COMPRESSION =
      List.of(new Compression(12, 5, WHOLE ? 1 : 6), new Compression(13, 7, WHOLE ? 1 : 2));

  private static final int COMPRESSION_SIZES = 18;
  private static final int COMPRESSION_CASES = WHOLE ? 216 : 78;

  /**
   * Those that offer nothing but {@code server_max_window_bits=9}. The server declines that, as the
   * JDK's deflater has no other window than 15 bits, and goes on without compression: RFC 7692
   * section 7.1.2.1 has it accept with that window or less, or decline.
   */
  private static final Set<String> DECLINED = Set.of("13.3", "13.5");

  private record Compression(int group, int kinds, int step) {
    Stream<String> cases() {
      return IntStream.rangeClosed(1, kinds)
          .boxed()
          .flatMap(
              kind ->
                  IntStream.rangeClosed(1, COMPRESSION_SIZES)
                      .filter(size -> size % step == kind % step)
                      .mapToObj(size -> group + "." + kind + "." + size));
    }
  }

  @Test
  void noCaseFailsOrEndsUncleanly() throws Exception {
    expect(FRAMING_CASES, "framing", Autobahn.FRAMING, false);
  }

  @Test
  void noCaseFailsOrEndsUncleanlyWhereCompressionIsAgreedTo() throws Exception {
    expect(FRAMING_CASES, "framing-deflate", Autobahn.FRAMING, true);
  }

  @Test
  void noCaseOfSizeFails() throws Exception {
    expect(SIZES_CASES, "sizes", SIZES, false);
  }

  @Test
  void noCaseOfCompressionFailsAndNoneIsDeclinedButForItsWindow() throws Exception {
    List<String> cases = COMPRESSION.stream().flatMap(Compression::cases).toList();
    Set<String> declined =
        cases.stream()
            .filter(id -> DECLINED.contains(id.substring(0, id.lastIndexOf('.'))))
            .collect(Collectors.toSet());

    Autobahn.Verdict verdict =
        run(
            "compression",
            cases.stream().flatMap(id -> Stream.of("-i", id)).toList(),
            true,
            2,
            Duration.ofMinutes(20));

    assertEquals(COMPRESSION_CASES, verdict.cases());
    assertEquals(List.of(), verdict.bad(), verdict::toString);
    assertEquals(declined, verdict.unimplemented());
  }

  private static void expect(int cases, String name, List<String> choice, boolean deflate)
      throws Exception {
    Autobahn.Verdict verdict = run(name, choice, deflate, 1, Duration.ofMinutes(5));

    assertEquals(cases, verdict.cases());
    assertEquals(List.of(), verdict.bad(), verdict::toString);
    assertEquals(Set.of(), verdict.unimplemented());
  }

  private static Autobahn.Verdict run(
      String name, List<String> choice, boolean deflate, int atOnce, Duration patience)
      throws Exception {
    try (EchoServer server = new EchoServer(0, EchoServer.roomy(), deflate).start()) {
      return Autobahn.run(server.port(), name, choice, atOnce, patience);
    }
  }
}
