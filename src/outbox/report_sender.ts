/** A scanner's end of its port to the outbox: keeps reports until the outbox has stored them. */
import type { SiteReport } from "../report/report.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry.ts";

export interface ReportSenderOptions {
  /** Unique among all scanner threads of this outbox file, for ever: a uuid. */
  readonly sourceId: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Called when the buffer is nearly full; a scanner may pause then. */
  readonly onFull?: () => void;
  /** Called when there is room again. */
  readonly onRoom?: () => void;
}

export class ReportSender {
  constructor(_options: ReportSenderOptions) {}

  /** Uses this port from now on; what was not acknowledged on the former one is sent again. */
  connect(_port: MessagePort): void {
    throw new Error("skeleton");
  }

  /** Hands a report over. It never fails: what overflows the buffer is counted as lost. */
  send(_report: SiteReport): void {
    throw new Error("skeleton");
  }

  /** Reports that are not yet known to be stored. */
  get pending(): number {
    throw new Error("skeleton");
  }

  /** Resolves when everything is stored, or to what is not when the signal aborts. */
  flush(_signal: AbortSignal): Promise<number> {
    throw new Error("skeleton");
  }

  /** Lets go of the port; repeating it is harmless. */
  close(): void {
    throw new Error("skeleton");
  }
}
