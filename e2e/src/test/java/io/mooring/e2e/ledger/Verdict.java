package io.mooring.e2e.ledger;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the ledger says in the end.
 *
 * @param violations the first ones in full; empty when all is well
 * @param counts how often each kind was seen
 * @param intended messages that were sent
 * @param acknowledged of these
 * @param refused of these, by the code of the error
 * @param deliveries to all subscribers together
 * @param resumes by what the server called them: {@code recovered}, or the reason of the failure
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
    Map<String, Integer> resumes,
    Map<String, Integer> told,
    long toldAbout) {
  /** What a resume that was called complete counts as. */
  public static final String RECOVERED = "recovered";

  public boolean clean() {
    return counts.isEmpty();
  }

  /** Resumes that were called complete. */
  public int recovered() {
    return resumes.getOrDefault(RECOVERED, 0);
  }

  /** Why resumes failed, and why subscribers were told of losses: each reason once. */
  public Set<String> reasons() {
    Set<String> reasons = new TreeSet<>(resumes.keySet());
    reasons.addAll(told.keySet());
    reasons.remove(RECOVERED);
    return reasons;
  }

  /** One line of figures. */
  public String figures() {
    int refusals = refused.values().stream().mapToInt(Integer::intValue).sum();
    return "ledger: %d sent, %d acknowledged, refused %s, unanswered %d; %d deliveries; resumes %s; told of losses %s (%d messages); violations %s"
        .formatted(
            intended,
            acknowledged,
            refused,
            intended - acknowledged - refusals,
            deliveries,
            resumes,
            told,
            toldAbout,
            counts.isEmpty() ? "0" : counts);
  }
}
