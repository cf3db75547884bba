package io.mooring.e2e.ledger;

import java.util.List;
import java.util.Map;

/**
 * What the ledger says in the end.
 *
 * @param violations the first ones in full; empty when all is well
 * @param counts how often each kind was seen
 * @param intended messages that were sent
 * @param acknowledged of these
 * @param refused of these, by the code of the error
 * @param deliveries to all subscribers together
 * @param told losses that subscribers were told of, by reason
 * @param toldAbout acknowledged messages, counted for each subscriber, that such an answer covers
 */
public record Verdict(
    List<Violation> violations,
    Map<Violation.Kind, Integer> counts,
    int intended,
    int acknowledged,
    Map<String, Integer> refused,
    long deliveries,
    Map<String, Integer> told,
    long toldAbout) {
  public boolean clean() {
    return counts.isEmpty();
  }

  /** One line of figures. */
  public String figures() {
    int refusals = refused.values().stream().mapToInt(Integer::intValue).sum();
    return "ledger: %d sent, %d acknowledged, refused %s, unanswered %d; %d deliveries; told of losses %s (%d messages); violations %s"
        .formatted(
            intended,
            acknowledged,
            refused,
            intended - acknowledged - refusals,
            deliveries,
            told,
            toldAbout,
            counts.isEmpty() ? "0" : counts);
  }
}
