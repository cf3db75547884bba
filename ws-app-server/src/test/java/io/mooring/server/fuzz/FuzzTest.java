package io.mooring.server.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What comes from outside is read as its fuzz target demands: every input of the corpus, the one of
 * {@code -Dmooring.fuzz.input}, and {@code -Dmooring.fuzz} (30,000) that Jazzer makes of them, from
 * {@code -Dmooring.seed}.
 */
class FuzzTest {
  private static final int RUNS = Integer.getInteger("mooring.fuzz", 30_000);
  private static final Optional<Input> GIVEN =
      Optional.ofNullable(System.getProperty("mooring.fuzz.input")).map(Input::of);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Target.class)
  void everyInputOfTheCorpusIsRead(Target target) throws Exception {
    List<Path> inputs;
    try (Stream<Path> files = Files.list(target.corpus())) {
      inputs = files.sorted().toList();
    }
    assertFalse(inputs.isEmpty());

    for (Path input : inputs) {
      read(new Input(target, Files.readAllBytes(input)), input.toString());
    }
    if (GIVEN.isPresent() && GIVEN.get().target() == target) {
      read(GIVEN.get(), "that is given");
    }
  }

  @Test
  void nothingThatJazzerFindsIsReadWrongly() throws IOException, InterruptedException {
    int seed = Integer.getInteger("mooring.seed", new Random().nextInt(1, Integer.MAX_VALUE));
    System.out.printf("fuzzing with -Dmooring.seed=%d%n", seed);
    Jazzer jazzer = new Jazzer(folder, seed);

    Optional<Input> found = jazzer.find(RUNS);

    found.ifPresent(input -> fail(report(input, jazzer.said())));
  }

  private static void read(Input input, String name) {
    try {
      input.read();
    } catch (Exception | AssertionError wrong) {
      throw new AssertionError("the input " + name, wrong);
    }
  }

  private static String report(Input input, String said) {
    return """
        %s does not bear this input. To read it again:
        ./mvnw -pl ws-app-server -am verify -Dtest='FuzzTest#every*' \
        -Dsurefire.failIfNoSpecifiedTests=false -Dmooring.fuzz.input=%s
        To keep it: echo %s | xxd -r -p > ws-app-server/%s/NAME
        Jazzer said:
        %s"""
        .formatted(input.target(), input, input.hex(), input.target().corpus(), said);
  }
}
