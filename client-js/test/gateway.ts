import assert from "node:assert/strict";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import type { ClientOptions } from "../src/index.js";
import { MooringClient } from "../src/index.js";
import { Arrivals } from "./arrivals.js";
import { until } from "./until.js";

/** A handshake that is answered, but not with 101. */
interface Refusal {
  status: number;
  headers?: object;
}

/** A real server on loopback that says what the test tells it to say. */
export class Gateway {
  /** How the next handshakes are answered; those after them are accepted. */
  readonly refusals: Refusal[] = [];
  /** The path and the token of each handshake. */
  readonly handshakes: { path: string; token: string }[] = [];
  /** The requests to the HTTP API, answered by the test. */
  readonly requests = new Arrivals<ApiRequest>("a request to the API");
  readonly #peers = new Arrivals<Peer>("a client to connect");
  readonly #sockets: WebSocket[] = [];
  readonly #http: Server;

  private constructor() {
    this.#http = createServer((request, response) => this.requests.add({ request, response }));
    const server = new WebSocketServer({
      server: this.#http,
      handleProtocols: (protocols) => protocols.has("mooring.v1.json") && "mooring.v1.json",
      verifyClient: ({ req }, answer) => {
        this.handshakes.push({ path: req.url ?? "", token: tokenOf(req) });
        const refusal = this.refusals.shift();
        answer(!refusal, refusal?.status, "", refusal?.headers);
      },
    });
    server.on("connection", (socket, request) => {
      this.#sockets.push(socket);
      this.#peers.add(new Peer(socket, request, this));
    });
  }

  static async start(t: TestContext): Promise<Gateway> {
    const gateway = new Gateway();
    await new Promise<void>((resolve) => gateway.#http.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      gateway.#sockets.forEach((socket) => socket.terminate());
      gateway.#http.closeAllConnections();
      gateway.#http.close();
    });
    return gateway;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/ws`;
  }

  /** A client of this gateway that waits as shortly as it may. */
  client(t: TestContext, options: Partial<ClientOptions> = {}): MooringClient {
    const client = new MooringClient(this.url, {
      token: () => "secret",
      WebSocket,
      random: () => 0,
      ...options,
    });
    // A test that expects errors listens itself.
    t.after(() => void client.close());
    return client;
  }

  /** The next client that connects. */
  peer(): Promise<Peer> {
    return this.#peers.next();
  }

  /** The next client that connects, after it was greeted. */
  async greeted(hello: object = {}): Promise<Peer> {
    const peer = await this.peer();
    peer.hello(hello);
    return peer;
  }
}

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The server's side of one socket. */
export class Peer {
  readonly protocol: string;
  /** The frames as they came, pongs excepted: an array where the client sent an array. */
  readonly frames: any[] = [];
  /** How the client closed the socket; undefined until it has. */
  code: number | undefined;
  readonly #messages = new Arrivals<any>("a message of the client");
  readonly #socket: WebSocket;
  readonly #gateway: Gateway;

  constructor(socket: WebSocket, request: IncomingMessage, gateway: Gateway) {
    this.#socket = socket;
    this.#gateway = gateway;
    this.protocol = String(request.headers["sec-websocket-protocol"]);
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.op !== "pong") {
        this.frames.push(frame);
      }
      [frame].flat().forEach((message) => this.#messages.add(message));
    });
    socket.on("close", (code) => (this.code = code));
    socket.on("error", () => {});
  }

  /** Greets, with the server's defaults but for what is given. */
  hello(fields: object = {}): void {
    this.send({
      op: "hello",
      conn: "c1",
      server: "app-1",
      gen: 1,
      url: `${this.#gateway.url}/app-1/c1`,
      ping_ms: 25_000,
      pong_ms: 10_000,
      ...fields,
    });
  }

  send(...messages: object[]): void {
    messages.forEach((message) => this.#socket.send(JSON.stringify(message)));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** How many messages of the client were not awaited yet. */
  get unread(): number {
    return this.#messages.count;
  }

  /** The next message of the client, which has to be such a one; pongs are passed over. */
  async expect(op: string): Promise<any> {
    let message: any;
    do {
      message = await this.#messages.next();
    } while (message.op === "pong" && op !== "pong");
    assert.equal(message.op, op, `expected ${op}, but got ${JSON.stringify(message)}`);
    return message;
  }

  /** Awaits a `sub` and answers it: live from that place on. */
  async subscribed(at: object, fields: object = {}): Promise<any> {
    const sub = await this.expect("sub");
    const { id, ch } = sub;
    this.send({ op: "subbed", id, ch, pos: at, recovered: false, replayed: 0, ...fields });
    return sub;
  }

  /** Awaits a `sub` with a position and answers that nothing is missing. */
  async resumed(fields: object = {}): Promise<any> {
    const sub = await this.expect("sub");
    const { id, ch, pos } = sub;
    this.send({ op: "subbed", id, ch, pos, recovered: true, replayed: 0, ...fields });
    return sub;
  }

  close(code: number, reason = ""): void {
    this.#socket.close(code, reason);
  }

  /** Ends the connection as a machine does that is gone. */
  break(): void {
    this.#socket.terminate();
  }

  /** Waits until the client has closed the socket; the code of its close frame. */
  async closed(): Promise<number> {
    await until(() => this.code !== undefined, "the client to close the socket");
    return this.code!;
  }
}

function tokenOf({ headers }: IncomingMessage): string {
  const offered = String(headers["sec-websocket-protocol"]).split(/, */);
  return (
    headers.authorization?.replace("Bearer ", "") ??
    offered.find((word) => word.startsWith("bearer."))?.slice("bearer.".length) ??
    ""
  );
}

/** A position in the epoch `e1`, where the tag is a hundred times the offset. */
export function at(off: number, epoch = "e1", tag = off * 100): { epoch: string; off: number; tag: number } {
  return { epoch, off, tag };
}

/** The message at such a position. */
export function msg(ch: string, off: number, fields: object = {}): object {
  return { op: "msg", ch, off, tag: off * 100, data: off, ...fields };
}
