/** The publisher port on two topics: one of reports alone, and one of gaps. */
import {
  type OutboxRow,
  type Publisher,
  PublishError,
  type PublishResult,
} from "../outbox/publisher.ts";

export interface GapTopicPublisherOptions {
  readonly reports: Publisher;
  readonly gaps: Publisher;
}

export class GapTopicPublisher implements Publisher {
  readonly #options: GapTopicPublisherOptions;

  constructor(options: GapTopicPublisherOptions) {
    this.#options = options;
  }

  /** Each of them has a deadline of its own; what fails in one does not keep the other's rows. */
  async publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const { reports, gaps } = this.#options;
    const results = [
      await publishSome(reports, rows.filter(({ kind }) => kind === "report")),
      await publishSome(gaps, rows.filter(({ kind }) => kind === "gap")),
    ];
    const acknowledged = results.flatMap((result) => result.acknowledged);
    const tooLarge = results.flatMap((result) => result.tooLarge);
    const failure = results.find((result) => result.failure !== undefined)?.failure;
    if (failure === undefined) return { acknowledged, tooLarge };
    if (acknowledged.length + tooLarge.length === 0) throw failure;
    return { acknowledged, tooLarge, failure };
  }

  async close(): Promise<void> {
    const { reports, gaps } = this.#options;
    await Promise.all([reports.close(), gaps.close()]);
  }
}

async function publishSome(
  publisher: Publisher,
  rows: readonly OutboxRow[],
): Promise<PublishResult> {
  const nothing = { acknowledged: [], tooLarge: [] };
  if (rows.length === 0) return nothing;
  try {
    return await publisher.publish(rows);
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    return { ...nothing, failure: error };
  }
}
