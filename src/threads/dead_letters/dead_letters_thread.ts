/** A thread for `sitemon dead-letter`: reads and replays the dead letters of a store. */
import type { KafkaConnectionOptions } from "../../kafka/client/kafka_client.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask, type ThreadContext } from "../../runtime/threads/thread.ts";
import type {
  DeadLetterFilter,
  DeadLetterQuery,
  DeadLetters,
  StoredDeadLetter,
} from "../../status/dead_letters.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { replay, type Replayed } from "../../status/repair/replay.ts";
import {
  type StatusStore,
  StoreConfigurationError,
  StoreUnavailableError,
} from "../../status/store.ts";

export interface DeadLettersSetup {
  readonly store: StoreAddress;
  /** For the cluster's id; absent where there is no Kafka. */
  readonly kafka?: KafkaConnectionOptions;
  readonly task:
    | { readonly type: "read"; readonly query: DeadLetterQuery }
    | { readonly type: "replay"; readonly filter: DeadLetterFilter };
}

/** The one result of `read`. */
export interface DeadLetterPage {
  readonly deadLetters: readonly StoredDeadLetter[];
  /** How many the filter means, on this page and on others. */
  readonly count: number;
}

/** The results of `replay`: one for each transaction, and one at the end. */
export type ReplayStep = Replayed | "end";

serveTask<DeadLettersSetup>(async (setup, context) => {
  const parts = await openStore(setup.store, { clock });
  const deadLetters = parts.deadLetters();
  const store = parts.status();
  try {
    await run(setup, { deadLetters, store, context });
  } finally {
    await deadLetters.close();
    await store.close();
  }
});

interface Opened {
  readonly deadLetters: DeadLetters;
  readonly store: StatusStore;
}

async function run(
  { task, kafka }: DeadLettersSetup,
  { deadLetters, store, context }: Opened & { readonly context: ThreadContext },
): Promise<void> {
  if (task.type === "read") {
    const { query } = task;
    const page = {
      deadLetters: await deadLetters.read(query),
      count: await deadLetters.count(query),
    };
    return context.result(page satisfies DeadLetterPage);
  }
  const clusterId = clusterIdOnce(kafka);
  for await (const step of replay({ ...task.filter, deadLetters, store, clusterId, clock })) {
    context.result(step satisfies ReplayStep);
  }
  context.result("end" satisfies ReplayStep);
}

function clusterIdOnce(connection: KafkaConnectionOptions | undefined): () => Promise<string> {
  let asked: Promise<string> | undefined;
  const ask = async () => {
    if (connection === undefined) throw withoutKafka();
    try {
      // Loaded where there is Kafka alone: its library reads the environment when it is.
      const { clusterIdOf } = await import("../../kafka/client/kafka_admin.ts");
      return await clusterIdOf({ connection, clock });
    } catch (cause) {
      throw new StoreUnavailableError((cause as Error).message, { cause });
    }
  };
  return () => asked ??= ask();
}

function withoutKafka(): StoreConfigurationError {
  return new StoreConfigurationError(
    "replaying messages of the original Python service needs the Kafka cluster's ID, but the " +
      'configuration has no "kafka"; use the configuration of the consumer',
  );
}
