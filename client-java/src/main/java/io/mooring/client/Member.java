package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A user who is in a channel, by whatever sockets and servers.
 *
 * @param user the subject of its token; {@code tenant/subject} where that has a tenant
 * @param info what its token says of it to others, a JSON object
 */
public record Member(String user, Optional<JsonNode> info) {
  static Member of(JsonNode message) {
    if (!message.path("user").isTextual()) {
      throw new MalformedException("a member with user");
    }
    return new Member(message.path("user").asText(), Optional.ofNullable(message.get("info")));
  }
}
