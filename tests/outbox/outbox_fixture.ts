/** What the tests of the outbox share. */
import { OutboxLock } from "../../src/outbox/file/outbox_lock.ts";
import { placeOf } from "../../src/outbox/file/outbox_record.ts";
import { Outbox, type OutboxOptions } from "../../src/outbox/outbox.ts";
import type { OutboxRow } from "../../src/outbox/publisher.ts";
import { decodeMessage } from "../../src/report/codec.ts";
import type { Gap, SiteReport, TracedReport } from "../../src/report/report.ts";
import { draftOf, type ReportDraft } from "../../src/report/report_draft.ts";
import { aReport } from "../contract/site_reports.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";

/** A batch that no test's outbox exceeds. */
export const EVERYTHING = { rowsMax: 100_000, bytesMax: 1 << 30 };

/** The options of an outbox that no test fills. */
export const SPACIOUS = {
  bytesMax: 1 << 30,
  rowsMax: 1_000_000,
  freeBytesMin: 0,
  whenFull: "coalesce",
  logBytes: 0,
} as const;

/** A folder for one outbox, removed at the end of its scope. */
export class OutboxFolder implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "sitemon-outbox-" });
  readonly path = `${this.folder}/outbox.db`;
  readonly clock = new FakeClock();
  readonly telemetry = new RecordingTelemetry();

  open(options: Partial<OutboxOptions> = {}): Outbox {
    const { path, clock, telemetry } = this;
    return Outbox.open({ ...SPACIOUS, path, clock, telemetry, ...options });
  }

  /** What a kill -9 leaves behind: the files as they are, in a folder of their own. */
  copyCrashed(): OutboxFolder {
    const copy = new OutboxFolder();
    for (const suffix of ["", "-wal", ".lock"]) {
      Deno.copyFileSync(`${this.path}${suffix}`, `${copy.path}${suffix}`);
    }
    using lock = new OutboxLock(copy.path);
    if (lock.record) lock.note({ ...lock.record, place: placeOf(copy.path) });
    return copy;
  }

  /** Folders that a damaged file was moved to. */
  corruptFolders(): string[] {
    return [...Deno.readDirSync(this.folder)]
      .filter((entry) => entry.isDirectory)
      .map((entry) => `${this.folder}/${entry.name}`);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** An outbox in a folder of its own, which goes with it at the end of its scope. */
export function openOutbox(options: Partial<OutboxOptions> = {}) {
  const folder = new OutboxFolder();
  const outbox = folder.open(options);
  return Object.assign(outbox, {
    folder,
    [Symbol.dispose](): void {
      outbox.close();
      folder[Symbol.dispose]();
    },
  });
}

/** The numbers from one to another, both included. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Reports of sites, as a scanner hands them over. */
export function reportsOf(...sites: readonly string[]): SiteReport[] {
  return sites.map((site) => aReport({ site, producer_id: "", sequence: 0, recorded_at: 0 }));
}

/** `count` reports, each of a site of its own. */
export function manyReports(count: number, prefix = "site"): SiteReport[] {
  return reportsOf(...Array.from({ length: count }, (_, index) => `${prefix}-${index}`));
}

/** Reports as the outbox takes them. */
export function draftsOf(reports: readonly TracedReport[]): ReportDraft[] {
  return reports.map(draftOf);
}

/** What the rows say, decoded. */
export function contentOf(rows: readonly OutboxRow[]): { reports: SiteReport[]; gaps: Gap[] } {
  const messages = rows.map((row) => decodeMessage(row.payload));
  return {
    reports: messages.flatMap((message) => message.kind === "report" ? [message.report] : []),
    gaps: messages.flatMap((message) => message.kind === "gap" ? [message.gap] : []),
  };
}

/** Everything that waits, decoded; it stays there. */
export function waiting(outbox: Outbox): { reports: SiteReport[]; gaps: Gap[] } {
  const content = contentOf(outbox.take(EVERYTHING));
  outbox.release();
  return content;
}

/** A gap in few words: `coalesced 3-7`. */
export function inWords({ reason, first, last }: Gap): string {
  return `${reason} ${first}-${last}`;
}

/** Takes and acknowledges everything. */
export function drain(outbox: Outbox): OutboxRow[] {
  const rows = [...outbox.take(EVERYTHING)];
  outbox.settle({ acknowledged: rows.map((row) => row.id), tooLarge: [] });
  return rows;
}
