import { WebSocket } from "ws";

/** A WebSocket as a browser has it: no headers, no status, only the subprotocols. */
export class BrowserLike {
  onmessage: ((event: any) => void) | null = null;
  onerror: ((event: any) => void) | null = null;
  onclose: ((event: any) => void) | null = null;
  readonly #socket: WebSocket;

  constructor(url: string, protocols: string[] = []) {
    this.#socket = new WebSocket(url, protocols);
    this.#socket.onmessage = (event) => this.onmessage?.({ data: event.data });
    this.#socket.onerror = () => this.onerror?.({});
    this.#socket.onclose = ({ code, reason }) => this.onclose?.({ code, reason });
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /** @throws TypeError for a code that browsers reserve for themselves */
  close(code?: number): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) {
      throw new TypeError(`${code} is no code for an application`);
    }
    this.#socket.close(code);
  }
}
