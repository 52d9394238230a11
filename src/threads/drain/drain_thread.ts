/** A thread for `sitemon outbox drain`: the outbox and its publisher in one, until no row is left. */
import { drain, type DrainProgress } from "../../outbox/drain.ts";
import type { OutboxReset } from "../../outbox/file/outbox_file.ts";
import { Outbox } from "../../outbox/outbox.ts";
import type { Publisher, PublisherNotes } from "../../outbox/publisher.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask, type ThreadContext } from "../../runtime/threads/thread.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { StorePublisher } from "../../status/ingest/store_publisher.ts";
import type { OutboxSetup } from "../outbox/owned_outbox.ts";
import type { RelaySetup } from "../relay/relay_thread.ts";

export interface DrainSetup {
  readonly outbox: OutboxSetup;
  readonly to: { readonly kafka: RelaySetup } | { readonly store: StoreAddress };
}

/** Results: progress and trouble, and at last how it ended. */
export type DrainStep =
  | { readonly type: "progress" } & DrainProgress
  | { readonly type: "trouble"; readonly detail: string }
  | { readonly type: "reset" } & OutboxReset
  | {
    readonly type: "end";
    readonly rows: number;
    readonly deadLetters: number;
  };

serveTask<DrainSetup>(async ({ outbox: setup, to }, context) => {
  const { telemetry } = context;
  const result = (step: DrainStep) => context.result(step);
  const onReset = (reset: OutboxReset) => result({ type: "reset", ...reset });
  using outbox = Outbox.open({ ...setup, clock, telemetry, onReset });
  const publisher = await publisherOf(to, outbox, context);
  try {
    await drain({
      outbox,
      publisher,
      dependency: "kafka" in to ? "kafka" : "store",
      clock,
      onProgress: (progress) => result({ type: "progress", ...progress }),
      onTrouble: (detail) => result({ type: "trouble", detail }),
    });
  } finally {
    await publisher.close();
  }
  const { rows, deadLetters } = outbox.stats();
  result({ type: "end", rows, deadLetters });
});

/** Kafka's library is loaded only with Kafka: it reads the environment when it is imported. */
async function publisherOf(
  to: DrainSetup["to"],
  outbox: Outbox,
  { name: thread, telemetry }: ThreadContext,
): Promise<Publisher> {
  if ("kafka" in to) {
    const { openPublisher } = await import("../relay/open_publisher.ts");
    return openPublisher(to.kafka, { notes: notesOf(outbox), clock, telemetry });
  }
  const store = (await openStore(to.store, { clock })).status();
  await store.migrate();
  return new StorePublisher({ store, clock, telemetry, thread });
}

function notesOf(outbox: Outbox): PublisherNotes {
  return {
    readNotes: () => Promise.try(() => outbox.notes()),
    writeNote: (name, text) => Promise.try(() => outbox.note(name, text)),
  };
}
