package io.mooring.authfilter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.token.Claims;
import io.mooring.token.JwksFile;
import io.mooring.token.TokenVerifier;
import io.mooring.token.Verification;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Remembers good tokens by their SHA-256 until they expire or the keys change, so that a reconnect
 * costs a hash instead of a signature. Bad ones are not remembered. Safe for use by many threads.
 */
final class VerifiedTokens {
  private static final int MOST = 100_000;

  private record Digest(long first, long second, long third, long fourth) {}

  private record Entry(Verification.Accepted accepted, long keysVersion) {}

  private final TokenVerifier verifier;
  private final JwksFile keys;
  private final InstantSource clock;
  private final Cache<Digest, Entry> entries;
  private final Counter hits;
  private final Counter misses;

  VerifiedTokens(TokenVerifier verifier, JwksFile keys, InstantSource clock, MeterRegistry meters) {
    this.verifier = verifier;
    this.keys = keys;
    this.clock = clock;
    this.entries =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .executor(Runnable::run)
            .expireAfter(
                Expiry.creating((Digest token, Entry entry) -> Duration.ofMillis(left(entry))))
            .build();
    this.hits = lookups("hit", meters);
    this.misses = lookups("miss", meters);
    Gauge.builder("mooring.verified.tokens", this, VerifiedTokens::size)
        .description("Tokens remembered until they expire")
        .register(meters);
  }

  /**
   * @throws RefusedException naming the check of the token that failed
   */
  Claims claims(String token) {
    return switch (verify(token)) {
      case Verification.Accepted accepted -> accepted.claims();
      case Verification.Refused refused ->
          throw RefusedException.badAuth(refused.step().label(), refused.detail());
    };
  }

  Verification verify(String token) {
    Digest digest = digest(token);
    long version = keys.version();
    Entry known = entries.getIfPresent(digest);
    if (known != null && known.keysVersion == version && left(known) > 0) {
      hits.increment();
      return known.accepted;
    }
    misses.increment();
    Verification verification = verifier.verify(token);
    if (verification instanceof Verification.Accepted accepted) {
      entries.put(digest, new Entry(accepted, version));
    }
    return verification;
  }

  /** How many tokens are remembered, about. */
  long size() {
    return entries.estimatedSize();
  }

  private static Counter lookups(String outcome, MeterRegistry meters) {
    return Counter.builder("mooring.verified.tokens.lookups")
        .description("Tokens that came: remembered, or to be verified")
        .tag("outcome", outcome)
        .register(meters);
  }

  // The wall clock counts, not the time since: it may have been set.
  private long left(Entry entry) {
    return Math.max(0, entry.accepted.claims().exp() * 1000 - clock.millis());
  }

  private static Digest digest(String token) {
    try {
      byte[] bytes = token.getBytes(ISO_8859_1);
      ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
      return new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
