/** The outbox thread's end of the ports: commits what scanners send in groups, hands rows to the relay. */
import type { Clock } from "../../runtime/clock.ts";
import type { SiteNote } from "../site_note.ts";
import type { Outbox } from "../outbox.ts";
import { OutboxFullError, OutboxUnavailableError } from "../outbox_error.ts";
import type { OutboxRow } from "../publisher.ts";
import { draftsOf, rowColumns } from "./columns.ts";
import { BATCH_REPORTS_MAX, BATCHES_IN_FLIGHT_MAX } from "./port_message.ts";
import type {
  RelayAnswer,
  RelayRequest,
  SiteNotesRequest,
  StoreAnswer,
  StoreRequest,
} from "./port_message.ts";

/**
 * Scanners gather what they send (GATHER_MS); this lets those that send at about the same time share
 * a commit, and so do the batches of one that are full. The disk has some 25 commits a second for
 * each scanner, and 100 in all at most.
 */
export const GROUP_WAIT_MS = 10;
/** A commit of this many takes some 5 ms, so that no batch waits long for it. */
export const GROUP_REPORTS_MAX = 256;

type Arrived = { readonly from: ScannerPort; readonly request: StoreRequest };

/** Serves the outbox to other threads. */
export function serveOutbox(outbox: Outbox, { clock }: { readonly clock: Clock }) {
  // Ports of scanners that died stay, since their end is not reported; there are few in a process.
  const scanners: ScannerPort[] = [];
  let relay: RelayPort | undefined;
  let group: Arrived[] = [];
  let cancelWait: (() => void) | undefined;

  function arrive(from: ScannerPort, request: StoreRequest): void {
    group.push({ from, request });
    const isAlone = scanners.length === 1 && request.reports.sites.length < BATCH_REPORTS_MAX;
    if (isAlone || isGroupFull(group, from)) flush();
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
    /** Takes reports from the ReportSender at the other end. */
    addScanner(port: MessagePort): void {
      const scanner: ScannerPort = new ScannerPort(port, {
        onBatch: (request) => arrive(scanner, request),
        notes: () => notesOf(outbox),
      });
      scanners.push(scanner);
    },
    /** Hands rows to the OutboxClient at the other end; the rows of a former relay are released. */
    addRelay(port: MessagePort): void {
      relay?.close();
      relay = new RelayPort(port, outbox, clock);
    },
    /** Commits what has arrived and closes every port. The outbox stays open. */
    close(): void {
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
    outbox.appendBatches(group.map(({ request: { source, batch, reports, notes = [] } }) => {
      return { reports: draftsOf(reports), notes, source: { id: source, batch } };
    }));
    return true;
  } catch (error) {
    if (error instanceof OutboxFullError || error instanceof OutboxUnavailableError) return false;
    throw error;
  }
}

/** Undefined while the disk fails: they are asked for again. */
function notesOf(outbox: Outbox): readonly SiteNote[] | undefined {
  try {
    return outbox.siteNotes();
  } catch (error) {
    if (error instanceof OutboxUnavailableError) return undefined;
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

  constructor(port: MessagePort, { onBatch, notes }: {
    readonly onBatch: (request: StoreRequest) => void;
    readonly notes: () => readonly SiteNote[] | undefined;
  }) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<StoreRequest | SiteNotesRequest>) => {
      if (data.type === "notes") return this.#post({ type: "notes", notes: notes() });
      if (this.#awaited !== undefined && data.batch > this.#awaited) {
        return this.answer(data.batch, false);
      }
      this.#awaited = undefined;
      onBatch(data);
    };
  }

  answer(batch: number, isStored: boolean): void {
    if (!isStored) this.#awaited = Math.min(batch, this.#awaited ?? Infinity);
    this.#post({ type: isStored ? "stored" : "retry", batch });
  }

  #post(answer: StoreAnswer): void {
    this.#port.postMessage(answer);
  }

  close(): void {
    this.#port.close();
  }
}

type TakeRequest = RelayRequest & { type: "take" };

/** A request for rows, which are handed out from `gatheredMs` on. */
interface Waiting {
  readonly message: TakeRequest;
  readonly gatheredMs: number;
  readonly cancel: () => void;
}

/** Keeps a relay's request for rows until there are some; closed, it releases what is in flight. */
class RelayPort {
  readonly #port: MessagePort;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  #waiting: Waiting | undefined;

  constructor(port: MessagePort, outbox: Outbox, clock: Clock) {
    this.#port = port;
    this.#outbox = outbox;
    this.#clock = clock;
    port.onmessage = ({ data }: MessageEvent<RelayRequest>) =>
      this.#answering(data.request, () => this.#serve(data));
  }

  /** Looks for rows again, since some were stored. */
  wake(): void {
    const waiting = this.#endWait();
    if (waiting) this.#takeAgain(waiting);
  }

  close(): void {
    this.#endWait();
    this.#outbox.release();
    this.#port.close();
  }

  #serve(message: RelayRequest): void {
    switch (message.type) {
      case "take":
        this.#endWait();
        return this.#take(message, this.#clock.monotonicMs() + (message.limits.lingerMs ?? 0));
      case "cancel":
        return void this.#endWait();
      case "settle":
        this.#outbox.settle(message.settlement);
        return this.#post({ type: "settled", request: message.request });
      case "notes":
        return this.#post({
          type: "notes",
          request: message.request,
          notes: this.#outbox.notes(),
        });
      case "note":
        this.#outbox.note(message.name, message.text);
        return this.#post({ type: "noted", request: message.request });
    }
  }

  #take(message: TakeRequest, gatheredMs: number): void {
    const { request, limits } = message;
    const gatherMs = gatheredMs - this.#clock.monotonicMs();
    if (gatherMs > 0 && !this.#outbox.isEmpty) {
      const cancel = this.#clock.after(gatherMs, () => this.#takeAgain(this.#endWait()!));
      this.#waiting = { message, gatheredMs, cancel };
      return;
    }
    const rows = gatherMs > 0 ? [] : this.#outbox.take(limits);
    if (rows.length > 0 || limits.waitMs <= 0) return this.#handOver(rows, request);
    const cancel = this.#clock.after(limits.waitMs, () => {
      this.#waiting = undefined;
      this.#handOver([], request);
    });
    this.#waiting = { message, gatheredMs, cancel };
  }

  #takeAgain({ message, gatheredMs }: Waiting): void {
    this.#answering(message.request, () => this.#take(message, gatheredMs));
  }

  #endWait(): Waiting | undefined {
    const waiting = this.#waiting;
    waiting?.cancel();
    this.#waiting = undefined;
    return waiting;
  }

  /** The relay asks again later when the disk fails; any other error ends this thread. */
  #answering(request: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof OutboxUnavailableError)) throw error;
      const { failure, message } = error;
      this.#post({ type: "unavailable", request, failure, message });
    }
  }

  #handOver(rows: readonly OutboxRow[], request: number): void {
    const columns = rowColumns(rows);
    this.#post({ type: "rows", request, rows: columns }, [columns.payloads.bytes.buffer]);
  }

  #post(answer: RelayAnswer, transfer: Transferable[] = []): void {
    this.#port.postMessage(answer, transfer);
  }
}
