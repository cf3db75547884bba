package io.mooring.controlplane.xds;

import java.time.Instant;

/**
 * How it stands with the edge's certificate.
 *
 * @param expires the one that is served
 * @param refused why what stands in the files is not served; empty: it is, or was put there just
 *     now
 */
public record CertificateStatus(Instant expires, String refused) {}
