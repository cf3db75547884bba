package io.mooring.controlplane.registration;

import io.mooring.controlplane.drain.Phase;
import io.mooring.controlplane.drain.Progress;
import io.mooring.registry.Address;
import io.mooring.registry.Server;
import io.mooring.registry.v1.DrainPhase;
import io.mooring.registry.v1.DrainProgress;
import io.mooring.registry.v1.EnvoyAck;
import io.mooring.registry.v1.ServerView;
import java.time.Duration;

/** What the registry holds, in the words of the contract. */
final class Views {
  private Views() {}

  static ServerView server(Server server) {
    return ServerView.newBuilder()
        .setServerId(server.id())
        .setService(server.service())
        .setInstanceUid(server.instanceUid())
        .setGeneration(server.generation())
        .setState(Commands.state(server.state()))
        .setSuspect(server.suspect())
        .setAddress(server.address().toString())
        .setApiAddress(server.apiAddress().map(Address::toString).orElse(""))
        .setWeight(server.weight())
        .setRelease(server.release())
        .addAllCapabilities(server.capabilities())
        .putAllLabels(server.labels())
        .build();
  }

  static DrainProgress drain(Progress progress) {
    return DrainProgress.newBuilder()
        .setServerId(progress.serverId())
        .setDrainId(progress.drainId())
        .setPhase(phase(progress.phase()))
        .setLoad(progress.load())
        .addAllEnvoys(progress.envoys().stream().map(Views::envoy).toList())
        .setEtaMs(millis(progress.eta()))
        .build();
  }

  private static EnvoyAck envoy(Progress.Ack ack) {
    return EnvoyAck.newBuilder()
        .setEnvoyId(ack.envoyId())
        .setAcked(ack.acked())
        .setAckMs(ack.after().map(Views::millis).orElse(0))
        .build();
  }

  private static DrainPhase phase(Phase phase) {
    return switch (phase) {
      // A text that cannot be read is no state of the contract: it waits to be replaced.
      case REQUESTED, REJECTED -> DrainPhase.DRAIN_PHASE_REQUESTED;
      case REFUSING -> DrainPhase.DRAIN_PHASE_REFUSING;
      case MOVING -> DrainPhase.DRAIN_PHASE_MOVING;
      case STRAGGLERS -> DrainPhase.DRAIN_PHASE_STRAGGLERS;
      case DRAINED -> DrainPhase.DRAIN_PHASE_DRAINED;
      case CANCELLED -> DrainPhase.DRAIN_PHASE_CANCELLED;
      case LOST -> DrainPhase.DRAIN_PHASE_LOST;
    };
  }

  private static int millis(Duration time) {
    return (int) Math.min(Integer.MAX_VALUE, time.toMillis());
  }
}
