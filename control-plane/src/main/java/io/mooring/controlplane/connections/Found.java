package io.mooring.controlplane.connections;

import java.util.List;

/**
 * What the servers answered.
 *
 * @param total how many connections fit, of the servers that answered
 * @param rows some of them, in the order of the servers' ids; of closed ones the last first
 * @param unanswered the servers whose connections are not known
 * @param hint why there may be fewer rows than were asked for, and what to do; "" if there are not
 */
public record Found(long total, List<Row> rows, List<Unanswered> unanswered, String hint) {
  public static final Found NOTHING = new Found(0, List.of(), List.of(), "");

  /**
   * @param reason what is the matter with it, for people
   */
  public record Unanswered(String server, String reason) {}
}
