package io.mooring.bench.contender;

import io.mooring.bench.wire.CentrifugeDialect;
import io.mooring.bench.wire.Credential;
import io.mooring.bench.wire.Dialect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The engine of Centrifugo, without the product around it: {@code bench/src/main/go/engine}. */
public final class Engine implements Contender {
  private final Path sources;

  /**
   * @param root the folder that holds the launcher
   */
  public Engine(Path root) {
    sources = root.resolve("bench/src/main/go/engine").normalize();
  }

  @Override
  public String name() {
    return "centrifuge v0.40.1";
  }

  @Override
  public boolean warmsUp() {
    return false;
  }

  @Override
  public Dialect dialect() {
    return new CentrifugeDialect();
  }

  @Override
  public void fetch() {
    program();
  }

  private Path program() {
    return GoPrograms.build(sources, "engine");
  }

  @Override
  public Running start(Task task, Path folder) {
    return Servers.start(
        task,
        folder,
        (number, port) ->
            new Servers.Launch("engine", command(task, port), () -> Children.listens(port)),
        new Manner());
  }

  private List<String> command(Task task, int port) {
    List<String> command = new ArrayList<>();
    command.add(program().toString());
    command.add("-address=127.0.0.1:" + port);
    if (task.history()) {
      command.add("-history=" + Task.HISTORY_SIZE);
    }
    if (task.presence()) {
      command.add("-presence");
    }
    task.redis().ifPresent(address -> command.add("-redis=" + address));
    return command;
  }

  private static final class Manner implements Servers.Manner {
    /** The engine takes the token for the user's id. */
    @Override
    public Credential credential(String user) {
      return new Credential("", user);
    }

    @Override
    public void collectGarbage(Children children, List<Integer> ports) {
      children.signal("USR1");
    }
  }
}
