package io.mooring.e2e.ledger;

/**
 * A place in a channel's log, as servers tell it to clients.
 *
 * @param epoch one life of the log
 * @param off from 1 on; 0 before the first message
 * @param tag of the message at this place
 */
public record Position(String epoch, long off, long tag) {}
