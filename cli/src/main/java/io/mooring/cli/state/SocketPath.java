package io.mooring.cli.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where the supervisor of a state folder listens for commands: {@code run/control.sock}, or, since
 * the address of a Unix-domain socket holds some 100 bytes only (unix(7)), a name made from the
 * folder's in a folder of this user under the system's temporary one.
 */
public final class SocketPath {
  /** 104 on macOS, 108 on Linux, with the closing zero. */
  private static final int LONGEST = 100;

  private SocketPath() {}

  public static Path of(StateFolder state) {
    Path inside = state.run().resolve("control.sock");
    if (inside.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
      return inside;
    }
    return temporary().resolve(hash(inside) + ".sock");
  }

  private static Path temporary() {
    String user = System.getProperty("user.name", "");
    Path folder = Path.of(System.getProperty("java.io.tmpdir", "/tmp"), "mooring-" + user);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (!Files.getOwner(folder).getName().equals(user)) {
        throw new IOException("it belongs to " + Files.getOwner(folder).getName());
      }
      return folder;
    } catch (IOException unusable) {
      throw new UncheckedIOException(
          "cannot use %s for the control socket; choose a --state-dir with a shorter path"
              .formatted(folder),
          unusable);
    }
  }

  private static String hash(Path path) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(path.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException everyJdkHasSha256) {
      throw new IllegalStateException(everyJdkHasSha256);
    }
  }
}
