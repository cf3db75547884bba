package io.mooring.bench;

import io.mooring.bench.bar.Bar;
import io.mooring.bench.bar.Bars;
import io.mooring.bench.bar.ClientTransport;
import io.mooring.bench.bar.Contest;
import io.mooring.bench.bar.Round;
import io.mooring.bench.bar.Scale;
import io.mooring.bench.contender.BareNetty;
import io.mooring.bench.contender.Centrifugo;
import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.ContenderException;
import io.mooring.bench.contender.Engine;
import io.mooring.bench.contender.Ground;
import io.mooring.bench.contender.Mooring;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.tier.Distribution;
import io.mooring.programs.ProgramException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code mooring bench}. Exit codes: 0 all gates met, 1 not all, 2 not understood. */
@Command(
    name = "mooring bench",
    description = {
      "Measures Mooring beside Centrifugo, its engine and bare Netty, in turn on this machine; and",
      "the WebSockets on which its client for Java may be built.",
      "Nothing else should run meanwhile. The peers are fetched and built the first time."
    })
public final class Bench implements Callable<Integer> {
  private static final int ROUNDS = 5;
  private static final int QUICK_ROUNDS = 3;
  private static final int MISSED = 1;
  private static final int USAGE = 2;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "A name or number of the list, or all.")
  private @Nullable String name;

  @Option(names = "--list", description = "Shows the benchmarks and their gates.")
  private boolean list;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each contender has its turn: 5, with --quick 3.")
  private @Nullable Integer rounds;

  @Option(
      names = "--only",
      paramLabel = "CONTENDER",
      split = ",",
      description = {
        "Only these take turns, of ${COMPLETION-CANDIDATES}, separated by commas.",
        "A gate is judged if those took part whom it is about."
      })
  private @Nullable Set<Round.Role> only;

  @Option(names = "--quick", description = "Shorter turns.")
  private boolean quick;

  @Option(
      names = "--tiny",
      description = "One short turn with few clients, only to see that everything works.")
  private boolean tiny;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      description = "For the tables and the data of each run: .mooring/bench/NAME.")
  private @Nullable Path output;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  private final Distribution distribution = Distribution.current();
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs the command; what it prints goes to the process's own output. Returns the exit code. */
  static int execute(String... arguments) {
    return new CommandLine(new Bench())
        .setUsageHelpWidth(100)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    String wanted = name;
    if (list) {
      list();
      return 0;
    }
    if (wanted == null) {
      err.println("✘ which benchmark? ./mooring bench --list shows them");
      return USAGE;
    }
    Integer asked = rounds;
    if (asked != null && asked < 1) {
      err.println("✘ --rounds " + asked + ": expected 1 or more");
      return USAGE;
    }
    if (wanted.equals(ClientTransport.NAME)) {
      return transport();
    }
    Optional<List<Bar>> bars =
        wanted.equals("all") ? Optional.of(Bars.all()) : Bars.find(wanted).map(List::of);
    if (bars.isEmpty()) {
      err.println("✘ there is no benchmark \"" + wanted + "\": ./mooring bench --list shows them");
      return USAGE;
    }
    return run(bars.get());
  }

  private void list() {
    Table table = new Table("", "name", "work");
    for (Bar bar : Bars.all()) {
      table.row(bar.number(), bar.name(), bar.work(scale()));
    }
    table.row("", ClientTransport.NAME, ClientTransport.work(scale()));
    table.lines().forEach(out::println);
  }

  private int run(List<Bar> bars) throws IOException {
    return onGround(
        (ground, scratch) -> {
          Contest contest = new Contest(contenders(ground), err::println);
          boolean met = true;
          for (Bar bar : bars) {
            Contest.Result result =
                contest.run(bar, scale(), rounds(), folder(bar.name(), bars.size()), scratch);
            result.lines().forEach(out::println);
            out.println();
            result.missed().forEach(line -> err.println("✘ " + bar.name() + ": " + line));
            met &= result.missed().isEmpty();
          }
          return met || tiny;
        });
  }

  private int transport() throws IOException {
    return onGround(
        (ground, scratch) -> {
          Path output = folder(ClientTransport.NAME, 1);
          ClientTransport.run(ground, scale(), rounds(), output, scratch, err::println)
              .forEach(out::println);
          return true;
        });
  }

  /** What runs beside a control plane, with a folder for its files. */
  private interface Work {
    /** Returns whether everything was reached. */
    boolean run(Ground ground, Path scratch);
  }

  private int onGround(Work work) throws IOException {
    Path scratch = Files.createTempDirectory("mooring-bench");
    try (Ground ground = Ground.start(distribution, scratch.resolve("ground"))) {
      return work.run(ground, scratch) ? 0 : MISSED;
    } catch (ContenderException | ProgramException failed) {
      err.println("✘ " + failed.getMessage());
      return MISSED;
    } finally {
      delete(scratch);
    }
  }

  private Map<Round.Role, Contender> contenders(Ground ground) {
    Map<Round.Role, Contender> contenders = new LinkedHashMap<>();
    contenders.put(Round.Role.MOORING, new Mooring(ground));
    contenders.put(Round.Role.CENTRIFUGO, new Centrifugo());
    contenders.put(Round.Role.ENGINE, new Engine(distribution.root()));
    contenders.put(Round.Role.BARE_NETTY, new BareNetty(distribution.root()));
    if (only != null) {
      contenders.keySet().retainAll(only);
    }
    return contenders;
  }

  private Scale scale() {
    return tiny ? Scale.TINY : quick ? Scale.QUICK : Scale.FULL;
  }

  private int rounds() {
    Integer asked = rounds;
    return asked != null ? asked : tiny ? 1 : quick ? QUICK_ROUNDS : ROUNDS;
  }

  private Path folder(String name, int names) {
    Path asked = output;
    if (asked == null) {
      return distribution.root().resolve(".mooring/bench").resolve(name).normalize();
    }
    return names == 1 ? asked : asked.resolve(name);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
