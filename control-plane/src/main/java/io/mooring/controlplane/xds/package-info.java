/**
 * What the Envoys are told, and what they answered.
 *
 * <p>{@link io.mooring.controlplane.xds.Xds} takes the registry's view and serves it over one
 * aggregated delta stream per Envoy. One file per resource says what the edge does: {@code
 * Listeners}, {@code Routes}, {@code Clusters}, {@code Endpoints}, {@code Secrets}; {@code
 * Snapshot} holds them with their versions; {@code Conversation} is the protocol with one Envoy.
 * {@code CertificateWatch} notices new files, {@code Reporter} tells the other replicas what the
 * Envoys have acknowledged.
 */
@NullMarked
package io.mooring.controlplane.xds;

import org.jspecify.annotations.NullMarked;
