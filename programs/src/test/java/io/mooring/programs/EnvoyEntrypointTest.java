package io.mooring.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The image's entrypoint fills in the same bootstrap as {@link EnvoyBootstrap}. */
@EnabledOnOs(OS.LINUX)
class EnvoyEntrypointTest {
  @Test
  void rendersWhatUpRenders() throws Exception {
    String expected =
        new EnvoyBootstrap(
                "edge-1",
                "10.0.0.1",
                OptionalInt.of(8443),
                OptionalInt.of(8080),
                9901,
                List.of(
                    new InetSocketAddress("10.0.0.11", 7110),
                    new InetSocketAddress("10.0.0.12", 7110)),
                20_000)
            .render();

    Rendered rendered =
        render(
            Map.of(
                "MOORING_ENVOY_ID", "edge-1",
                "MOORING_ENVOY_ADDRESS", "10.0.0.1",
                "MOORING_ENVOY_WSS_PORT", "8443",
                "MOORING_ENVOY_WS_PORT", "8080",
                "MOORING_ENVOY_ADMIN_PORT", "9901",
                "MOORING_ENVOY_CONTROL_PLANES", "10.0.0.11:7110,10.0.0.12:7110",
                "MOORING_ENVOY_MAX_CONNECTIONS", "20000"));

    assertEquals(expected.strip(), rendered.output().strip());
  }

  @Test
  void leavesOutTheListenersThatNobodyWants() throws Exception {
    Rendered rendered =
        render(
            Map.of(
                "MOORING_ENVOY_ID", "edge-1",
                "MOORING_ENVOY_WSS_PORT", "",
                "MOORING_ENVOY_CONTROL_PLANES", "10.0.0.11:7110",
                "MOORING_ENVOY_MAX_CONNECTIONS", "20000"));

    String expected =
        new EnvoyBootstrap(
                "edge-1",
                "0.0.0.0",
                OptionalInt.empty(),
                OptionalInt.empty(),
                9901,
                List.of(new InetSocketAddress("10.0.0.11", 7110)),
                20_000)
            .render();
    assertEquals(expected.strip(), rendered.output().strip());
  }

  @ParameterizedTest(name = "{0} = \"{1}\"")
  @CsvSource({
    "MOORING_ENVOY_ID, 'edge 1'",
    "MOORING_ENVOY_ADDRESS, localhost",
    "MOORING_ENVOY_WS_PORT, http",
    "MOORING_ENVOY_CONTROL_PLANES, 10.0.0.11",
    "MOORING_ENVOY_CONTROL_PLANES, ''",
  })
  void namesTheVariableThatItCannotUse(String variable, String value) throws Exception {
    Map<String, String> environment =
        new HashMap<>(
            Map.of("MOORING_ENVOY_ID", "edge-1", "MOORING_ENVOY_CONTROL_PLANES", "10.0.0.11:7110"));
    environment.put(variable, value);

    Rendered rendered = render(environment);

    assertEquals(2, rendered.exit());
    assertTrue(rendered.output().contains(value), rendered.output());
  }

  private record Rendered(int exit, String output) {}

  private static Rendered render(Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(Path.of("../envoy/entrypoint").toString(), "render")
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Rendered(process.waitFor(), output);
  }
}
