package io.mooring.bench.contender;

import io.mooring.bench.wire.CentrifugeDialect;
import io.mooring.bench.wire.Credential;
import io.mooring.bench.wire.Dialect;
import java.net.InetSocketAddress;
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
    Children children = new Children(folder);
    List<Integer> ports = new ArrayList<>();
    try {
      for (int server = 1; server <= task.servers(); server++) {
        int port = Children.freePort();
        List<String> command = new ArrayList<>();
        command.add(program().toString());
        command.add("-address=127.0.0.1:" + port);
        if (task.history()) {
          command.add("-history=" + Task.HISTORY_SIZE);
        }
        task.redis().ifPresent(address -> command.add("-redis=" + address));
        children.start("engine-" + server, command, () -> Children.listens(port));
        ports.add(port);
      }
    } catch (ContenderException failed) {
      children.close();
      throw failed;
    }
    return new Started(children, ports);
  }

  private record Started(Children children, List<Integer> ports) implements Running {
    @Override
    public List<InetSocketAddress> addresses() {
      return ports.stream().map(Children::loopback).toList();
    }

    @Override
    public List<Long> processes() {
      return children.pids();
    }

    @Override
    public List<String> commands() {
      return children.commands();
    }

    /** The engine takes the token for the user's id. */
    @Override
    public Credential credential(String user) {
      return new Credential("", user);
    }

    @Override
    public void collectGarbage() {
      children.signal("USR1");
    }

    @Override
    public void close() {
      children.close();
    }
  }
}
