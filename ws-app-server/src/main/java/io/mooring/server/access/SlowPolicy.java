package io.mooring.server.access;

/** What becomes of a subscriber that does not read as fast as its channels speak. */
public enum SlowPolicy {
  /** Its socket is closed with 4101, so that it comes back and resumes. */
  DISCONNECT,
  /** Of the messages that wait for it, the newest of each key stays. */
  CONFLATE
}
