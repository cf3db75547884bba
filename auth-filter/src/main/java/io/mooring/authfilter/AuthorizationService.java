package io.mooring.authfilter;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Envoy's external authorization: called once per handshake and once per request to the API, on the
 * transport's event loop. Should it fail, Envoy refuses them.
 */
final class AuthorizationService extends AuthorizationGrpc.AuthorizationImplBase {
  private static final Logger log = LoggerFactory.getLogger(AuthorizationService.class);

  private static final Duration[] LATENCIES = {
    Duration.ofNanos(50_000),
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
  };

  private final Gate gate;
  private final ApiGate apiGate;
  private final MeterRegistry meters;
  private final Counter admitted;
  private final Counter requestsAdmitted;
  private final Timer duration;
  private final Map<String, Counter> refusals = new ConcurrentHashMap<>();
  private final Map<String, Counter> requestRefusals = new ConcurrentHashMap<>();

  AuthorizationService(Gate gate, ApiGate apiGate, MeterRegistry meters) {
    this.gate = gate;
    this.apiGate = apiGate;
    this.meters = meters;
    this.admitted = handshakes("admitted");
    this.requestsAdmitted = requests("admitted");
    this.duration =
        Timer.builder("mooring.handshake.check")
            .description("Time to decide about one handshake")
            .serviceLevelObjectives(LATENCIES)
            .register(meters);
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> response) {
    long start = System.nanoTime();
    HttpRequest http = request.getAttributes().getRequest().getHttp();
    if (ApiTarget.isFor(http.getPath())) {
      response.onNext(decideRequest(request, http));
      response.onCompleted();
      return;
    }
    response.onNext(decide(request, http));
    response.onCompleted();
    duration.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
  }

  private CheckResponse decide(CheckRequest request, HttpRequest http) {
    try {
      CheckResponse answer = Responses.admitted(gate.admit(http));
      admitted.increment();
      return answer;
    } catch (RefusedException refused) {
      Refusal refusal = refused.refusal();
      refusals.computeIfAbsent(refusal.step(), this::handshakes).increment();
      noted("handshake_refused", refusal, request);
      return Responses.refused(refusal);
    }
  }

  private CheckResponse decideRequest(CheckRequest request, HttpRequest http) {
    try {
      CheckResponse answer = Responses.admitted(apiGate.admit(http));
      requestsAdmitted.increment();
      return answer;
    } catch (RefusedException refused) {
      Refusal refusal = refused.refusal();
      requestRefusals.computeIfAbsent(refusal.step(), this::requests).increment();
      noted("request_refused", refusal, request);
      return Responses.refused(refusal);
    }
  }

  private static void noted(String event, Refusal refusal, CheckRequest request) {
    if (log.isDebugEnabled()) {
      log.debug(
          "event={} step={} detail=\"{}\" from={}",
          event,
          refusal.step(),
          refusal.detail(),
          request.getAttributes().getSource().getAddress().getSocketAddress().getAddress());
    }
  }

  private Counter requests(String outcome) {
    return Counter.builder("mooring.api.requests.checked")
        .description("Requests to the API: admitted, or the check that refused them")
        .tag("outcome", outcome)
        .register(meters);
  }

  private Counter handshakes(String outcome) {
    return Counter.builder("mooring.handshakes")
        .description("Handshakes: admitted, or the check that refused them")
        .tag("outcome", outcome)
        .register(meters);
  }
}
