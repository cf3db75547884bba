import { createHash } from "node:crypto";
import { createServer, STATUS_CODES } from "node:http";
import { Peer } from "./peer.mjs";

const SUBPROTOCOL = "mooring.v1.json";
const BEARER = "bearer.";

/** RFC 6455 section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A port on loopback that waits with every answer until the session says it. */
export class Edge {
  /** Handshakes without an answer, the oldest first. */
  handshakes = [];
  /** Requests to the HTTP API without an answer, the oldest first. */
  requests = [];

  #server = createServer();

  constructor(watch, transcript) {
    this.#server.on("upgrade", (request, socket, head) => {
      transcript.add("edge", `< handshake ${request.url}`);
      this.handshakes.push(new Handshake(request, socket, head, watch, transcript));
      watch.changed();
    });
    this.#server.on("request", (request, response) => {
      transcript.add("edge", `< ${request.method} ${request.url}`);
      this.requests.push(new ApiRequest(request, response, transcript));
      watch.changed();
    });
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  /** As `127.0.0.1:4711`. */
  get host() {
    return `127.0.0.1:${this.#server.address().port}`;
  }
}

/** A client that wants to open a socket. */
class Handshake {
  /** What a session may expect. */
  said;
  at = performance.now();

  #request;
  #socket;
  #head;
  #watch;
  #transcript;

  constructor(request, socket, head, watch, transcript) {
    this.#request = request;
    this.#socket = socket;
    this.#head = head;
    this.#watch = watch;
    this.#transcript = transcript;
    this.said = { path: request.url, token: tokenOf(request) };
    // The client may go before it has its answer.
    socket.on("error", () => {});
  }

  accept() {
    const { headers } = this.#request;
    const accept = createHash("sha1")
      .update(headers["sec-websocket-key"] + GUID)
      .digest("base64");
    const lines = [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${accept}`,
    ];
    if (protocolsOf(this.#request).includes(SUBPROTOCOL)) {
      lines.push(`Sec-WebSocket-Protocol: ${SUBPROTOCOL}`);
    }
    this.#socket.setNoDelay(true);
    this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    return new Peer(this.#socket, this.#head, this.#watch, this.#transcript);
  }

  refuse(status, headers) {
    this.#transcript.add("edge", `> ${status}`);
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Length: 0",
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    this.#socket.end(`${lines.join("\r\n")}\r\n\r\n`);
  }
}

/** A client that asks the HTTP API for something. */
class ApiRequest {
  /** What a session may expect. */
  said;
  at = performance.now();
  /** Whether the session has it, and only the answer is due. */
  heard = false;

  #response;
  #transcript;

  constructor(request, response, transcript) {
    const url = new URL(request.url, "http://edge");
    this.#response = response;
    this.#transcript = transcript;
    this.said = {
      path: url.pathname,
      since: url.searchParams.get("since") ?? undefined,
      token: tokenOf(request),
    };
  }

  answer(status, headers, body) {
    this.#transcript.add("edge", `> ${status} ${JSON.stringify(body)}`);
    this.#response.writeHead(status, { "Content-Type": "application/json", ...headers });
    this.#response.end(JSON.stringify(body));
  }
}

/** Of the header, or of the subprotocol where headers cannot be set. */
function tokenOf(request) {
  const header = request.headers.authorization;
  return header === undefined
    ? protocolsOf(request)
        .find((word) => word.startsWith(BEARER))
        ?.slice(BEARER.length)
    : header.replace(/^Bearer /, "");
}

function protocolsOf({ headers }) {
  return (headers["sec-websocket-protocol"] ?? "").split(/\s*,\s*/);
}
