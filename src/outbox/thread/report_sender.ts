/** A scanner's end of its port to the outbox: keeps reports until the outbox has stored them. */
import type { TracedReport } from "../../report/report.ts";
import {
  draftOf,
  type ReportDraft,
  UnencodableReportError,
  withoutFindings,
} from "../../report/report_draft.ts";
import { backoffMs } from "../../runtime/backoff.ts";
import type { Clock } from "../../runtime/clock.ts";
import { abortable } from "../../runtime/deadline.ts";
import { logger, MinuteLimit } from "../../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type { SiteNote } from "../site_note.ts";
import { draftColumns } from "./columns.ts";
import { BATCH_REPORTS_MAX, BATCHES_IN_FLIGHT_MAX } from "./port_message.ts";
import type { SiteNotesRequest, StoreAnswer, StoreRequest } from "./port_message.ts";

/** Reports that are kept: ten seconds of 10,000 sites at an interval of 10 s, some 10 MB. */
export const BUFFER_REPORTS_MAX = 10_000;
/** Above this the buffer counts as full. The rest is for checks that run when a scanner pauses. */
export const BUFFER_FULL = 9_000;
/** Below this there is room again. */
export const BUFFER_ROOM = 5_000;

/**
 * A report waits this long for others that go with it, unless they are a batch before: a commit costs
 * 0.6 ms, whatever is in it. With what the outbox waits for the reports of other scanners
 * (GROUP_WAIT_MS), each is durable 250 ms after its check.
 */
export const GATHER_MS = 240;
/** The same of a ping, whose sender waits until it is stored. */
export const PING_GATHER_MS = 40;

/** A full disk is tried again within this: soon enough not to lose much once it has space. */
const RETRY = { minMs: 200, maxMs: 5_000 };

export interface ReportSenderOptions {
  /** A new uuid for each scanner thread: by it the outbox knows a batch that it has stored. */
  readonly sourceId: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** A report of this site goes on without what it has found, by a fault of sitemon. */
  readonly onUnencodable: (site: string, cause: UnencodableReportError) => void;
  /** The buffer is nearly full; a scanner may pause until there is room again. */
  readonly onFull?: () => void;
  readonly onRoom?: () => void;
  /** Takes the notes of the outbox when they were asked for; undefined while its disk fails. */
  readonly onNotes?: (notes: readonly SiteNote[] | undefined) => void;
}

/** What goes with a report, or without one. */
export interface Attached {
  /** Stored in one transaction with the report. */
  readonly note?: SiteNote;
  /** Called when both are durable. It is not called when they are lost. */
  readonly onStored?: () => void;
}

/** What waits to be stored. */
interface Waiting extends Attached {
  readonly draft?: ReportDraft;
}

interface Batch {
  readonly request: StoreRequest;
  readonly waiting: readonly Waiting[];
}

const NOTHING: Attached = {};
const LOST = "sitemon_reports_lost_total";
/** Why a report was lost. */
const LOSS_CAUSES = ["unencodable", "buffer_full"] as const;

const log = logger("outbox");

/**
 * Sends reports in batches: of what was found within {@linkcode GATHER_MS}, or as soon as one is
 * full. At most two are in flight, and each is kept until the outbox says that it is stored.
 */
export class ReportSender implements Disposable {
  readonly #options: ReportSenderOptions;
  readonly #logLimit: MinuteLimit;
  readonly #inFlight: Batch[] = [];
  #buffer: Waiting[] = [];
  #port: MessagePort | undefined;
  #batch = 0;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;
  #cancelGather: (() => void) | undefined;
  /** When the buffered reports are sent, however few they are. */
  #gatherEndMs = Infinity;
  /** True when the buffered reports have waited long enough. */
  #isDue = false;
  #isFull = false;
  #lost = 0;
  /** Resolved when every report is stored. */
  #allStored = Promise.withResolvers<void>();

  constructor(options: ReportSenderOptions) {
    this.#options = options;
    this.#logLimit = new MinuteLimit(options.clock);
    countFromZero(options.telemetry, LOST, LOSS_CAUSES.map((cause) => ({ cause })));
  }

  /** Uses this port from now on; what was not acknowledged on the former one is sent again. */
  connect(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<StoreAnswer>) => this.#answered(data);
    this.#resend();
  }

  /**
   * Takes a report and returns it as it was taken: one that cannot be encoded without what it has
   * found. It never fails: one that overflows the buffer is counted as lost.
   */
  send(report: TracedReport, attached: Attached = NOTHING): TracedReport {
    const { draft, taken } = this.#draftOf(report);
    this.#add({ draft, ...attached });
    return taken;
  }

  /** Takes a note that belongs to no report. */
  keep(attached: Attached): void {
    this.#add(attached);
  }

  /** Asks which notes are stored; `onNotes` of the options takes the answer. */
  askForNotes(): void {
    this.#port?.postMessage({ type: "notes" } satisfies SiteNotesRequest);
  }

  #add(waiting: Waiting): void {
    if (this.#buffer.length === BUFFER_REPORTS_MAX) this.#loseOldest();
    this.#buffer.push(waiting);
    this.#awaitOthers(waiting);
    this.#pump();
    if (!this.#isFull && this.#buffer.length >= BUFFER_FULL) {
      this.#isFull = true;
      this.#options.onFull?.();
    }
  }

  /** Reports that are not known to be stored. */
  get pending(): number {
    const inFlight = this.#inFlight.map(({ waiting }) => waiting.length);
    return inFlight.reduce((sum, count) => sum + count, this.#buffer.length);
  }

  /**
   * Sends what waits, and resolves to how many reports are not stored: 0, or more when the signal
   * aborts before.
   */
  async flush(signal: AbortSignal): Promise<number> {
    this.#sendDue();
    if (this.pending > 0) await abortable(this.#allStored.promise, signal).catch(() => {});
    return this.pending;
  }

  /** Closes the port; repeating it is harmless. */
  close(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#endGather();
    this.#port?.close();
    this.#port = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #awaitOthers({ onStored }: Waiting): void {
    const { clock } = this.#options;
    const waitMs = onStored === undefined ? GATHER_MS : PING_GATHER_MS;
    const endMs = clock.monotonicMs() + waitMs;
    if (endMs >= this.#gatherEndMs) return;
    this.#gatherEndMs = endMs;
    this.#cancelGather?.();
    this.#cancelGather = clock.after(waitMs, () => this.#sendDue());
  }

  #sendDue(): void {
    this.#isDue = true;
    this.#pump();
  }

  #endGather(): void {
    this.#isDue = false;
    this.#gatherEndMs = Infinity;
    this.#cancelGather?.();
    this.#cancelGather = undefined;
  }

  #pump(): void {
    if (this.#port === undefined || this.#cancelRetry !== undefined) return;
    const reportsMin = this.#isDue ? 1 : BATCH_REPORTS_MAX;
    while (this.#inFlight.length < BATCHES_IN_FLIGHT_MAX && this.#buffer.length >= reportsMin) {
      const waiting = this.#buffer.splice(0, BATCH_REPORTS_MAX);
      const request = this.#requestOf(waiting);
      this.#inFlight.push({ request, waiting });
      this.#port.postMessage(request);
    }
    if (this.#buffer.length === 0) this.#endGather();
    if (this.#isFull && this.#buffer.length <= BUFFER_ROOM) {
      this.#isFull = false;
      this.#options.onRoom?.();
    }
  }

  #requestOf(waiting: readonly Waiting[]): StoreRequest {
    const reports = draftColumns(waiting.flatMap(({ draft }) => draft ?? []));
    const notes = waiting.flatMap(({ note }) => note ?? []);
    const { sourceId: source } = this.#options;
    const request: StoreRequest = { type: "store", source, batch: ++this.#batch, reports };
    return notes.length === 0 ? request : { ...request, notes };
  }

  #answered(answer: StoreAnswer): void {
    if (answer.type === "notes") return this.#options.onNotes?.(answer.notes);
    if (answer.type === "retry") return this.#retryLater();
    // An answer may come twice for a batch that was sent twice.
    if (this.#inFlight[0]?.request.batch !== answer.batch) return;
    for (const { onStored } of this.#inFlight.shift()!.waiting) onStored?.();
    this.#failures = 0;
    this.#pump();
    if (this.pending > 0) return;
    this.#allStored.resolve();
    this.#allStored = Promise.withResolvers();
  }

  #retryLater(): void {
    if (this.#cancelRetry !== undefined || this.#port === undefined) return;
    const waitMs = backoffMs(this.#failures++, RETRY);
    this.#cancelRetry = this.#options.clock.after(waitMs, () => this.#resend());
  }

  /** Sends what is in flight again, in its order and under its numbers, and goes on from there. */
  #resend(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    for (const { request } of this.#inFlight) this.#port?.postMessage(request);
    this.#pump();
  }

  /** A report that cannot be encoded is a fault of sitemon, and says nothing about its site. */
  #draftOf(report: TracedReport): { readonly draft: ReportDraft; readonly taken: TracedReport } {
    try {
      return { draft: draftOf(report), taken: report };
    } catch (error) {
      if (!(error instanceof UnencodableReportError)) throw error;
      this.#countLost("unencodable");
      this.#options.onUnencodable(report.site, error);
      const taken = withoutFindings(report);
      return { draft: draftOf(taken), taken };
    }
  }

  #countLost(cause: (typeof LOSS_CAUSES)[number]): void {
    this.#options.telemetry.count(LOST, { cause });
  }

  #loseOldest(): void {
    this.#buffer.shift();
    this.#lost++;
    this.#countLost("buffer_full");
    if (!this.#logLimit.allows("lost")) return;
    log.error("the outbox does not accept reports: {lost} lost since start", { lost: this.#lost });
  }
}
