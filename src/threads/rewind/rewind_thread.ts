/** A thread for `sitemon rewind`: changes where the consumers go on reading, once. */
import { KafkaError } from "../../kafka/kafka_error.ts";
import { rewind, type RewindOptions } from "../../kafka/rewind.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";

export type RewindSetup = Omit<RewindOptions, "clock"> & {
  /** The topic of gaps with its group, where they have their own: it is read again too. */
  readonly gaps?: Omit<RewindOptions, "clock" | "connection" | "toMs">;
};

serveTask<RewindSetup>(async ({ gaps, ...setup }, { result }) => {
  const rewound = await rewind({ ...setup, clock });
  try {
    if (gaps) await rewind({ ...setup, ...gaps, clock });
  } catch (error) {
    // There was no gap yet.
    if (!(error instanceof KafkaError) || error.failure !== "topic_missing") throw error;
  }
  result(rewound);
});
