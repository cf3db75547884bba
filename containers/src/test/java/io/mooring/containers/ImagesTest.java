package io.mooring.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.testcontainers.DockerClientFactory;

class ImagesTest {
  private static final Pattern SECRET =
      Pattern.compile("(?i).*(TOKEN|SECRET|PASSWORD|KEYS?)(_FILE)?=.*");

  @BeforeAll
  static void build() throws Exception {
    Images.build();
  }

  static List<String> targets() {
    return Images.TARGETS;
  }

  @ParameterizedTest
  @MethodSource("targets")
  void runsAsNobodyAndHearsSigterm(String target) {
    ContainerConfig config = config(target);

    assertEquals("10001:10001", config.getUser());
    String[] entrypoint = config.getEntrypoint();
    assertNotNull(entrypoint);
    assertTrue(
        Arrays.stream(entrypoint).noneMatch(word -> word.endsWith("/sh")),
        () -> "a shell would be told to stop, not the process: " + Arrays.toString(entrypoint));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void holdsNoSecret(String target) {
    String[] environment = config(target).getEnv();

    assertNotNull(environment);
    assertTrue(
        Arrays.stream(environment).noneMatch(variable -> SECRET.matcher(variable).matches()),
        () -> Arrays.toString(environment));
  }

  private static ContainerConfig config(String target) {
    InspectImageResponse image =
        DockerClientFactory.instance().client().inspectImageCmd(Images.name(target)).exec();
    ContainerConfig config = image.getConfig();
    assertNotNull(config);
    return config;
  }
}
