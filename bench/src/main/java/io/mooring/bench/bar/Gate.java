package io.mooring.bench.bar;

import io.mooring.bench.measure.Spread;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a figure of Mooring's must reach.
 *
 * @param figure as {@link Bar#run} names it
 * @param sense whether less is better
 * @param least what must be reached
 * @param aim what is to be reached some day
 */
public record Gate(String figure, Sense sense, Bound least, Bound aim) {
  /** Which way is better. */
  public enum Sense {
    AT_MOST("≤"),
    AT_LEAST("≥");

    private final String sign;

    Sense(String sign) {
      this.sign = sign;
    }

    boolean holds(double value, double bound) {
      return this == AT_MOST ? value <= bound : value >= bound;
    }
  }

  /** Beside what a figure is held. */
  public enum Against {
    /** Centrifugo or its engine, whichever is better in that round. */
    CENTRIFUGO("× Centrifugo"),
    ENGINE("× its engine"),
    BARE_NETTY("× bare Netty"),
    /** The figure itself counts. */
    NOTHING("");

    private final String words;

    Against(String words) {
      this.words = words;
    }
  }

  /** A factor of somebody else's figure, or a figure. */
  public record Bound(double value, Against against) {
    /** For example {@code 0.65× Centrifugo}. */
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s%s", plain(value), against.words);
    }

    private static String plain(double value) {
      return value == Math.rint(value)
          ? String.format(Locale.ROOT, "%,.0f", value)
          : Double.toString(value);
    }
  }

  static Gate atMost(String figure, Bound least, Bound aim) {
    return new Gate(figure, Sense.AT_MOST, least, aim);
  }

  static Gate atLeast(String figure, Bound least, Bound aim) {
    return new Gate(figure, Sense.AT_LEAST, least, aim);
  }

  static Bound times(double factor, Against against) {
    return new Bound(factor, against);
  }

  static Bound absolute(double value) {
    return new Bound(value, Against.NOTHING);
  }

  /** What came of it. */
  public record Verdict(
      Gate gate, Spread reached, boolean passed, Spread towardsAim, boolean aimed) {
    /** In one line. */
    public String line() {
      return "%s: %s, expected %s %s".formatted(gate.figure, reached, gate.sense.sign, gate.least);
    }

    public String expectation() {
      return gate.sense.sign + " " + gate.least;
    }

    public String aim() {
      return gate.sense.sign + " " + gate.aim;
    }
  }

  /** Who must have taken part for it to be judged. */
  Set<Round.Role> parties() {
    Set<Round.Role> parties = EnumSet.of(Round.Role.MOORING);
    for (Bound bound : List.of(least, aim)) {
      switch (bound.against) {
        case CENTRIFUGO, ENGINE -> parties.add(Round.Role.ENGINE);
        case BARE_NETTY -> parties.add(Round.Role.BARE_NETTY);
        case NOTHING -> {}
      }
    }
    return parties;
  }

  /** Judges the median of the rounds. */
  public Verdict judge(List<Round> rounds) {
    Spread reached = Spread.of(rounds.stream().map(round -> held(round, least.against)).toList());
    Spread towards = Spread.of(rounds.stream().map(round -> held(round, aim.against)).toList());
    return new Verdict(
        this,
        reached,
        sense.holds(reached.median(), least.value),
        towards,
        sense.holds(towards.median(), aim.value));
  }

  private double held(Round round, Against against) {
    double own = round.figure(Round.Role.MOORING, figure);
    return switch (against) {
      case CENTRIFUGO -> own / better(round);
      case ENGINE -> own / round.figure(Round.Role.ENGINE, figure);
      case BARE_NETTY -> own / round.figure(Round.Role.BARE_NETTY, figure);
      case NOTHING -> own;
    };
  }

  /** Of the product and its engine. */
  private double better(Round round) {
    double engine = round.figure(Round.Role.ENGINE, figure);
    if (!round.figures().containsKey(Round.Role.CENTRIFUGO)) {
      return engine;
    }
    double product = round.figure(Round.Role.CENTRIFUGO, figure);
    return sense == Sense.AT_MOST ? Math.min(product, engine) : Math.max(product, engine);
  }
}
