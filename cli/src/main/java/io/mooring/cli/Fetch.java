package io.mooring.cli;

import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.up.Fetching;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code mooring fetch}: for the launcher, so that a download is seen and not hidden in another
 * step.
 */
@Command(name = "fetch", hidden = true, description = "Fetches Envoy and Valkey.")
final class Fetch implements Callable<Integer> {
  @Mixin private Common common = new Common();

  @Override
  public Integer call() {
    new Fetching(new StatusLine(common.terminal())).find(Up.redis().isEmpty());
    return 0;
  }
}
