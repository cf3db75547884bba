package io.mooring.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that a page of the documentation shows: a fenced block of JavaScript or Java. A block
 * of {@code text} that follows is what it prints.
 *
 * @param page the file, from the top of the project
 * @param line of the page, on which the program begins
 * @param kind what stands behind the fence: {@code js}, {@code js node} or {@code java}
 * @param output the lines that it prints, in this order, with others between; digits stand for any
 *     number. Without any it ends by itself, and well
 */
record Example(String page, int line, String kind, String program, List<String> output) {
  private static final String FENCE = "```";
  private static final Pattern PROGRAM = Pattern.compile("(?:js|java)\\b.*");
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  /** Within a quoted text. */
  private static final String ANY_NUMBER = Matcher.quoteReplacement("\\E\\d+\\Q");

  private record Block(int line, String kind, List<String> lines) {
    String text() {
      return String.join("\n", lines) + "\n";
    }
  }

  static List<Example> in(Path root, String page) throws IOException {
    List<Block> blocks = blocks(Files.readAllLines(root.resolve(page)));
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      if (PROGRAM.matcher(block.kind()).matches()) {
        boolean told = i + 1 < blocks.size() && blocks.get(i + 1).kind().equals("text");
        examples.add(
            new Example(
                page,
                block.line(),
                block.kind(),
                block.text(),
                told ? blocks.get(i + 1).lines() : List.of()));
      }
    }
    return examples;
  }

  /** The first block of that kind on a page. */
  static String shown(Path root, String page, String kind) throws IOException {
    return blocks(Files.readAllLines(root.resolve(page))).stream()
        .filter(block -> block.kind().equals(kind))
        .findFirst()
        .orElseThrow(() -> new AssertionError(page + " shows no " + kind))
        .text();
  }

  private static List<Block> blocks(List<String> lines) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(FENCE)) {
        int begin = i + 1;
        do {
          i++;
        } while (!lines.get(i).equals(FENCE));
        blocks.add(
            new Block(
                begin + 1,
                lines.get(begin - 1).substring(FENCE.length()),
                lines.subList(begin, i)));
      }
    }
    return blocks;
  }

  /** What it should have printed and has not; empty if nothing is missing. */
  List<String> missing(List<String> printed) {
    int next = 0;
    for (String line : printed) {
      if (next < output.size() && pattern(output.get(next)).matcher(line).matches()) {
        next++;
      }
    }
    return output.subList(next, output.size());
  }

  private static Pattern pattern(String line) {
    return Pattern.compile(DIGITS.matcher(Pattern.quote(line)).replaceAll(ANY_NUMBER));
  }

  @Override
  public String toString() {
    return page + ":" + line;
  }
}
