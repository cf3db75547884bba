package io.mooring.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;

/** The files of the page, by the path at which a browser asks for each. */
enum PageFile {
  PAGE("/demo", "index.html", "text/html; charset=utf-8"),
  STYLE("/demo/style.css", "style.css", "text/css; charset=utf-8"),
  ICON("/demo/icon.svg", "icon.svg", "image/svg+xml"),
  SCRIPT("/demo/page.js", "page.js", "text/javascript; charset=utf-8"),
  GUEST("/demo/guest.js", "guest.js", "text/javascript; charset=utf-8"),
  ROOM("/demo/room.js", "room.js", "text/javascript; charset=utf-8"),
  FACTS("/demo/facts.js", "facts.js", "text/javascript; charset=utf-8"),
  DIARY("/demo/diary.js", "diary.js", "text/javascript; charset=utf-8"),
  /** The client for browsers as it is published: {@code client-js} compares the two. */
  CLIENT("/demo/mooring.js", "mooring.js", "text/javascript; charset=utf-8");

  private final String path;
  private final String name;
  private final String type;

  PageFile(String path, String name, String type) {
    this.path = path;
    this.name = name;
    this.type = type;
  }

  /** Whether or not a slash follows. */
  static Optional<PageFile> at(String path) {
    String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return Arrays.stream(values()).filter(file -> file.path.equals(plain)).findFirst();
  }

  String path() {
    return path;
  }

  /** Its media type. */
  String type() {
    return type;
  }

  byte[] content() {
    try (InputStream file = PageFile.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new IllegalStateException("the class path lacks the demo page's " + name);
      }
      return file.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
