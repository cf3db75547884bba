package io.mooring.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * The secrets that the processes of one fleet share; everything that Mooring signs itself is signed
 * under keys derived from them.
 *
 * <p>The file has one line {@code <key id> <base64url of 32 random bytes>} per key; lines that
 * start with {@code #} and empty lines do not count. The first key signs, both verify: to rotate,
 * put the new key second everywhere, then first everywhere, then remove the old one.
 */
public final class MasterKeys {
  private static final int KEY_BYTES = 32;
  private static final int MOST_KEYS = 2;

  private record Master(String id, byte[] secret) {}

  /** One key of a purpose, derived from one master key. */
  record Derived(String id, Hmac hmac) {}

  private final List<Master> masters;

  private MasterKeys(List<Master> masters) {
    this.masters = List.copyOf(masters);
  }

  /**
   * Reads a key file.
   *
   * @throws KeyFileException naming the file and the line
   */
  public static MasterKeys read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, UTF_8);
    } catch (IOException unreadable) {
      throw new KeyFileException(
          "cannot read the master key file " + file + ": " + unreadable, unreadable);
    }
    return parse(file.toString(), lines);
  }

  /** The text of a key file with one fresh key. */
  public static String generate(String keyId) {
    byte[] secret = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(secret);
    return Ids.require("key id", keyId) + " " + Base64Url.encode(secret) + "\n";
  }

  static MasterKeys parse(String name, List<String> lines) {
    List<Master> masters = new ArrayList<>(MOST_KEYS);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        String place = name + " line " + (i + 1);
        Master master = parse(place, line);
        if (masters.stream().anyMatch(earlier -> earlier.id.equals(master.id))) {
          throw new KeyFileException(place + ": key id \"" + master.id + "\" is there twice");
        }
        masters.add(master);
      }
    }
    if (masters.isEmpty() || masters.size() > MOST_KEYS) {
      throw new KeyFileException(
          name + " has " + masters.size() + " keys, expected one, or two during a rotation");
    }
    return new MasterKeys(masters);
  }

  // The messages never show the second word: it may be most of a secret.
  private static Master parse(String place, String line) {
    String[] words = line.split("\\s+", -1);
    if (words.length != 2) {
      throw new KeyFileException(
          place
              + " has "
              + words.length
              + " words, expected \"<key id> <base64url of 32 random bytes>\"");
    }
    if (!Ids.valid(words[0])) {
      throw new KeyFileException(
          place + ": key id " + Quote.of(words[0]) + " does not fit [A-Za-z0-9_-]{1,64}");
    }
    byte[] secret = Base64Url.decode(words[1]);
    if (secret == null) {
      throw new KeyFileException(place + ": the key is not base64url without padding");
    }
    if (secret.length != KEY_BYTES) {
      throw new KeyFileException(
          place + ": the key has " + secret.length + " bytes, expected " + KEY_BYTES);
    }
    return new Master(words[0], secret);
  }

  /** The keys of one purpose, the signing one first. */
  List<Derived> derive(String label) {
    byte[] text = label.getBytes(US_ASCII);
    return masters.stream()
        .map(master -> new Derived(master.id, new Hmac(new Hmac(master.secret).of(text))))
        .toList();
  }

  /** Names the keys, never their secrets. */
  @Override
  public String toString() {
    return "MasterKeys" + masters.stream().map(Master::id).toList();
  }
}
