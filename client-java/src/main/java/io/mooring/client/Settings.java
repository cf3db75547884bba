package io.mooring.client;

import java.net.URI;
import java.time.Duration;

/**
 * How a client was built.
 *
 * @param url where it connects to at first
 * @param api where snapshots are read, without a slash at the end
 * @param queueMessages publications that may be without an answer
 * @param queueBytes their bytes
 * @param closeTimeout how long a server may take to answer a close
 * @param resubscribeFirst the first ceiling of the waits before a subscription is asked for again
 * @param resubscribeMost the highest
 */
record Settings(
    URI url,
    URI api,
    int queueMessages,
    long queueBytes,
    Duration closeTimeout,
    Duration resubscribeFirst,
    Duration resubscribeMost) {}
