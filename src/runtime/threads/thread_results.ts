/** Starts a thread for an answer, yields its results, and stops it when they are read. */
import { systemClock } from "../clock.ts";
import {
  SupervisedThread,
  type SupervisedThreadOptions,
  type ThreadSpec,
} from "./supervised_thread.ts";

/** How long the thread may take to release what it holds. */
const STOP_MS = 1_000;

type ResultOptions = Pick<SupervisedThreadOptions, "silenceMaxMs">;

/** Thrown when the thread died before it had answered. */
export class ThreadDiedError extends Error {
  override readonly name = "ThreadDiedError";

  /** `errorName`: the class of the error that it died of, if it was reported. */
  constructor(message: string, readonly errorName: string | undefined) {
    super(message);
  }
}

/** Yields `count` results of a new thread and then stops it, also when the reader leaves early. */
export async function* threadResults<Result>(
  spec: ThreadSpec,
  { count, ...options }: ResultOptions & { readonly count: number },
): AsyncGenerator<Result, void> {
  const arrived: Result[] = [];
  let death: ThreadDiedError | undefined;
  let news = Promise.withResolvers<void>();
  const thread = new SupervisedThread(spec, {
    ...options,
    clock: systemClock,
    onMessage(message) {
      if (message.type !== "result") return;
      arrived.push(message.value as Result);
      news.resolve();
    },
    onDeath({ message, errorName }) {
      death = new ThreadDiedError(message, errorName);
      news.resolve();
      return "leave";
    },
  });
  try {
    for (let yielded = 0; yielded < count; yielded++) {
      while (arrived.length === 0) {
        if (death !== undefined) throw death;
        await news.promise;
        news = Promise.withResolvers();
      }
      yield arrived.shift()!;
    }
  } finally {
    await thread.stop(STOP_MS);
  }
}

/** The one result of a new thread. */
export async function threadResult<Result>(
  spec: ThreadSpec,
  options: ResultOptions = {},
): Promise<Result> {
  const [result] = await Array.fromAsync(threadResults<Result>(spec, { ...options, count: 1 }));
  return result!;
}
