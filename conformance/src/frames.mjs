/** The frames of RFC 6455 section 5, as a server writes and reads them. */

export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** One whole frame. */
export function frame(opcode, payload) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 126) {
    head[1] = length;
  } else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

export function closeFrame(code, reason) {
  const number = Buffer.alloc(2);
  number.writeUInt16BE(code);
  return frame(CLOSE, Buffer.concat([number, Buffer.from(reason)]));
}

/** Puts together what comes in by one socket. */
export class FrameReader {
  #bytes = Buffer.alloc(0);
  #opcode = 0;
  #pieces = [];

  /** @returns what is whole by now, as `{opcode, payload}`: messages and control frames */
  read(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const whole = [];
    for (let next = this.#next(); next; next = this.#next()) {
      const { last, opcode, payload } = next;
      if (opcode >= CLOSE) {
        whole.push({ opcode, payload });
        continue;
      }
      this.#opcode = opcode || this.#opcode;
      this.#pieces.push(payload);
      if (last) {
        whole.push({ opcode: this.#opcode, payload: Buffer.concat(this.#pieces) });
        this.#pieces = [];
      }
    }
    return whole;
  }

  /** The next frame; undefined until all of it is there. */
  #next() {
    const bytes = this.#bytes;
    if (bytes.length < 2) {
      return undefined;
    }
    const short = bytes[1] & 0x7f;
    const sized = short < 126 ? 2 : short === 126 ? 4 : 10;
    const masked = bytes[1] >= 0x80;
    const head = sized + (masked ? 4 : 0);
    if (bytes.length < head) {
      return undefined;
    }
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(2)
          : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < head + length) {
      return undefined;
    }
    const payload = Buffer.from(bytes.subarray(head, head + length));
    if (masked) {
      const mask = bytes.subarray(sized, head);
      payload.forEach((byte, i) => (payload[i] = byte ^ mask[i % 4]));
    }
    this.#bytes = bytes.subarray(head + length);
    return { last: bytes[0] >= 0x80, opcode: bytes[0] & 0x0f, payload };
  }
}
