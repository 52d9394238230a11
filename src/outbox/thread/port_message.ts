/**
 * The messages between the outbox thread and the threads of scanners and relay, and the limits of
 * what may be in flight. Both ends are in this folder: serve_outbox.ts answers report_sender.ts and
 * outbox_client.ts.
 */
import type { SiteNote } from "../site_note.ts";
import type { Settlement, TakeLimits } from "../outbox_source.ts";
import type { OutboxFailure } from "../outbox_error.ts";
import type { DraftColumns, RowColumns } from "./columns.ts";

/** Two keep a scanner's port busy while the other one is being committed. */
export const BATCHES_IN_FLIGHT_MAX = 2;
/** Reports of a batch: to pack and send 64 takes about 0.1 ms. */
export const BATCH_REPORTS_MAX = 64;

/** From a scanner. Batches of a source are numbered 1, 2, 3 … and sent in this order. */
export interface StoreRequest {
  readonly type: "store";
  readonly source: string;
  readonly batch: number;
  readonly reports: DraftColumns;
  /** Stored with them; none when absent. */
  readonly notes?: readonly SiteNote[];
}

/** From whoever keeps notes: which are there? */
export interface SiteNotesRequest {
  readonly type: "notes";
}

/** To a scanner: the batch is durable, or it and all later ones must be sent again. */
export type StoreAnswer =
  | { readonly type: "stored" | "retry"; readonly batch: number }
  /** Undefined while the disk fails. */
  | { readonly type: "notes"; readonly notes: readonly SiteNote[] | undefined };

/** From a relay. */
export type RelayRequest =
  & { readonly request: number }
  & (
    | { readonly type: "take"; readonly limits: TakeLimits }
    | { readonly type: "settle"; readonly settlement: Settlement }
    | { readonly type: "notes" }
    | { readonly type: "note"; readonly name: string; readonly text: string }
    | { readonly type: "cancel" }
  );

/** To a relay. */
export type RelayAnswer =
  & { readonly request: number }
  & (
    | { readonly type: "rows"; readonly rows: RowColumns }
    | { readonly type: "settled" }
    | { readonly type: "notes"; readonly notes: ReadonlyMap<string, string> }
    | { readonly type: "noted" }
    | { readonly type: "unavailable"; readonly failure: OutboxFailure; readonly message: string }
  );
