/** What the tests use of the package. */
declare module "ws" {
  import type { IncomingMessage, Server } from "node:http";

  export class WebSocket {
    constructor(url: string, protocols?: string[], options?: object);
    readyState: number;
    bufferedAmount: number;
    protocol: string;
    onmessage: ((event: any) => void) | null;
    onerror: ((event: any) => void) | null;
    onclose: ((event: any) => void) | null;
    send(data: string | Uint8Array, options?: { binary?: boolean }): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
    on(name: string, listener: (...values: any[]) => void): this;
  }

  export class WebSocketServer {
    constructor(options: {
      server?: Server;
      verifyClient?: (
        info: { req: IncomingMessage },
        answer: (accepted: boolean, status?: number, text?: string, headers?: object) => void,
      ) => void;
      handleProtocols?: (protocols: Set<string>) => string | false;
    });
    on(name: "connection", listener: (socket: WebSocket, request: IncomingMessage) => void): this;
    close(): void;
  }
}
