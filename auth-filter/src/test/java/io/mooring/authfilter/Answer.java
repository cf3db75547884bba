package io.mooring.authfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.mooring.token.Identity;
import io.mooring.token.IdentityCheck;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.MasterKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an auth-filter answered, taken apart. */
record Answer(CheckResponse response) {
  boolean admitted() {
    return response.getStatus().getCode() == Code.OK_VALUE && response.hasOkResponse();
  }

  /** The headers that go upstream in addition, or in the place of the client's. */
  Map<String, String> added() {
    return values(response.getOkResponse().getHeadersList());
  }

  String added(String name) {
    return added().getOrDefault(name, "");
  }

  List<String> removed() {
    return response.getOkResponse().getHeadersToRemoveList();
  }

  List<String> hosts() {
    return List.of(
        response.getDynamicMetadata().getFieldsOrThrow("ws_hosts").getStringValue().split(",", -1));
  }

  IdentityCheck identityCheck(MasterKeys keys, String service) {
    return new IdentityVerifier(keys, service, InstantSource.system())
        .verify(added("x-mooring-identity"));
  }

  Identity identity(MasterKeys keys, String service) {
    return assertInstanceOf(IdentityCheck.Valid.class, identityCheck(keys, service)).identity();
  }

  /** The headers of a refusal. */
  String refusalHeader(String name) {
    return values(response.getDeniedResponse().getHeadersList()).getOrDefault(name, "");
  }

  /** Expects a refusal; returns its detail. */
  String refusedAs(int status, String code, String step) {
    try {
      JsonNode problem = new ObjectMapper().readTree(response.getDeniedResponse().getBody());
      assertEquals(status, response.getDeniedResponse().getStatus().getCodeValue());
      assertEquals(status, problem.path("status").asInt());
      assertEquals(code, problem.path("code").asText());
      assertEquals(step, problem.path("step").asText());
      return problem.path("detail").asText();
    } catch (IOException notJson) {
      throw new UncheckedIOException(notJson);
    }
  }

  private static Map<String, String> values(List<HeaderValueOption> headers) {
    return headers.stream()
        .map(HeaderValueOption::getHeader)
        .collect(Collectors.toMap(header -> header.getKey(), header -> header.getValue()));
  }
}
