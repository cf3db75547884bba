package io.mooring.server.presence;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.server.loop.Loops;
import io.mooring.server.loop.Strand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** The rooms that somebody on this server looks at. For any thread. */
public final class Audiences {
  /** Puts what happens into frames. */
  public interface Encoder {
    /**
     * @param info empty for none
     */
    byte[] joined(String room, String user, String info);

    /**
     * @param info empty for none
     */
    byte[] left(String room, String user, String info);
  }

  private final Loops loops;
  private final Rooms rooms;
  private final Encoder encoder;
  private final LongAdder joins = new LongAdder();
  private final LongAdder leaves = new LongAdder();

  /** Of each strand, by the rooms' names. */
  private final List<Map<String, Audience>> shards = new ArrayList<>();

  public Audiences(Loops loops, Rooms rooms, Encoder encoder) {
    this.loops = loops;
    this.rooms = rooms;
    this.encoder = encoder;
    for (int i = 0; i < loops.strands(); i++) {
      shards.add(new HashMap<>());
    }
  }

  public void watch(MeterRegistry meters) {
    counter(meters, "join", joins);
    counter(meters, "leave", leaves);
  }

  private static void counter(MeterRegistry meters, String move, LongAdder count) {
    FunctionCounter.builder("mooring_presence_moves", count, LongAdder::sum)
        .tag("move", move)
        .description("Joins and leaves of the rooms that somebody here looks at")
        .register(meters);
  }

  Encoder encoder() {
    return encoder;
  }

  void joined() {
    joins.increment();
  }

  void left() {
    leaves.increment();
  }

  /** Tells an onlooker who is in a room, and who comes and goes, until it leaves. */
  public void join(String room, Onlooker onlooker) {
    Strand strand = loops.strand(room);
    strand.run(
        () -> {
          Map<String, Audience> shard = shards.get(strand.index());
          Audience audience = shard.get(room);
          if (audience == null) {
            audience = new Audience(room, strand, loops.size(), this, rooms);
            shard.put(room, audience);
          }
          Audience there = audience;
          there.join(onlooker, () -> closeIfDeserted(room, strand, there));
        });
  }

  /** One who joined, and was not told that nothing can be told, is told nothing more. */
  public void leave(String room, Onlooker onlooker) {
    Strand strand = loops.strand(room);
    strand.run(
        () -> {
          Audience audience = shards.get(strand.index()).get(room);
          if (audience != null) {
            audience.leave(onlooker);
            closeIfDeserted(room, strand, audience);
          }
        });
  }

  /**
   * Tells an onlooker that is told of the room more of its members.
   *
   * @param after the last user that it knows of
   * @param answer called on the onlooker's loop
   */
  public void page(String room, Onlooker onlooker, String after, Consumer<Page> answer) {
    Strand strand = loops.strand(room);
    strand.run(
        () -> {
          Audience audience = shards.get(strand.index()).get(room);
          if (audience != null) {
            Page page = audience.page(after);
            strand.tell(onlooker.loop(), () -> answer.accept(page));
          }
        });
  }

  /**
   * Some members of a room that somebody here looks at, from memory.
   *
   * @param after the last user of the page before; empty for the first page
   * @param most how many, 1 or more
   * @return completes on the room's strand; empty if nobody here does
   */
  public CompletionStage<Optional<Page>> page(String room, String after, int most) {
    CompletableFuture<Optional<Page>> page = new CompletableFuture<>();
    Strand strand = loops.strand(room);
    strand.run(
        () -> {
          Audience audience = shards.get(strand.index()).get(room);
          page.complete(audience == null ? Optional.empty() : audience.page(after, most));
        });
    return page;
  }

  private void closeIfDeserted(String room, Strand strand, Audience audience) {
    Map<String, Audience> shard = shards.get(strand.index());
    if (shard.get(room) == audience && audience.isDeserted()) {
      shard.remove(room);
      rooms.close(room);
    }
  }
}
