import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { CLOSE, frame, FrameReader, TEXT } from "../src/frames.mjs";

/** Of 1000. */
const NORMAL = Buffer.from([0x03, 0xe8]);

/**
 * Opens a WebSocket that has no client around it.
 *
 * @param hears gets each message, and the socket: `{says, closes}`
 */
export async function open(url, hears) {
  const upgrade = request(url.replace("ws:", "http:"), {
    headers: {
      Authorization: "Bearer token-1",
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
      "Sec-WebSocket-Protocol": "mooring.v1.json",
      "Sec-WebSocket-Version": "13",
    },
  });
  // The other side may be gone by then.
  upgrade.on("error", () => {});
  upgrade.end();
  const [, connection, head] = await once(upgrade, "upgrade");
  const reader = new FrameReader();
  const socket = {
    says: (message) => connection.write(masked(TEXT, Buffer.from(JSON.stringify(message)))),
    closes: () => connection.write(masked(CLOSE, NORMAL)),
  };
  const read = (bytes) => {
    for (const { opcode, payload } of reader.read(bytes)) {
      if (opcode === TEXT) {
        [JSON.parse(payload)].flat().forEach((message) => hears(message, socket));
      } else if (opcode === CLOSE) {
        connection.write(masked(CLOSE, payload));
        hears({ op: "close", code: payload.readUInt16BE() }, socket);
      }
    }
  };
  connection.on("error", () => {});
  connection.on("end", () => connection.end());
  connection.on("data", read);
  read(head);
}

/** By the key 0, which changes nothing. */
function masked(opcode, payload) {
  const whole = frame(opcode, payload);
  const head = whole.subarray(0, whole.length - payload.length);
  head[1] |= 0x80;
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
