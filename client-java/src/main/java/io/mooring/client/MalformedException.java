package io.mooring.client;

/** A server says what is no message, or one without what it has to have. */
final class MalformedException extends RuntimeException {
  /**
   * @param expected what is missing, for people; never what came instead
   */
  MalformedException(String expected) {
    super("expected " + expected);
  }
}
