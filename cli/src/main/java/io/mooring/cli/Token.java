package io.mooring.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.terminal.Terminal;
import io.mooring.token.ApiKeys;
import io.mooring.token.Channels;
import io.mooring.token.Claims;
import io.mooring.token.Grant;
import io.mooring.token.JwksFile;
import io.mooring.token.Step;
import io.mooring.token.TokenIssuer;
import io.mooring.token.TokenVerifier;
import io.mooring.token.Verification;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mooring token}. */
@Command(
    name = "token",
    description = "Makes development tokens and API keys, and says why a token is refused.",
    synopsisSubcommandLabel = "new|check|key",
    footer = {
      "",
      "Examples:",
      "  ./mooring token new --sub u17 --ttl 10m",
      "  ./mooring token new --role publisher --channels 'demo.*'",
      "  ./mooring token check \"$TOKEN\"",
      "  ./mooring token key press --channels 'pub:news.*'"
    })
final class Token implements Runnable {
  private static final int REFUSED = 1;
  private static final Pattern LIFETIME = Pattern.compile("(-?\\d{1,9})([smhd])");

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "token needs one of new, check, key");
  }

  @Command(
      name = "new",
      description = "Prints a token that the tier of this state folder accepts.",
      footer = {
        "",
        "Examples:",
        "  ./mooring token new",
        "  ./mooring token new --channels 'demo.*,sub:user.$sub' --ttl 2h",
        "  curl -H \"Authorization: Bearer $(./mooring token new --role publisher)\" …"
      })
  int create(
      @Mixin Common options,
      @Option(
              names = "--sub",
              paramLabel = "ID",
              defaultValue = "dev",
              description = "The user. Default: ${DEFAULT-VALUE}.")
          String sub,
      @Option(
              names = "--channels",
              paramLabel = "PATTERNS",
              defaultValue = "demo.*",
              description =
                  "What may be subscribed to and published on: names with a * at the end, commas"
                      + " between, each for both, or with sub: or pub: before it for one. Default:"
                      + " ${DEFAULT-VALUE}.")
          String channels,
      @Option(
              names = "--role",
              paramLabel = "client|publisher|view|operate|admin",
              defaultValue = "client",
              description = "Default: ${DEFAULT-VALUE}.")
          String role,
      @Option(
              names = "--ttl",
              paramLabel = "TIME",
              defaultValue = "1h",
              description = "Its life: 30s, 10m, 2h, 7d. Default: ${DEFAULT-VALUE}.")
          String ttl,
      @Option(names = "--tenant", paramLabel = "ID", description = "None if absent.")
          @Nullable String tenant,
      @Option(
              names = "--info",
              paramLabel = "JSON",
              description = "What others see of the user where it is present. None if absent.")
          @Nullable String info) {
    Grant grant = grant(sub, channels, role, ttl, tenant, info);
    DevelopmentKeys keys = new DevelopmentKeys(options.state().create().keys());
    keys.ensure(InstantSource.system());
    String token = TokenIssuer.read(keys.issuer(), InstantSource.system()).issue(grant);
    if (options.json()) {
      options.printJson(
          JsonNodeFactory.instance
              .objectNode()
              .put("token", token)
              .put("sub", sub)
              .put("role", role)
              .put("exp", Instant.now().plus(grant.lifetime()).getEpochSecond()));
    } else {
      options.terminal().out().println(token);
    }
    return 0;
  }

  @Command(
      name = "check",
      description = {
        "Verifies a token as the auth-filters of this state folder do.",
        "Exit code 1 and the step that failed, if it is refused."
      },
      footer = {
        "",
        "Examples:",
        "  ./mooring token check \"$TOKEN\"",
        "  ./mooring token check - < token.txt"
      })
  int check(
      @Mixin Common options,
      @Parameters(paramLabel = "TOKEN", description = "The token, or - to read it from the input.")
          String token) {
    DevelopmentKeys keys = new DevelopmentKeys(options.state().keys());
    Verification verification =
        new TokenVerifier(
                new JwksFile(keys.jwks()),
                TokenIssuer.ISSUER,
                TokenIssuer.AUDIENCE,
                InstantSource.system())
            .verify(alone(token.equals("-") ? firstLineOfInput() : token));
    if (options.json()) {
      options.printJson(json(verification));
    } else {
      text(verification, options.terminal()).forEach(options.terminal().out()::println);
    }
    return switch (verification) {
      case Verification.Accepted _ -> 0;
      case Verification.Refused _ -> REFUSED;
    };
  }

  @Command(
      name = "key",
      description = {
        "Makes a key for a publisher that has no token, and the line for the file api-keys of the"
            + " app servers.",
        "The file has its hash alone: whoever loses the key needs another."
      },
      footer = {
        "",
        "Examples:",
        "  ./mooring token key press --channels 'pub:news.*'",
        "  ./mooring token key press -o json"
      })
  int key(
      @Mixin Common options,
      @Parameters(paramLabel = "NAME", description = "What it publishes is from this name.")
          String name,
      @Option(
              names = "--channels",
              paramLabel = "PATTERNS",
              defaultValue = "demo.*",
              description = "As those of a token. Default: ${DEFAULT-VALUE}.")
          String channels) {
    ApiKeys.Fresh fresh;
    try {
      fresh = ApiKeys.fresh(name, channels(channels));
    } catch (IllegalArgumentException unusable) {
      throw new ParameterException(
          spec.subcommands().get("key"), String.valueOf(unusable.getMessage()));
    }
    if (options.json()) {
      options.printJson(
          JsonNodeFactory.instance.objectNode().put("key", fresh.key()).put("line", fresh.line()));
    } else {
      options.terminal().out().println("X-API-Key: " + fresh.key());
      options.terminal().out().println("api-keys:  " + fresh.line());
    }
    return 0;
  }

  /** The token of a header's value, or as it is. */
  private static String alone(String given) {
    String text = given.strip();
    return text.startsWith("Bearer ") ? text.substring("Bearer ".length()).strip() : text;
  }

  private Grant grant(
      String sub,
      String channels,
      String role,
      String ttl,
      @Nullable String tenant,
      @Nullable String info) {
    try {
      return new Grant(
          sub,
          Optional.ofNullable(tenant),
          role,
          channels(channels),
          lifetime(ttl),
          Optional.ofNullable(info));
    } catch (IllegalArgumentException unusable) {
      throw new ParameterException(
          spec.subcommands().get("new"), String.valueOf(unusable.getMessage()));
    }
  }

  private static Channels channels(String patterns) {
    List<String> sub = new ArrayList<>();
    List<String> pub = new ArrayList<>();
    for (String pattern : patterns.split(",")) {
      if (pattern.startsWith("sub:")) {
        sub.add(pattern.substring(4));
      } else if (pattern.startsWith("pub:")) {
        pub.add(pattern.substring(4));
      } else if (!pattern.isEmpty()) {
        sub.add(pattern);
        pub.add(pattern);
      }
    }
    return new Channels(sub, pub);
  }

  private static Duration lifetime(String text) {
    Matcher parts = LIFETIME.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "--ttl %s: expected a number with s, m, h or d, for example 10m".formatted(text));
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  private static List<String> text(Verification verification, Terminal terminal) {
    List<String> lines = new ArrayList<>();
    switch (verification) {
      case Verification.Accepted(Claims claims) -> {
        Duration left = Duration.between(Instant.now(), Instant.ofEpochSecond(claims.exp()));
        lines.add(
            "%s accepted: sub %s, role %s, expires in %d m %d s"
                .formatted(
                    terminal.green("✔"),
                    claims.sub(),
                    claims.role(),
                    left.toMinutes(),
                    left.toSecondsPart()));
        claims.tenant().ifPresent(tenant -> lines.add("  tenant " + tenant));
        claims.info().ifPresent(info -> lines.add("  info " + info));
        lines.add("  may subscribe to " + list(claims.channels().sub()));
        lines.add("  may publish on   " + list(claims.channels().pub()));
        lines.add("  signed by key    " + claims.kid());
      }
      case Verification.Refused(Step failed, String detail) -> {
        for (Step step : Step.values()) {
          if (step.compareTo(failed) < 0) {
            lines.add("%s %s".formatted(terminal.green("✔"), step.label()));
          }
        }
        lines.add("%s %s: %s".formatted(terminal.red("✘"), failed.label(), detail));
      }
    }
    return lines;
  }

  private static String list(List<String> patterns) {
    return patterns.isEmpty() ? "nothing" : String.join(", ", patterns);
  }

  private static ObjectNode json(Verification verification) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    switch (verification) {
      case Verification.Accepted(Claims claims) -> {
        json.put("accepted", true)
            .put("sub", claims.sub())
            .put("role", claims.role())
            .put("exp", claims.exp())
            .put("kid", claims.kid());
        claims.tenant().ifPresent(tenant -> json.put("tenant", tenant));
        ObjectNode channels = json.putObject("channels");
        claims.channels().sub().forEach(channels.putArray("sub")::add);
        claims.channels().pub().forEach(channels.putArray("pub")::add);
      }
      case Verification.Refused(Step failed, String detail) ->
          json.put("accepted", false).put("step", failed.label()).put("detail", detail);
    }
    return json;
  }

  private static String firstLineOfInput() {
    try {
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String line = input.readLine();
      return line == null ? "" : line.strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("the standard input cannot be read", unreadable);
    }
  }
}
