import type { Cancel } from "./clock.js";

/** What the platform says about the network and the page, where there is such a thing. */
export interface PageEvents {
  online(): void;
  offline(): void;
  /** The page is shown or thawed: its timers may have been held back. */
  wake(): void;
  /** The page is left, for good or not. */
  leave(): void;
}

/** Whether the platform believes to be offline; undefined if it does not say. */
export function isOffline(): boolean | undefined {
  const onLine: unknown = globalThis.navigator?.onLine;
  return typeof onLine === "boolean" ? !onLine : undefined;
}

export function watchPage(events: PageEvents): Cancel {
  const cancels: Cancel[] = [];
  const listen = (target: EventTarget | undefined, name: string, listener: () => void) => {
    target?.addEventListener?.(name, listener);
    cancels.push(() => target?.removeEventListener?.(name, listener));
  };
  const page = globalThis.document as Document | undefined;
  const wake = () => events.wake();
  listen(globalThis, "online", () => events.online());
  listen(globalThis, "offline", () => events.offline());
  listen(globalThis, "pageshow", wake);
  listen(globalThis, "pagehide", () => events.leave());
  listen(page, "visibilitychange", wake);
  listen(page, "resume", wake);
  return () => cancels.forEach((cancel) => cancel());
}
