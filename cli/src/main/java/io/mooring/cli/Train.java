package io.mooring.cli;

import io.mooring.cli.tier.Distribution;
import io.mooring.cli.training.Training;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mooring train}: for the launcher, which gives this JVM the option to write its cache. */
@Command(name = "train", hidden = true, description = "Trains the AOT caches.")
final class Train implements Callable<Integer> {
  @Mixin private Common common = new Common();

  @Override
  public Integer call() {
    new Training(common.state(), Distribution.current(), common.terminal()).run();
    return 0;
  }
}
