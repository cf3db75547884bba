package io.mooring.bench.bar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.bench.contender.BareNetty;
import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Engine;
import io.mooring.bench.contender.Ground;
import io.mooring.bench.contender.Mooring;
import io.mooring.cli.tier.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every bar ends with a table, by real servers and few clients. Without Centrifugo itself, which
 * takes minutes to build; its engine speaks the same.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContestTest {
  @TempDir private static Path scratch = Path.of("");
  private Ground ground;
  private Contest contest;

  @BeforeAll
  void begin() {
    Distribution distribution = Distribution.current();
    ground = Ground.start(distribution, scratch.resolve("ground"));
    Map<Round.Role, Contender> contenders = new LinkedHashMap<>();
    contenders.put(Round.Role.MOORING, new Mooring(ground));
    contenders.put(Round.Role.ENGINE, new Engine(distribution.root()));
    contenders.put(Round.Role.BARE_NETTY, new BareNetty(distribution.root()));
    contest = new Contest(contenders, System.out::println);
  }

  @AfterAll
  void end() {
    ground.close();
  }

  @ParameterizedTest
  @MethodSource("bars")
  void aBarEndsWithATable(Bar bar) throws IOException {
    Path output = scratch.resolve("output").resolve(bar.name());

    Contest.Result result = contest.run(bar, Scale.TINY, 1, output, scratch);

    result.lines().forEach(System.out::println);
    assertEquals(bar.gates().size(), result.verdicts().size());
    List<String> runs = Files.readAllLines(output.resolve("runs.jsonl"));
    assertEquals(bar.hasLimit() ? 3 : 2, runs.size());
    String figure = bar.gates().getFirst().figure();
    assertTrue(Files.readString(output.resolve("table.txt")).contains(figure));
    assertTrue(Files.readString(output.resolve("commands.txt")).contains("Mooring:"));
  }

  @Test
  void theTransportsOfAClientEndWithATable() throws IOException {
    Path output = scratch.resolve("output").resolve(ClientTransport.NAME);

    ClientTransport.run(ground, Scale.TINY, 1, output, scratch, System.out::println)
        .forEach(System.out::println);

    assertEquals(2, Files.readAllLines(output.resolve("runs.jsonl")).size());
    assertTrue(Files.readString(output.resolve("table.txt")).contains("CPU µs/connect"));
    assertTrue(Files.readString(output.resolve("commands.txt")).contains("Netty:"));
  }

  static List<Bar> bars() {
    return Bars.all();
  }
}
