import type { Position } from "./position.js";
import { positionOf } from "./position.js";

/** The newest entry of each key of a channel, as the HTTP API answers it. */
export interface Snapshot {
  /** The log's top at that moment. */
  readonly position: Position;
  /** Whether the entries are all there are, so that a key which is absent was deleted. */
  readonly complete: boolean;
  /** Whether every entry is here; false if only what changed, deleted keys with `data: null`. */
  readonly full: boolean;
  readonly entries: Readonly<Record<string, { readonly off: number; readonly data: unknown }>>;
}

export interface Reconciled {
  /** The keys whose data are new to the application. */
  readonly changed: { readonly key: string; readonly data: unknown; readonly off: number }[];
  /** The keys that the application knows and that are no more. */
  readonly deleted: string[];
}

/** @throws TypeError if it is none */
export function readSnapshot(json: any): Snapshot {
  const { complete, full, entries } = json ?? {};
  if (typeof entries !== "object" || entries === null) {
    throw new TypeError("expected a snapshot with entries");
  }
  return {
    position: positionOf(json),
    complete: complete === true,
    full: full === true,
    entries,
  };
}

interface Known {
  readonly epoch: string;
  readonly off: number;
  readonly gone: boolean;
}

/** Far more than a server keeps of one channel; only where it keeps none can there be as many. */
const MOST_KEYS = 65_536;

/**
 * What the application was told of each key: not the data, only where in the log they stand, which
 * is enough to tell it nothing twice.
 */
export class Keys {
  readonly #known = new Map<string, Known>();

  /**
   * The application is told of a key.
   *
   * @param remember keep in mind that it was deleted, as an older snapshot may still have it
   */
  told(key: string, at: Position, data: unknown, remember: boolean): void {
    this.#known.delete(key);
    if (data !== null || remember) {
      this.#known.set(key, { epoch: at.epoch, off: at.off, gone: data === null });
    }
    if (this.#known.size > MOST_KEYS) {
      for (const [oldest] of this.#known) {
        this.#known.delete(oldest);
        break;
      }
    }
  }

  /** The log was rolled back: the same offset may be another message now. */
  distrust(): void {
    for (const [key, known] of this.#known) {
      this.#known.set(key, { ...known, epoch: "" });
    }
  }

  /** What the application has to be told so that it knows what the snapshot says. */
  reconcile({ position, complete, full, entries }: Snapshot): Reconciled {
    const { epoch } = position;
    const changed: { key: string; data: unknown; off: number }[] = [];
    const deleted: string[] = [];
    const remove = (key: string, known: Known | undefined) => {
      if (known && !known.gone) {
        deleted.push(key);
      }
      this.#known.delete(key);
    };
    for (const [key, { off, data }] of Object.entries(entries)) {
      const known = this.#known.get(key);
      if (known?.epoch === epoch && known.off >= off) {
        continue;
      }
      if (data === null) {
        remove(key, known);
      } else {
        this.#known.set(key, { epoch, off, gone: false });
        changed.push({ key, data, off });
      }
    }
    for (const [key, known] of this.#known) {
      const newer = known.epoch === epoch && known.off > position.off;
      if (known.gone || (full && complete && !newer && !Object.hasOwn(entries, key))) {
        remove(key, known);
      }
    }
    return { changed, deleted };
  }
}
