package io.mooring.client;

/**
 * What a client has counted since it was built.
 *
 * @param losses messages that are known to be missing: counted by their offsets where these tell,
 *     otherwise one for each loss that a server told
 * @param duplicates messages that were dropped, as the application had them already
 * @param gaps holes in what a server sent, which must not be; each was asked for again
 * @param reconnects sockets that followed one that was gone
 * @param moves sockets that took over from one that still lived
 */
public record Counters(long losses, long duplicates, long gaps, long reconnects, long moves) {}
