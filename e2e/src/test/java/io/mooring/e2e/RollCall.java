package io.mooring.e2e;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Asks every control plane and every Envoy, ten times a second, whether all servers are there, and
 * remembers who was missing where.
 */
final class RollCall implements AutoCloseable {
  private static final long EVERY_MILLIS = 100;

  private final Set<String> servers;
  private final Set<String> hosts;
  private final ScheduledExecutorService callers;
  private final Set<String> missing = new TreeSet<>();
  private final Set<String> suspected = new TreeSet<>();
  private int envoyAnswers;
  private int registryAnswers;
  private int registrySilences;

  private RollCall(List<AdminApi.Server> there, int callers) {
    this.servers = there.stream().map(AdminApi.Server::id).collect(Collectors.toSet());
    this.hosts = there.stream().map(AdminApi.Server::address).collect(Collectors.toSet());
    this.callers = Executors.newScheduledThreadPool(callers);
  }

  /** Expects whoever is registered now to stay. */
  static RollCall begin(Tier tier) {
    List<String> envoys = tier.envoys();
    List<String> controls = tier.controls();
    RollCall roll = new RollCall(tier.admin().servers(), envoys.size() + controls.size());
    for (String name : envoys) {
      EnvoyAdmin envoy = tier.envoy(name);
      roll.repeat(() -> roll.callEnvoy(name, envoy));
    }
    for (String name : controls) {
      AdminApi control = tier.admin(name);
      roll.repeat(() -> roll.callControl(name, control));
    }
    return roll;
  }

  /**
   * Who was missing at whom, each once; empty when all were there all the time.
   *
   * @throws AssertionError if nobody was called, or nobody answered
   */
  synchronized Set<String> missing() {
    if (servers.isEmpty() || envoyAnswers == 0 || registryAnswers == 0) {
      throw new AssertionError("the roll call tells nothing: " + figures());
    }
    return new TreeSet<>(missing);
  }

  /** One line of figures. */
  synchronized String figures() {
    return "roll call of %d servers: %d answers of Envoys, %d of control planes (%d silences), missing %s, suspected %s"
        .formatted(
            servers.size(), envoyAnswers, registryAnswers, registrySilences, missing, suspected);
  }

  @Override
  public void close() {
    callers.shutdownNow();
  }

  private void repeat(Runnable call) {
    callers.scheduleWithFixedDelay(
        () -> {
          try {
            call.run();
          } catch (RuntimeException failed) {
            // A task that throws is not run again, and would miss nobody from then on.
            remember(Set.of("an answer that can be read: " + failed));
          }
        },
        0,
        EVERY_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private synchronized void remember(Set<String> absent) {
    missing.addAll(absent);
  }

  private void callEnvoy(String name, EnvoyAdmin envoy) {
    Set<String> absent = new TreeSet<>(hosts);
    try {
      absent.removeAll(envoy.hosts());
    } catch (UncheckedIOException gone) {
      remember(Set.of("all at " + name + ", which does not answer"));
      return;
    }
    remember(absent.stream().map(host -> host + " at " + name).collect(Collectors.toSet()));
    synchronized (this) {
      envoyAnswers++;
    }
  }

  private void callControl(String name, AdminApi control) {
    List<AdminApi.Server> there;
    try {
      there = control.servers();
    } catch (AdminException dead) {
      synchronized (this) {
        registrySilences++;
      }
      return;
    }
    synchronized (this) {
      registryAnswers++;
      servers.stream()
          .filter(id -> there.stream().noneMatch(server -> server.id().equals(id)))
          .forEach(id -> missing.add(id + " at " + name));
      there.stream()
          .filter(AdminApi.Server::suspect)
          .forEach(server -> suspected.add(server.id() + " at " + name));
    }
  }
}
