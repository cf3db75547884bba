package io.mooring.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code mooring}, in a checkout whose build is a script that only pretends. */
class LauncherTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;
  private Path checkout = Path.of("");

  private record Run(int code, String output) {}

  @BeforeEach
  void copy() throws IOException {
    checkout = folder.resolve("a checkout");
    for (String file :
        List.of(
            "mooring",
            ".mvn/wrapper/jdk.sh",
            ".mvn/wrapper/maven.properties",
            "deploy/jvm/common",
            "deploy/jvm/cli",
            "pom.xml",
            "cli/pom.xml")) {
      Files.createDirectories(checkout.resolve(file).getParent());
      Files.copy(ROOT.resolve(file), checkout.resolve(file));
    }
    for (String sources : List.of("cli/src/main", "deploy/config", "envoy")) {
      Files.createDirectories(checkout.resolve(sources));
    }
    build(
        "echo 'built once more' >> '%s'; mkdir -p '%s'; touch '%s'"
            .formatted(builds(), lib(), complete()));
  }

  @Test
  void withoutAJdkItSaysWhatToInstall() throws Exception {
    Files.writeString(checkout.resolve(".mvn/wrapper/maven.properties"), "jdk_feature=99\n");

    Run run = run(checkout.resolve("mooring"), folder);

    assertEquals(1, run.code());
    assertTrue(run.output().contains("mooring needs a JDK 99 and found none."), run::output);
    assertTrue(run.output().contains("do this:   install a JDK 99"), run::output);
  }

  @Test
  void itBuildsOnceAndAgainOnlyAfterASourceChanged() throws Exception {
    Path launcher = checkout.resolve("mooring");

    run(launcher, folder);
    run(launcher, folder);
    assertEquals(1, Files.readAllLines(builds()).size());

    Files.createFile(checkout.resolve("cli/src/main/New.java"));
    run(launcher, folder);
    assertEquals(2, Files.readAllLines(builds()).size());
  }

  @Test
  void theBenchmarksAreBuiltForThoseWhoAskForThem() throws Exception {
    Path launcher = checkout.resolve("mooring");
    build(
        """
        echo "$*" >> '%s'; mkdir -p '%s' '%s'; touch '%s'
        """
            .formatted(builds(), lib(), checkout.resolve("bench/target/mooring/lib"), complete()));

    run(launcher, folder);
    run(launcher, folder, "bench", "--list");
    run(launcher, folder, "bench", "--list");
    run(launcher, folder);

    List<String> built = Files.readAllLines(builds());
    assertEquals(2, built.size());
    assertTrue(built.getFirst().contains(" -pl deploy "), built::toString);
    assertTrue(built.getLast().contains(" -pl bench "), built::toString);
  }

  @Test
  void jarsThatABuildLeftHalfCopiedAreBuiltAgain() throws Exception {
    Files.createDirectories(lib());
    Files.createFile(lib().resolve("mooring-cli-1.jar"));

    run(checkout.resolve("mooring"), folder);

    assertEquals(1, Files.readAllLines(builds()).size());
  }

  @Test
  void theStateFolderIsItsOwnersAlone() throws Exception {
    run(checkout.resolve("mooring"), folder);

    for (String made : List.of(".mooring", ".mooring/log")) {
      assertEquals(
          "rwx------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(checkout.resolve(made))));
    }
  }

  @Test
  void itFindsItsCheckoutThroughASymbolicLinkAndFromAnyFolder() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("m"), checkout.resolve("mooring"));
    Path relative = Files.createSymbolicLink(folder.resolve("n"), Path.of("m"));

    run(link, Path.of("/"));
    run(relative, folder);

    assertEquals(1, Files.readAllLines(builds()).size());
  }

  @Test
  void aFailedBuildShowsTheEndOfItsLogAndWhereItIs() throws Exception {
    build("echo '[INFO] fine'; echo '[ERROR] Hub.java:[7,3] cannot find symbol'; exit 1");

    Run run = run(checkout.resolve("mooring"), folder);

    assertEquals(1, run.code());
    assertTrue(run.output().contains("✘ the build failed"), run::output);
    assertTrue(run.output().contains(".mooring/log/build.log"), run::output);
    assertTrue(run.output().contains("  | [ERROR] Hub.java:[7,3] cannot find symbol"), run::output);
    assertFalse(run.output().contains("fine"), run::output);
  }

  private Path lib() {
    return checkout.resolve("deploy/target/mooring/lib");
  }

  private Path complete() {
    return checkout.resolve("deploy/target/mooring/complete");
  }

  private Path builds() {
    return folder.resolve("builds");
  }

  private void build(String script) throws IOException {
    Path wrapper = checkout.resolve("mvnw");
    Files.writeString(wrapper, "#!/bin/sh\n" + script + "\n");
    assertTrue(wrapper.toFile().setExecutable(true));
  }

  private static Run run(Path launcher, Path from) throws Exception {
    return run(launcher, from, "help");
  }

  private static Run run(Path launcher, Path from, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(from.toFile()).redirectErrorStream(true);
    builder.environment().remove("JAVA_HOME");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }
}
