package io.mooring.token;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The channels of a token: what its bearer may subscribe to and publish on.
 *
 * <p>A pattern is a channel name in which {@code $sub} stands for the bearer's own id and a {@code
 * *} at the end for any rest: {@code demo.*}, {@code user.$sub}, {@code *}.
 *
 * @param sub patterns of channels that may be subscribed to
 * @param pub patterns of channels that may be published on
 */
public record Channels(List<String> sub, List<String> pub) {
  public static final Channels NONE = new Channels(List.of(), List.of());

  private static final String OWN_ID = "$sub";
  private static final int MOST_PATTERNS = 100;
  private static final int LONGEST_PATTERN = 255;
  private static final Pattern GRAMMAR = Pattern.compile("(?:[A-Za-z0-9._:~-]|\\$sub)*+\\*?");

  /**
   * @throws IllegalArgumentException naming the pattern that is none
   */
  public Channels {
    sub = List.copyOf(sub);
    pub = List.copyOf(pub);
    check("sub", sub);
    check("pub", pub);
  }

  public boolean maySubscribe(String channel, String ownId) {
    return matches(sub, channel, ownId);
  }

  public boolean mayPublish(String channel, String ownId) {
    return matches(pub, channel, ownId);
  }

  private static boolean matches(List<String> patterns, String channel, String ownId) {
    for (String written : patterns) {
      String pattern = written.indexOf('$') < 0 ? written : written.replace(OWN_ID, ownId);
      int last = pattern.length() - 1;
      boolean match =
          pattern.charAt(last) == '*'
              ? channel.regionMatches(0, pattern, 0, last)
              : channel.equals(pattern);
      if (match) {
        return true;
      }
    }
    return false;
  }

  private static void check(String member, List<String> patterns) {
    if (patterns.size() > MOST_PATTERNS) {
      throw new IllegalArgumentException(
          "channels." + member + " has " + patterns.size() + " patterns, at most " + MOST_PATTERNS);
    }
    for (String pattern : patterns) {
      if (pattern.isEmpty()
          || pattern.length() > LONGEST_PATTERN
          || !GRAMMAR.matcher(pattern).matches()) {
        throw new IllegalArgumentException(
            "channels."
                + member
                + " has "
                + Quote.of(pattern)
                + ", expected 1 to 255 of [A-Za-z0-9._:~-] or $sub, and a * at most at the end");
      }
    }
  }

  static Channels read(JsonParser json) throws IOException {
    StrictJson.object(json, "channels");
    List<String> sub = List.of();
    List<String> pub = List.of();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "sub" -> sub = StrictJson.texts(json, "channels.sub");
        case "pub" -> pub = StrictJson.texts(json, "channels.pub");
        default ->
            throw new StrictJson.ShapeException(
                "channels has " + Quote.of(member) + ", expected sub and pub");
      }
    }
    try {
      return new Channels(sub, pub);
    } catch (IllegalArgumentException badPattern) {
      throw new StrictJson.ShapeException(String.valueOf(badPattern.getMessage()));
    }
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("channels");
    write(json, "sub", sub);
    write(json, "pub", pub);
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String member, List<String> patterns)
      throws IOException {
    json.writeArrayFieldStart(member);
    for (String pattern : patterns) {
      json.writeString(pattern);
    }
    json.writeEndArray();
  }
}
