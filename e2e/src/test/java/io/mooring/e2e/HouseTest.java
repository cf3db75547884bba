package io.mooring.e2e;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between the modules, and the files that the documentation names. */
@Tag("untimed")
class HouseTest {
  private static final String PROTO = "io.mooring.registry.v1..";
  private static final Path ROOT = Path.of(System.getProperty("mooring.root")).normalize();
  private static final JavaClasses MOORING =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.mooring");

  @ParameterizedTest(name = "{0} may use {1}")
  @CsvSource({
    "process, ''",
    "programs, ''",
    "token, ''",
    "client, ''",
    "registry, proto",
    "controlplane, proto process registry token",
    "authfilter, proto process registry token",
    "server, proto process token",
    "cli, client proto process programs token",
    "bench, cli programs token",
  })
  void aModuleUsesOnlyWhatItsArrowsAllow(String module, String allowed) {
    List<String> packages = new ArrayList<>(List.of(packagesOf(module)));
    for (String other : allowed.split(" ", -1)) {
      if (!other.isEmpty()) {
        packages.add(packagesOf(other));
      }
    }

    noClasses()
        .that(resideInAPackage(packagesOf(module)).and(not(resideInAPackage(PROTO))))
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.mooring..")
                .and(not(resideInAnyPackage(packages.toArray(String[]::new)))))
        .check(MOORING);
  }

  /** It is no part of this build, so its arrows are those of its pom. */
  @Test
  void theContainersAreKnownByTheirImagesAlone() throws IOException {
    String pom = Files.readString(ROOT.resolve("containers/pom.xml"));
    Set<String> used = new TreeSet<>();
    Matcher names = Pattern.compile("<artifactId>mooring-(\\S+)</artifactId>").matcher(pom);
    while (names.find()) {
      used.add(names.group(1));
    }
    assertEquals(Set.of("containers", "deploy", "token"), used);
  }

  @ParameterizedTest
  @CsvSource({"docs/architecture.md, 20", "docs/security.md, 10"})
  void everyFileThatAPageNamesIsThere(String page, int least) throws IOException {
    String text = Files.readString(ROOT.resolve(page));
    List<String> missing = new ArrayList<>();
    Matcher names = Pattern.compile("`([A-Za-z][\\w./-]*/[\\w.-]+\\.[a-z]+)`").matcher(text);
    int found = 0;
    while (names.find()) {
      found++;
      if (!exists(names.group(1))) {
        missing.add(names.group(1));
      }
    }
    assertTrue(found > least, page + " names its files");
    assertTrue(missing.isEmpty(), () -> "no such file: " + missing);
  }

  @Test
  void everyTestThatARuleOfTheEdgeNamesIsThere() throws IOException {
    Matcher names =
        Pattern.compile("`(\\w+Test)\\.(\\w+)`")
            .matcher(Files.readString(ROOT.resolve("docs/edge.md")));
    Set<String> named =
        names.results().map(name -> name.group(1) + "." + name.group(2)).collect(toSet());
    assertTrue(named.size() > 25, "each rule names its test");

    named.removeAll(tests());

    assertEquals(Set.of(), named, "no such tests");
  }

  /** {@code Class.method} of every test method of the house. */
  private static Set<String> tests() throws IOException {
    Set<String> tests = new HashSet<>();
    Pattern method = Pattern.compile("(?m)^  void (\\w+)\\(");
    try (Stream<Path> files =
        Files.find(ROOT, 12, (path, attributes) -> path.toString().endsWith("Test.java"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        method
            .matcher(Files.readString(file))
            .results()
            .forEach(found -> tests.add(name + "." + found.group(1)));
      }
    }
    return tests;
  }

  /** A name is a path from the root, or the end of exactly such a path. */
  private static boolean exists(String name) throws IOException {
    if (Files.exists(ROOT.resolve(name))) {
      return true;
    }
    String module = name.substring(0, name.indexOf('/'));
    if (!Files.isDirectory(ROOT.resolve(module))) {
      return false;
    }
    try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
      return files.anyMatch(file -> file.endsWith(name.substring(name.indexOf('/') + 1)));
    }
  }

  private static String packagesOf(String module) {
    return module.equals("proto") ? PROTO : "io.mooring." + module + "..";
  }
}
