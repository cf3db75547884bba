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

  close(code?: number): void {
    this.#socket.close(code);
  }
}
