package io.mooring.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of publishers that have no token, sent as {@code <name>.<secret>}. Safe for use by many
 * threads.
 *
 * <p>The file has one line per key, {@code <name> <base64url of the SHA-256 of the secret>
 * [pub=<patterns>] [sub=<patterns>]}, patterns as in {@link Channels} with commas between; lines
 * that start with {@code #} and empty lines do not count. A secret has 256 random bits, so that its
 * plain hash cannot be searched.
 */
public final class ApiKeys {
  public static final ApiKeys NONE = new ApiKeys(Map.of());

  private static final int SECRET_BYTES = 32;
  private static final int HASH_BYTES = 32;
  private static final int LONGEST = 256;
  private static final byte[] NOBODYS = new byte[HASH_BYTES];

  /**
   * A publisher.
   *
   * @param name the id under which it publishes, {@code [A-Za-z0-9_-]{1,64}}
   */
  public record Holder(String name, Channels channels) {}

  /**
   * A fresh key.
   *
   * @param key what its holder sends; it is kept nowhere else
   * @param line what the file gets
   */
  public record Fresh(String key, String line) {}

  private record Entry(Holder holder, byte[] hash) {}

  private final Map<String, Entry> byName;

  private ApiKeys(Map<String, Entry> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * Reads a key file.
   *
   * @throws KeyFileException naming the file and the line
   */
  public static ApiKeys read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, UTF_8);
    } catch (IOException unreadable) {
      throw new KeyFileException(
          "cannot read the API key file " + file + ": " + unreadable, unreadable);
    }
    Map<String, Entry> byName = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        String place = file + " line " + (i + 1);
        Entry entry = parse(place, line);
        if (byName.put(entry.holder.name, entry) != null) {
          throw new KeyFileException(
              place + ": the name \"" + entry.holder.name + "\" is there twice");
        }
      }
    }
    return new ApiKeys(byName);
  }

  /**
   * @throws IllegalArgumentException if the name does not fit the grammar
   */
  public static Fresh fresh(String name, Channels channels) {
    Ids.require("name", name);
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    String secret = Base64Url.encode(random);
    String patterns =
        Stream.of(patterns("pub", channels.pub()), patterns("sub", channels.sub()))
            .flatMap(Optional::stream)
            .collect(Collectors.joining());
    return new Fresh(name + "." + secret, name + " " + Base64Url.encode(hash(secret)) + patterns);
  }

  private static Optional<String> patterns(String member, List<String> patterns) {
    return patterns.isEmpty()
        ? Optional.empty()
        : Optional.of(" " + member + "=" + String.join(",", patterns));
  }

  /** Whose key this is, in a time that tells nothing of the secrets. */
  public Optional<Holder> holder(String sent) {
    int dot = sent.indexOf('.');
    if (dot < 0 || sent.length() > LONGEST) {
      return Optional.empty();
    }
    @Nullable Entry entry = byName.get(sent.substring(0, dot));
    boolean fits =
        MessageDigest.isEqual(hash(sent.substring(dot + 1)), entry == null ? NOBODYS : entry.hash);
    return entry == null || !fits ? Optional.empty() : Optional.of(entry.holder);
  }

  // The messages never show the second word: somebody may have put the secret itself there.
  private static Entry parse(String place, String line) {
    String[] words = line.split("\\s+", -1);
    if (words.length < 2 || !Ids.valid(words[0])) {
      throw new KeyFileException(
          place
              + ": expected \"<name> <base64url of SHA-256> [pub=<patterns>] [sub=<patterns>]\","
              + " the name of [A-Za-z0-9_-]{1,64}");
    }
    byte[] hash = Base64Url.decode(words[1]);
    if (hash == null || hash.length != HASH_BYTES) {
      throw new KeyFileException(
          place + ": the second word is not the base64url of a SHA-256 without padding");
    }
    List<String> pub = List.of();
    List<String> sub = List.of();
    Function<String, List<String>> patterns = word -> List.of(word.substring(4).split(",", -1));
    for (int i = 2; i < words.length; i++) {
      if (words[i].startsWith("pub=") && pub.isEmpty()) {
        pub = patterns.apply(words[i]);
      } else if (words[i].startsWith("sub=") && sub.isEmpty()) {
        sub = patterns.apply(words[i]);
      } else {
        throw new KeyFileException(
            place + ": word " + (i + 1) + " is neither pub=<patterns> nor sub=<patterns>, once");
      }
    }
    try {
      return new Entry(new Holder(words[0], new Channels(sub, pub)), hash);
    } catch (IllegalArgumentException badPattern) {
      throw new KeyFileException(place + ": " + badPattern.getMessage(), badPattern);
    }
  }

  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(US_ASCII));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  /** Names the keys, never their secrets. */
  @Override
  public String toString() {
    return "ApiKeys" + byName.keySet();
  }
}
