package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option of the verbs that ask a control plane: which. */
final class Reach {
  private static final String USUAL_ADMIN = "http://127.0.0.1:7070";

  @Option(
      names = "--admin",
      paramLabel = "URL",
      split = ",",
      description = {
        "The control planes' HTTP addresses, commas between; one that does not answer is left for"
            + " the next. Default: those of the tier which is up.",
        "Where they are not open, the variable MOORING_TOKEN holds a token of role view, or of role"
            + " operate for a verb that changes something."
      })
  private List<URI> admin = new ArrayList<>();

  AdminApi api(Common common) {
    return new AdminApi(
        admin.isEmpty() ? usual(common) : admin,
        Optional.ofNullable(System.getenv("MOORING_TOKEN")));
  }

  private static List<URI> usual(Common common) {
    try (ControlClient supervisor = ControlClient.connect(common.state()).orElse(null)) {
      if (supervisor == null) {
        return List.of(URI.create(USUAL_ADMIN));
      }
      return addresses(supervisor.ask(new Request(Request.Verb.STATUS, "")));
    }
  }

  private static List<URI> addresses(JsonNode status) {
    List<URI> addresses = new ArrayList<>();
    for (JsonNode controlPlane : status.path("controlPlanes")) {
      addresses.add(URI.create(controlPlane.path("http").asText()));
    }
    return addresses;
  }
}
