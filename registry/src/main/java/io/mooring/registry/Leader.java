package io.mooring.registry;

/**
 * Who leads, as the registry holds it.
 *
 * @param holder the replica's name; "" when nobody leads
 * @param number the text of its fence; "" when nobody ever led, or the registry forgot it
 * @param beat changes each second while the leader lives, and means nothing else
 */
public record Leader(String holder, String number, String beat) {
  /**
   * What somebody wrote there by hand counts as 0, and is overwritten by the next leader: any text
   * but a number of at most 15 digits, with which a script can count exactly.
   */
  public long fence() {
    return number.matches("[0-9]{1,15}") ? Long.parseLong(number) : 0;
  }
}
