package io.mooring.server.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A request that is an opening handshake to the letter of RFC 6455 section 4.2.1.
 *
 * @param path the target without its query
 * @param key the value of Sec-WebSocket-Key
 * @param subprotocols what the client offers, in its order
 */
public record UpgradeRequest(String path, String key, List<String> subprotocols, RequestHead head) {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;
  private static final int KEY_CHARACTERS = 24;

  /**
   * @throws RefusedException naming the first rule that is broken
   */
  static UpgradeRequest of(RequestHead head) {
    if (!head.method().equals("GET")) {
      throw new Refusal(405, "method_not_allowed", "a handshake is a GET", "Allow: GET\r\n")
          .exception();
    }
    if (head.single("host").isEmpty()) {
      throw bad("the header host is missing");
    }
    String length = head.single("content-length");
    if (!head.all("transfer-encoding").isEmpty() || !(length.isEmpty() || length.equals("0"))) {
      throw bad("a handshake has no body");
    }
    if (!head.lists("upgrade", "websocket") || !head.lists("connection", "upgrade")) {
      throw Refusal.upgradeRequired("this port speaks WebSocket only").exception();
    }
    if (!head.single("sec-websocket-version").equals("13")) {
      throw Refusal.upgradeRequired("the header sec-websocket-version is not 13").exception();
    }
    String target = head.target();
    int query = target.indexOf('?');
    return new UpgradeRequest(
        query < 0 ? target : target.substring(0, query), key(head), subprotocols(head), head);
  }

  /** The value of Sec-WebSocket-Accept. */
  String accept() {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(ISO_8859_1)));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private static String key(RequestHead head) {
    String key = head.single("sec-websocket-key");
    try {
      if (key.length() == KEY_CHARACTERS
          && Base64.getDecoder().decode(key.getBytes(ISO_8859_1)).length == KEY_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException notBase64) {
      throw bad("the header sec-websocket-key is not base64");
    }
    throw bad("the header sec-websocket-key does not hold 16 bytes");
  }

  private static List<String> subprotocols(RequestHead head) {
    List<String> offered = new ArrayList<>(2);
    for (String value : head.all("sec-websocket-protocol")) {
      for (String part : value.split(",", -1)) {
        String name = part.strip();
        if (!RequestHead.isToken(name)) {
          throw bad("the header sec-websocket-protocol has a name that is no token");
        }
        offered.add(name);
      }
    }
    return offered;
  }

  private static RefusedException bad(String detail) {
    return Refusal.badRequest(detail).exception();
  }
}
