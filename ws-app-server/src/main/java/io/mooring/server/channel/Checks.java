package io.mooring.server.channel;

import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares, over and over, what the log says with what was delivered: pub/sub loses messages
 * without a word, and a log may be lost or rolled back while nothing is published. What is compared
 * has subscribers, so its log is kept by the way. Belongs to the strand of its channels.
 */
final class Checks {
  private static final Logger log = LoggerFactory.getLogger(Checks.class);

  private static final long EVERY_MILLIS = 6_000;
  private static final long SOON_MILLIS = 10;
  private static final long RETRY_MILLIS = 1_000;
  private static final int AT_ONCE = 500;

  private final Strand strand;
  private final Map<String, Channel> channels;
  private final History history;
  private final Set<Channel> urgent = new LinkedHashSet<>();

  Checks(Strand strand, Map<String, Channel> channels, History history) {
    this.strand = strand;
    this.channels = channels;
    this.history = history;
  }

  /** Begins; for any thread. It ends with its loop. */
  void start() {
    var ignored =
        strand.scheduleWithFixedDelay(
            this::all,
            ThreadLocalRandom.current().nextLong(EVERY_MILLIS),
            EVERY_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /** Compares one soon, together with others that come now. */
  void soon(Channel channel) {
    assert strand.inside();
    if (urgent.isEmpty()) {
      strand.schedule(this::urgent, SOON_MILLIS, TimeUnit.MILLISECONDS);
    }
    urgent.add(channel);
  }

  /** One that threw would be the last. */
  private void all() {
    try {
      long now = System.nanoTime();
      // A log in memory answers at once, and its answer may end a channel.
      List<Channel> those = List.copyOf(channels.values());
      those.forEach(channel -> channel.age(now));
      compare(those, false);
    } catch (Throwable broken) {
      log.error("event=checks_failed action=\"trying again in {} ms\"", EVERY_MILLIS, broken);
    }
  }

  private void urgent() {
    List<Channel> those = List.copyOf(urgent);
    urgent.clear();
    compare(those, true);
  }

  private void compare(List<Channel> those, boolean insist) {
    Map<Channel, Position> then = new HashMap<>();
    for (Channel channel : those) {
      Position position = channel.position();
      if (position != null) {
        then.put(channel, position);
      }
      if (then.size() == AT_ONCE) {
        ask(then, insist);
        then = new HashMap<>();
      }
    }
    if (!then.isEmpty()) {
      ask(then, insist);
    }
  }

  private void ask(Map<Channel, Position> then, boolean insist) {
    long now = System.nanoTime();
    List<String> names = new ArrayList<>();
    Map<String, Duration> kept = new HashMap<>();
    for (Channel channel : then.keySet()) {
      names.add(channel.name());
      channel.keepFor(now).ifPresent(metaTtl -> kept.put(channel.name(), metaTtl));
    }
    history
        .tops(names, kept)
        .whenComplete(
            (tops, failure) ->
                strand.run(
                    () -> {
                      if (tops != null) {
                        then.keySet().stream()
                            .filter(channel -> kept.containsKey(channel.name()))
                            .forEach(channel -> channel.kept(now));
                      }
                      answered(then, tops, insist);
                    }));
  }

  private void answered(
      Map<Channel, Position> then, @Nullable Map<String, Position> tops, boolean insist) {
    if (tops != null) {
      then.forEach((channel, position) -> channel.compared(position, tops.get(channel.name())));
    } else if (insist) {
      strand.schedule(() -> then.keySet().forEach(this::soon), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
