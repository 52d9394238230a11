/** Writes what a test wants to a pipeline's topic, past every producer. */
import { makeTopic, sendMessages } from "../kafka/kafka_fixture.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { aReport } from "../contract/site_reports.ts";
import type { Pipeline } from "./pipeline.ts";

export interface TestMessage {
  readonly key?: string;
  readonly value: Uint8Array | null;
  /** The header `sitemon-id`. */
  readonly id?: string;
}

/** A report of just now. */
export function recentReport(sequence: number, overrides: Partial<SiteReport> = {}): SiteReport {
  const now = Date.now() * 1_000;
  return aReport({ sequence, checked_at: now, recorded_at: now + sequence, ...overrides });
}

/** Writes to one partition, so that offsets are the places in the list. */
export async function writeMessages(
  { bootstrap, topic }: Pipeline,
  messages: readonly TestMessage[],
): Promise<void> {
  await makeTopic(bootstrap, topic);
  await sendMessages(
    bootstrap,
    topic,
    messages.map(({ key = "key", value, id }) => ({
      key,
      value: value === null ? null : Buffer.from(value),
      ...id !== undefined && { headers: { "sitemon-id": id } },
    })),
  );
}
