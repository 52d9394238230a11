/** The outbox thread's end of the ports: commits what scanners send in groups, hands rows to the relay. */
import type { Clock } from "../../runtime/clock.ts";
import type { Outbox } from "../outbox.ts";
import { OutboxFullError, OutboxUnavailableError } from "../outbox_error.ts";
import { draftsOf } from "./columns.ts";
import {
  BATCH_REPORTS_MAX,
  BATCHES_IN_FLIGHT_MAX,
  type StoreAnswer,
  type StoreRequest,
} from "./port_message.ts";
import { RelayPort } from "./relay_port.ts";

/**
 * Scanners gather what they send (GATHER_MS); this lets those that send at about the same time share
 * a commit. The disk has some 25 commits a second for each scanner, and 100 in all at most.
 */
export const GROUP_WAIT_MS = 10;
/** A commit of this many takes some 5 ms, so that no batch waits long for it. */
export const GROUP_REPORTS_MAX = 256;

/** One end of each port; the other ends are ReportSender and OutboxClient. */
export interface OutboxServer {
  /** Takes reports from the ReportSender at the other end. */
  addScanner(port: MessagePort): void;
  /** Hands rows to the OutboxClient at the other end; the rows of a former relay are released. */
  addRelay(port: MessagePort): void;
  /** Commits what has arrived, without waiting for more. */
  flush(): void;
  /** Commits what has arrived and closes every port. The outbox stays open. */
  close(): void;
}

interface Arrived {
  readonly from: ScannerPort;
  readonly request: StoreRequest;
}

/** Serves the outbox to other threads. */
export function serveOutbox(outbox: Outbox, { clock }: { readonly clock: Clock }): OutboxServer {
  // Ports of scanners that died stay, since their end is not reported; there are few in a process.
  const scanners: ScannerPort[] = [];
  let relay: RelayPort | undefined;
  let group: Arrived[] = [];
  let cancelWait: (() => void) | undefined;

  function arrive(from: ScannerPort, request: StoreRequest): void {
    group.push({ from, request });
    if (isGroupFull(group, from)) flush();
    else cancelWait ??= clock.after(GROUP_WAIT_MS, flush);
  }

  function flush(): void {
    cancelWait?.();
    cancelWait = undefined;
    if (group.length === 0) return;
    const committed = group;
    group = [];
    const isStored = commit(outbox, committed);
    for (const { from, request } of committed) from.answer(request.batch, isStored);
    if (isStored) relay?.wake();
  }

  return {
    addScanner(port) {
      const scanner: ScannerPort = new ScannerPort(port, (request) => arrive(scanner, request));
      scanners.push(scanner);
    },
    addRelay(port) {
      relay?.close();
      relay = new RelayPort(port, { outbox, clock });
    },
    flush,
    close() {
      flush();
      relay?.close();
      for (const scanner of scanners) scanner.close();
    },
  };
}

/** True when waiting would gain nothing: enough has arrived, or all that one scanner may send. */
function isGroupFull(group: readonly Arrived[], from: ScannerPort): boolean {
  const count = (arrived: readonly Arrived[]) =>
    arrived.reduce((sum, { request }) => sum + request.reports.sites.length, 0);
  const own = count(group.filter((arrived) => arrived.from === from));
  return own >= BATCHES_IN_FLIGHT_MAX * BATCH_REPORTS_MAX || count(group) >= GROUP_REPORTS_MAX;
}

/** True when the whole group is durable, false when none of it is and it has to be sent again. */
function commit(outbox: Outbox, group: readonly Arrived[]): boolean {
  try {
    outbox.appendBatches(group.map(({ request: { source, batch, reports } }) => {
      return { reports: draftsOf(reports), source: { id: source, batch } };
    }));
    return true;
  } catch (error) {
    if (error instanceof OutboxFullError || error instanceof OutboxUnavailableError) return false;
    throw error;
  }
}

/**
 * Takes batches of one source in their order. After a batch could not be stored, later ones are
 * refused until it has come again: storing a later one would make it count as stored.
 */
class ScannerPort {
  readonly #port: MessagePort;
  #awaited: number | undefined;

  constructor(port: MessagePort, onBatch: (request: StoreRequest) => void) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<StoreRequest>) => {
      if (this.#awaited !== undefined && data.batch > this.#awaited) {
        return this.#post({ type: "retry", batch: data.batch });
      }
      this.#awaited = undefined;
      onBatch(data);
    };
  }

  /** Answers a batch: stored, or to be sent again. */
  answer(batch: number, isStored: boolean): void {
    if (isStored) return this.#post({ type: "stored", batch });
    this.#awaited = Math.min(batch, this.#awaited ?? Infinity);
    this.#post({ type: "retry", batch });
  }

  close(): void {
    this.#port.close();
  }

  #post(answer: StoreAnswer): void {
    this.#port.postMessage(answer);
  }
}
