package io.mooring.bench.contender;

import io.mooring.bench.wire.Credential;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The servers of one contender while they are up, each a process with a port. */
final class Servers implements Running {
  private final Children children;
  private final List<Integer> ports;
  private final Manner manner;

  private Servers(Children children, List<Integer> ports, Manner manner) {
    this.children = children;
    this.ports = List.copyOf(ports);
    this.manner = manner;
  }

  /**
   * Starts as many as the task asks for, one after the other; none is left if one fails.
   *
   * @param folder for their logs
   * @throws ContenderException if one does not take clients
   */
  static Servers start(Contender.Task task, Path folder, Launcher launcher, Manner manner) {
    Children children = new Children(folder);
    List<Integer> ports = new ArrayList<>();
    try {
      for (int number = 1; number <= task.servers(); number++) {
        int port = Children.freePort();
        Launch launch = launcher.launch(number, port);
        children.start(launch.name() + "-" + number, launch.command(), launch.ready());
        ports.add(port);
      }
    } catch (RuntimeException failed) {
      children.close();
      throw failed;
    }
    return new Servers(children, ports, manner);
  }

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
    return manner.shown(children.commands(), ports);
  }

  @Override
  public Credential credential(String user) {
    return manner.credential(user);
  }

  @Override
  public void collectGarbage() {
    manner.collectGarbage(children, ports);
  }

  @Override
  public void close() {
    children.close();
  }

  /**
   * How one is started.
   *
   * @param name of its log, before its number
   * @param ready whether it takes clients
   */
  record Launch(String name, List<String> command, BooleanSupplier ready) {}

  /** Says how the server of a number, from 1, is started to take clients at a port. */
  interface Launcher {
    Launch launch(int number, int port);
  }

  /** What each contender does in its own way. */
  interface Manner {
    /** See {@link Running#credential}. */
    Credential credential(String user);

    /** See {@link Running#collectGarbage}. */
    void collectGarbage(Children children, List<Integer> ports);

    /** Their commands as they may be printed, and what else says how they were started. */
    default List<String> shown(List<String> commands, List<Integer> ports) {
      return commands;
    }
  }
}
