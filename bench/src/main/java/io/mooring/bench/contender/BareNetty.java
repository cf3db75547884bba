package io.mooring.bench.contender;

import io.mooring.bench.limit.NearLimit;
import io.mooring.bench.wire.Credential;
import io.mooring.bench.wire.Dialect;
import io.mooring.bench.wire.MooringDialect;
import java.nio.file.Path;
import java.util.List;

/** {@link NearLimit} in a JVM with the options of Mooring's own servers. */
public final class BareNetty implements Contender {
  private final Path root;

  /**
   * @param root the folder that holds the launcher
   */
  public BareNetty(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "bare Netty";
  }

  @Override
  public boolean warmsUp() {
    return true;
  }

  @Override
  public Dialect dialect() {
    return new MooringDialect();
  }

  /** It is a part of this program. */
  @Override
  public void fetch() {}

  @Override
  public Running start(Task task, Path folder) {
    if (task.servers() > 1) {
      throw new IllegalArgumentException(name() + " stands alone: expected one server");
    }
    return Servers.start(
        task,
        folder,
        (number, port) ->
            new Servers.Launch("bare-netty", command(port), () -> Children.listens(port)),
        new Manner());
  }

  private List<String> command(int port) {
    return List.of(
        Jvm.program("java"),
        "@" + root.resolve("deploy/jvm/common"),
        "@" + root.resolve("deploy/jvm/ws-app-server"),
        "-cp",
        System.getProperty("java.class.path"),
        NearLimit.class.getName(),
        Integer.toString(port));
  }

  private static final class Manner implements Servers.Manner {
    @Override
    public Credential credential(String user) {
      return new Credential("", "");
    }

    @Override
    public void collectGarbage(Children children, List<Integer> ports) {
      Jvm.collectGarbage(children.pids());
    }
  }
}
