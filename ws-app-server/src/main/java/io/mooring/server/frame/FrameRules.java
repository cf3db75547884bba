package io.mooring.server.frame;

/**
 * What a socket takes from its peer.
 *
 * @param frame the longest payload of a frame, in bytes; beyond it 1009
 * @param message the longest message, over all its frames, in bytes; beyond it 1009
 * @param fragments the most frames of one message; beyond it 4102
 * @param text whether text messages are taken; else 1003
 * @param binary whether binary messages are taken; else 1003
 */
public record FrameRules(int frame, int message, int fragments, boolean text, boolean binary) {}
