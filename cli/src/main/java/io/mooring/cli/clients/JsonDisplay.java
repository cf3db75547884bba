package io.mooring.cli.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.function.Consumer;

/** For programs: an object for each second, and for whatever happens. */
public final class JsonDisplay implements Display {
  /** A tenth of a second each, for ten minutes. */
  private static final int MOST_STRETCHES = 6_000;

  private final Consumer<JsonNode> out;

  public JsonDisplay(Consumer<JsonNode> out) {
    this.out = out;
  }

  @Override
  public void gathering(int joined, int all) {
    // The figures of each second tell it, once all have begun.
  }

  @Override
  public void figures(Figures figures) {
    out.accept(json(figures));
  }

  @Override
  public void disturbance(Disturbance disturbance) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode told = json.putObject("disturbance");
    disturbance.lost().forEach(told.putObject("lost_sockets")::put);
    disturbance.left().forEach(told.putObject("moved_from")::put);
    disturbance.byServer().forEach(told.putObject("arrived_at")::put);
    long[] times = disturbance.arrivalTimes();
    Histogram histogram = Histogram.of(times, MOST_STRETCHES);
    told.put("p50_ms", disturbance.backWithin(0.5))
        .put("p99_ms", disturbance.backWithin(0.99))
        .put("most_in_a_second", Histogram.mostInASecond(times))
        .put("replayed", disturbance.counts().replayed())
        .put("lost", disturbance.counts().lost())
        .put("doubled", disturbance.counts().doubled())
        .put("stretch_ms", histogram.stretchMillis());
    histogram.counts().forEach(told.putArray("arrivals")::add);
    out.accept(json);
  }

  @Override
  public void trouble(String what) {
    out.accept(JsonNodeFactory.instance.objectNode().put("trouble", what));
  }

  @Override
  public void summary(Figures figures, Duration took) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("summary").put("seconds", took.toSeconds()).setAll(json(figures));
    out.accept(json);
  }

  private static ObjectNode json(Figures figures) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("clients", figures.clients())
        .put("connected", figures.connected())
        .put("reconnecting", figures.reconnecting())
        .put("closed", figures.closed())
        .put("received", figures.received())
        .put("lost", figures.lost())
        .put("doubled", figures.doubled())
        .put("published", figures.published())
        .put("unpublished", figures.unpublished())
        .put("returns", figures.returns())
        .put("moves", figures.moves());
  }
}
