import { Mistake } from "./mistake.mjs";
import { Words } from "./words.mjs";

/** What a server says by default, but for its backoff: a session should not take long. */
const HELLO = {
  op: "hello",
  conn: "c1",
  server: "app-1",
  gen: 1,
  url: "$edge/ws/app-1/c1",
  ping_ms: 25_000,
  pong_ms: 10_000,
  resume_ms: 30_000,
  limits: {
    frame_bytes: 65_536,
    message_bytes: 131_072,
    subscriptions: 128,
    messages_per_10s: 120,
    queue_bytes: 1_048_576,
    first_message_ms: 10_000,
    json_depth: 32,
  },
  backoff: { first_ms: 20, max_ms: 100, reset_ms: 10_000 },
};

/** A client's timer may be early by so much, as clocks are rounded. */
const EARLY_MS = 5;

/** Carries a session out, step by step, and judges the client by it. */
export class Player {
  #edge;
  #application;
  #watch;
  #words = new Words();
  #peers = new Map();
  /** When the server or the application did something last. */
  #acted = performance.now();

  constructor(edge, application, watch) {
    this.#edge = edge;
    this.#application = application;
    this.#watch = watch;
  }

  /** @throws Mistake that names the step at which the client went wrong */
  async play({ steps }) {
    this.#words.set("edge", `ws://${this.#edge.host}`);
    await this.#application.does({ do: "begin", url: `ws://${this.#edge.host}/ws` });
    for (const step of steps) {
      try {
        await this.#step(step);
      } catch (failure) {
        throw failure instanceof Mistake
          ? new Mistake(`line ${step.line}: ${step.text}\n${failure.message}`)
          : failure;
      }
    }
    this.#expectNothingLeft();
    await this.#leave();
  }

  async #step(step) {
    const { who, verb, json } = step;
    switch (verb) {
      case "does":
        this.#act();
        await this.#application.does(json);
        break;
      case "sees":
        await this.#until(step, () => this.#application.sees(json, this.#words));
        break;
      case "opens": {
        const handshake = await this.#until(step, () => this.#next(this.#edge.handshakes, json));
        const peer = handshake.accept();
        peer.name(who);
        this.#peers.set(who, peer);
        break;
      }
      case "refuses": {
        const { status, headers = {}, ...expected } = json;
        const handshake = await this.#until(step, () =>
          this.#next(this.#edge.handshakes, expected),
        );
        this.#act();
        handshake.refuse(status, headers);
        break;
      }
      case "answers": {
        const { status = 200, headers = {}, body = {}, ...expected } = json;
        const request = await this.#until(step, () => this.#next(this.#edge.requests, expected));
        this.#act();
        request.answer(status, headers, this.#words.fill(body));
        break;
      }
      case "greets":
        this.#say(who, { ...HELLO, ...json });
        break;
      case "says":
        this.#say(who, json);
        break;
      case "writes":
        this.#act();
        if (typeof json === "string") {
          this.#peer(who).write(json);
        } else {
          this.#peer(who).writeBytes(Buffer.from(json.hex, "hex"));
        }
        break;
      case "hears":
        await this.#until(step, () =>
          who === "edge" ? this.#hear(json) : this.#peer(who).hear(json, this.#words),
        );
        break;
      case "closes":
        this.#act();
        this.#peer(who).close(json.code, json.reason ?? "");
        break;
      case "drops":
        this.#act();
        this.#peer(who).drop();
        break;
      case "ends":
        await this.#until(step, () => this.#ended(who, json.code));
        break;
      case "lives":
        if (this.#peer(who).code !== undefined) {
          throw new Mistake(`the client has ended it with ${this.#peer(who).code}`);
        }
        break;
      case "happens":
        await this.#watch.never(() => this.#expectSilence(), json.ms);
        break;
    }
  }

  #say(who, message) {
    this.#act();
    this.#peer(who).write(JSON.stringify(this.#words.fill(message)));
  }

  #ended(who, expected) {
    const { code, endedAt } = this.#peer(who);
    if (code !== undefined && expected !== undefined && code !== expected) {
      throw new Mistake(`the client has ended it with ${code}`);
    }
    return code === undefined ? undefined : { at: endedAt };
  }

  /** What the client did then, which is judged by its time as well. */
  async #until({ text, after }, find) {
    const found = await this.#watch.until(find, text);
    if (after) {
      const ms = Math.round(found.at - this.#acted);
      if (ms < after.least - EARLY_MS || ms > after.most) {
        throw new Mistake(`it came after ${ms} ms`);
      }
    }
    return found;
  }

  /** The oldest one without an answer, which has to be as expected. */
  #next(queue, expected) {
    this.#expect(queue[0], expected);
    return queue.shift();
  }

  /** The oldest request that was not heard, which has to be as expected, and is answered later. */
  #hear(expected) {
    const request = this.#edge.requests.find(({ heard }) => !heard);
    this.#expect(request, expected);
    if (request) {
      request.heard = true;
    }
    return request;
  }

  #expect(request, expected) {
    if (request && !this.#words.match(expected, request.said)) {
      throw new Mistake(`the client asks for ${JSON.stringify(request.said)}`);
    }
  }

  #peer(who) {
    const peer = this.#peers.get(who);
    if (!peer) {
      throw new Mistake(`the session has not opened socket ${who} yet`);
    }
    return peer;
  }

  #act() {
    this.#acted = performance.now();
  }

  #expectSilence() {
    const { handshakes, requests } = this.#edge;
    const said = [...handshakes, ...requests.filter(({ heard }) => !heard)].map((one) => one.said);
    const unheard = [...this.#peers.values()].flatMap((peer) => peer.unheard());
    if (said.length || unheard.length) {
      throw new Mistake(
        `the client says what no line of the session names: ${JSON.stringify([...said, ...unheard])}`,
      );
    }
  }

  #expectNothingLeft() {
    this.#expectSilence();
    const unseen = this.#application.unseen();
    if (unseen.length) {
      throw new Mistake(
        `the application was told what no line of the session names: ${JSON.stringify(unseen)}`,
      );
    }
  }

  /** A client that is closed leaves no socket behind. */
  async #leave() {
    await this.#application.does({ do: "close" });
    for (const [name, peer] of this.#peers) {
      await this.#watch.until(() => peer.code, `the closed client to end socket ${name}`);
    }
  }
}
