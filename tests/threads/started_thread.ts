/** A thread that owns an outbox, as main starts it, and what hands it reports. */
import { ReportSender } from "../../src/outbox/thread/report_sender.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { SupervisedThread, type ThreadSpec } from "../../src/runtime/threads/supervised_thread.ts";
import { ThreadTelemetry } from "../../src/runtime/telemetry/thread_telemetry.ts";
import { within } from "../support/waiting.ts";

export const DEADLINE_MS = 60_000;

/** Resolves when the thread is ready to take the sender's reports. */
export async function startedThread(
  spec: ThreadSpec,
  sender: ReportSender,
): Promise<SupervisedThread> {
  const ready = Promise.withResolvers<void>();
  const thread = new SupervisedThread(spec, {
    clock: systemClock,
    onReady: () => ready.resolve(),
    onMessage: () => {},
    onDeath: ({ message }) => {
      ready.reject(new Error(message));
      return "leave";
    },
  });
  await within(DEADLINE_MS, `the ${spec.name} thread`, ready.promise);
  const { port1, port2 } = new MessageChannel();
  thread.link("scanner", port1);
  sender.connect(port2);
  return thread;
}

export function aSender(): ReportSender {
  const telemetry = new ThreadTelemetry(() => {});
  const sourceId = crypto.randomUUID();
  return new ReportSender({ sourceId, clock: systemClock, telemetry, onUnencodable() {} });
}
