package io.mooring.server.channel;

/**
 * What a channel tells its subscribers, in one frame.
 *
 * @param key what this is the newest value of; empty if it stands for itself
 * @param frame not changed by anyone
 */
public record Update(String key, byte[] frame) {}
