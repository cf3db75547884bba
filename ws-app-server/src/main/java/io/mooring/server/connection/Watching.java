package io.mooring.server.connection;

import io.mooring.server.channel.Joining;
import io.mooring.server.loop.Loop;
import io.mooring.server.presence.Onlooker;
import io.mooring.server.presence.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client that asked who is in a channel to which it subscribes. First the members are found out,
 * then it joins the channel, and then it is told of both at once; who comes and goes meanwhile,
 * afterwards. Belongs to the connection's loop.
 */
final class Watching implements Onlooker {
  private enum State {
    OPENING,
    JOINING,
    LIVE,
    ENDED
  }

  private final Connection connection;
  private final Environment environment;
  private final Joining joining;
  private final List<byte[]> early = new ArrayList<>(0);
  private State state = State.OPENING;

  /** There while it joins. */
  private @Nullable Page first;

  Watching(Connection connection, Environment environment, Joining joining) {
    this.connection = connection;
    this.environment = environment;
    this.joining = joining;
  }

  String channel() {
    return joining.subscription().channel();
  }

  void begin() {
    environment.audiences().join(channel(), this);
  }

  /** Without effect if it has ended. */
  void end() {
    if (state != State.ENDED) {
      state = State.ENDED;
      early.clear();
      environment.audiences().leave(channel(), this);
    }
  }

  /** Who is there, for the answer to the subscription. */
  @Nullable Page first() {
    return first;
  }

  /** The subscription was answered. */
  void answered() {
    if (state == State.JOINING) {
      state = State.LIVE;
      first = null;
      List<byte[]> frames = List.copyOf(early);
      early.clear();
      frames.forEach(connection::send);
    }
  }

  /** Answers with more members. */
  void page(long id, String after) {
    environment
        .audiences()
        .page(
            channel(),
            this,
            after,
            page -> {
              if (state == State.LIVE) {
                connection.send(environment.dialect().members(id, channel(), page));
              }
            });
  }

  /** Only then it can be asked for more. */
  Optional<Watching> ifLive() {
    return state == State.LIVE ? Optional.of(this) : Optional.empty();
  }

  @Override
  public Loop loop() {
    return connection.loop();
  }

  @Override
  public void opened(Page page) {
    if (state == State.OPENING) {
      state = State.JOINING;
      first = page;
      environment.hub().join(joining);
    }
  }

  @Override
  public void unavailable() {
    if (state == State.OPENING) {
      state = State.ENDED;
      connection.remove(joining.subscription());
      Subscribing.unavailable(connection, environment, joining);
    }
  }

  @Override
  public void moved(byte[] frames) {
    switch (state) {
      case JOINING -> early.add(frames);
      case LIVE -> connection.send(frames);
      case OPENING, ENDED -> {}
    }
  }
}
