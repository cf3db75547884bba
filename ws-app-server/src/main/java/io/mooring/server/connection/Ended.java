package io.mooring.server.connection;

/**
 * A connection that has ended.
 *
 * @param last as it was when it ended
 * @param code the close code; 1005 if the client gave none, 1006 if there was no close frame
 * @param reason the text of our close frame, or who ended the socket
 * @param atNanos when, by {@link System#nanoTime}
 */
public record Ended(ConnectionView last, int code, String reason, long atNanos) {}
