package io.mooring.cli.clients;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.client.ClientListener;
import io.mooring.client.Connection;
import io.mooring.client.MooringClient;
import io.mooring.client.MooringException;
import io.mooring.client.State;
import io.mooring.client.StateChange;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One client: tells what becomes of its sockets. Its callbacks belong to the client's order. */
final class Member implements ClientListener {
  private final MooringClient client;
  private final Tally tally;
  private final Disturbances disturbances;
  private final Consumer<String> trouble;
  private final Runnable tried;

  /** The server of the last socket; empty before the first. */
  private String server = "";

  private boolean attempted;
  private long lostAt;

  /**
   * @param trouble is told what nobody mends
   * @param tried is called when the first attempt to connect has ended
   */
  Member(
      URI edge,
      HttpClient http,
      Supplier<String> token,
      Tally tally,
      Disturbances disturbances,
      Consumer<String> trouble,
      Runnable tried) {
    this.tally = tally;
    this.disturbances = disturbances;
    this.trouble = trouble;
    this.tried = tried;
    this.client = MooringClient.builder(edge).token(token).httpClient(http).listener(this).build();
  }

  void join(String channel) {
    client.subscribe(channel, new Reader(tally, trouble));
    client.connect();
  }

  void publish(String channel, JsonNode data) {
    client
        .publish(channel, data)
        .whenComplete(
            (position, failure) ->
                (failure == null ? tally.published : tally.unpublished).increment());
  }

  State state() {
    return client.state();
  }

  /** Returns at once; the goodbye is said behind the scenes. */
  void leave() {
    client.close();
  }

  @Override
  public void stateChanged(StateChange change) {
    if (!attempted && change.from() == State.CONNECTING) {
      attempted = true;
      tried.run();
    }
    long now = System.nanoTime();
    switch (change.to()) {
      case OPEN -> opened(change.from(), now);
      case MOVING -> disturbances.asked(now);
      case CONNECTING, WAITING -> {
        if (change.from() == State.OPEN || change.from() == State.MOVING) {
          lostAt = now;
          disturbances.lost(server, now);
        }
      }
      case IDLE, CLOSED -> {}
    }
  }

  private void opened(State from, long now) {
    String left = server;
    server = client.connection().map(Connection::server).orElse("?");
    if (from == State.MOVING) {
      tally.moves.increment();
      disturbances.moved(left, server, now);
    } else if (!left.isEmpty()) {
      tally.returns.increment();
      disturbances.returned(server, now, now - lostAt);
    }
  }

  @Override
  public void error(MooringException error) {
    trouble.accept(String.valueOf(error.getMessage()));
  }
}
