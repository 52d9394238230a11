/** What a notifier makes of any store: a receiver that fails is tried again, and holds up no other. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { Channel, Sent } from "../../src/alerts/channel.ts";
import { FAILED_RETRY, Notifier } from "../../src/alerts/notifier.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { eventually } from "../support/waiting.ts";
import { closing, onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { anAlert, firing } from "./some_alerts.ts";

const DEADLINE_MS = 60_000;
/** Of a second or so, and not in whole milliseconds, as a date in `Retry-After` leaves it. */
const ASKED_MS = 1_000.25;

const DELIVERED: Sent = { result: "delivered", isMaybeTold: true, error: null, answer: "" };
const FAILED: Sent = { result: "failed", isMaybeTold: false, error: "cut off", answer: "" };

/** Answers what it is given, and then that all is well. */
class Receiver implements Channel {
  readonly #answers: Sent[];

  constructor(readonly name: string, ...answers: Sent[]) {
    this.#answers = answers;
  }

  send(): Promise<Sent> {
    return Promise.resolve(this.#answers.shift() ?? DELIVERED);
  }
}

/** Registers the tests of the contract for one kind of store. */
export function notifierContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);

  test("tells every channel, also while one of them fails", async (opened) => {
    const channels = [
      new Receiver("steady"),
      new Receiver("flappy", FAILED, { ...FAILED, retryAfterMs: ASKED_MS }),
    ];
    await using store = closing(opened.parts.alertStore());
    await using records = closing(opened.parts.alertRecords());
    const errors: string[] = [];
    const notifier = new Notifier({
      ...{ store, channels, groupWaitMs: 0, clock: systemClock },
      telemetry: new RecordingTelemetry(),
      onStore: (error) => void (error && errors.push(error.message)),
      random: () => 1 / 3,
    });
    ok(await store.lead());
    await store.write(firing(anAlert(1, { channels: channels.map(({ name }) => name) })));
    const stopping = new AbortController();
    const running = notifier.run(stopping.signal, stopping.signal);
    const untilChannel = (name: string, failures: number) =>
      eventually(DEADLINE_MS, `${name} after ${failures} failures`, async () => {
        const channel = (await records.channels()).find(({ channel }) => channel === name)!;
        const isWaiting = channel.pending === (failures === 0 ? 0 : 1);
        return isWaiting && channel.failures === failures ? channel : undefined;
      });
    await untilChannel("steady", 0);
    const { retry_at } = await untilChannel("flappy", 1);
    ok(retry_at!.getTime() <= Date.now() + FAILED_RETRY.minMs, retry_at!.toISOString());
    await untilChannel("flappy", 2);
    await untilChannel("flappy", 0);
    stopping.abort();
    await running;
    deepStrictEqual(errors, []);
  });
}
