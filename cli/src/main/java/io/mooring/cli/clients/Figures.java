package io.mooring.cli.clients;

/**
 * How things stand at one moment.
 *
 * @param clients how many there are to be
 * @param connected those that have a socket
 * @param reconnecting those that have none, and will have one
 * @param closed those that a server has sent away for good
 * @param received messages, as all that follows of them; see {@link Tally}
 * @param returns sockets that followed one that was gone
 * @param moves sockets that took over from one that still lived
 */
record Figures(
    int clients,
    int connected,
    int reconnecting,
    int closed,
    long received,
    long lost,
    long doubled,
    long published,
    long unpublished,
    long returns,
    long moves) {

  /** Whether every message came, once, and everybody may stay. */
  boolean flawless() {
    return lost == 0 && doubled == 0 && closed == 0;
  }
}
