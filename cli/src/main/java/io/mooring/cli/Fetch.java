package io.mooring.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.tier.Blueprint;
import io.mooring.cli.up.Fetching;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code mooring fetch}: for the launcher, so that a download is seen and not hidden in another
 * step; and for the images, which copy what was found.
 */
@Command(name = "fetch", hidden = true, description = "Fetches Envoy and Valkey.")
final class Fetch implements Callable<Integer> {
  @Mixin private Common common = new Common();

  @Override
  public Integer call() {
    Blueprint.Binaries found =
        new Fetching(new StatusLine(common.terminal())).find(Up.redis().isEmpty());
    if (common.json()) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      answer.put("envoy", found.envoy().toString());
      found.valkey().ifPresent(valkey -> answer.put("valkey", valkey.toString()));
      common.printJson(answer);
    }
    return 0;
  }
}
