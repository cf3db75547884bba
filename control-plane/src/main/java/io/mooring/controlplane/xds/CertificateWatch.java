package io.mooring.controlplane.xds;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.controlplane.xds.Certificates.Contents;
import io.mooring.controlplane.xds.Certificates.Material;
import io.mooring.process.StartException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether the edge's certificate, its key or the ticket keys are others, and
 * passes them on when they can be used. Files that cannot be used change nothing: while somebody
 * replaces them one after the other that is as it should be, after three seconds it is said. What
 * the first Envoy refuses nevertheless is taken back for what one has taken before.
 *
 * <p>The contents are compared, so it does not matter how a file was replaced. Safe for all
 * threads.
 */
final class CertificateWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** A file that is being written is not the same after this. */
  private static final Duration STEADY = Duration.ofMillis(50);

  private final Certificates certificates;
  private final Consumer<Material> serve;
  private final InstantSource clock;
  private final Counter refusals;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private @Nullable Served served;

  /** What an Envoy has taken last. */
  private @Nullable Served proven;

  /** What an Envoy has refused: it is not served again while the files hold it. */
  private @Nullable Contents rejected;

  private Optional<Refused> refused = Optional.empty();
  private volatile Instant expires = Instant.EPOCH;

  private record Served(Contents contents, Material material) {}

  /**
   * @param since monotonic nanoseconds
   */
  private record Refused(Optional<Contents> contents, String reason, long since, boolean said) {
    boolean of(Optional<Contents> others, String another) {
      return contents.equals(others) && reason.equals(another);
    }
  }

  /**
   * @param serve is given what is to be served, at {@link #start} and then in the watch's thread,
   *     or in that of {@link #refusedBy}
   */
  CertificateWatch(
      Certificates certificates,
      Consumer<Material> serve,
      InstantSource clock,
      MeterRegistry meters) {
    this.certificates = certificates;
    this.serve = serve;
    this.clock = clock;
    this.refusals =
        Counter.builder("mooring.certificate.refused")
            .description("Certificates and ticket keys that were found in the files and not served")
            .register(meters);
    this.thread = Thread.ofPlatform().daemon().name("certificates").unstarted(this::run);
    Gauge.builder(
            "mooring.certificate.expiry",
            this,
            watch -> Duration.between(clock.instant(), watch.expires).toMillis() / 1e3)
        .description("Time until the edge's certificate expires; negative: it has")
        .baseUnit("seconds")
        .register(meters);
  }

  /**
   * Serves what the files hold now, and begins to watch them. One that is out of date is served,
   * too, and said: there is no other.
   *
   * @throws StartException if a file is not to be had, or not to be used
   */
  void start() {
    Contents found = certificates.read();
    Material material = certificates.check(found);
    try {
      requireValid(material);
    } catch (StartException outOfDate) {
      log.error("event=certificate_out_of_date reason=\"{}\"", outOfDate.getMessage());
    }
    serve(new Served(found, material));
    thread.start();
  }

  private void run() {
    try {
      while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() throws InterruptedException {
    Optional<Contents> contents = Optional.empty();
    try {
      Contents found = certificates.read();
      if (isKnown(found)) {
        return;
      }
      if (closing.await(STEADY.toMillis(), TimeUnit.MILLISECONDS)
          || !found.equals(certificates.read())) {
        return;
      }
      contents = Optional.of(found);
      Material material = certificates.check(found);
      requireValid(material);
      serve(new Served(found, material));
    } catch (RuntimeException unusable) {
      refuse(contents, String.valueOf(unusable.getMessage()));
    }
  }

  private synchronized boolean isKnown(Contents found) {
    if (found.equals(rejected)) {
      return true;
    }
    if (served == null || !found.equals(served.contents())) {
      return false;
    }
    rejected = null;
    refused = Optional.empty();
    return true;
  }

  /** An Envoy has this, by its own word. */
  synchronized void takenBy(Material material) {
    Served now = served;
    if (now == null || now.material() != material || now == proven) {
      return;
    }
    proven = now;
    if (now.contents().equals(rejected)) {
      rejected = null;
      refused = Optional.empty();
    }
  }

  /** An Envoy has refused this; it does not count once another has taken it. */
  synchronized void refusedBy(Material material, String envoy, String complaint) {
    Served now = served;
    if (now == null
        || now.material() != material
        || now == proven
        || now.contents().equals(rejected)) {
      return;
    }
    rejected = now.contents();
    if (proven != null) {
      serve(proven);
    }
    String reason = "the Envoy " + envoy + " does not take it: " + complaint;
    say(reason);
    refused = Optional.of(new Refused(Optional.of(rejected), reason, System.nanoTime(), true));
  }

  /** How it stands with what is served, and with what is not. */
  synchronized CertificateStatus status() {
    return new CertificateStatus(
        expires, refused.filter(Refused::said).map(Refused::reason).orElse(""));
  }

  private void requireValid(Material material) {
    for (X509Certificate certificate : material.chain()) {
      try {
        certificate.checkValidity(Date.from(clock.instant()));
      } catch (CertificateException outOfDate) {
        throw new StartException(
            "edge.certificate: %s is valid from %s to %s only"
                .formatted(
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant()),
            outOfDate);
      }
    }
  }

  private synchronized void serve(Served next) {
    Material material = next.material();
    served = next;
    refused = Optional.empty();
    expires = material.leaf().getNotAfter().toInstant();
    log.info(
        "event=certificate_served subject=\"{}\" serial={} expires={} ticket_keys={}",
        material.leaf().getSubjectX500Principal().getName(),
        material.leaf().getSerialNumber().toString(16),
        expires,
        material.ticketKeys().size());
    serve.accept(material);
  }

  private synchronized void refuse(Optional<Contents> contents, String reason) {
    long now = System.nanoTime();
    Refused before =
        refused
            .filter(earlier -> earlier.of(contents, reason))
            .orElseGet(() -> new Refused(contents, reason, now, false));
    boolean say = !before.said() && now - before.since() >= PATIENCE.toNanos();
    if (say) {
      say(reason);
    }
    refused = Optional.of(new Refused(contents, reason, before.since(), before.said() || say));
  }

  private void say(String reason) {
    refusals.increment();
    log.error(
        "event=certificate_refused reason=\"{}\" expires={} hint=\"the Envoys keep the one that"
            + " they have until it expires; put a usable one in its place\"",
        reason,
        expires);
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      if (thread.isAlive()) {
        thread.join(EVERY);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
