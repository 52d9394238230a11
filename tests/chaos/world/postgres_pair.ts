/** A primary and the synchronous standby that takes its place: nothing that was committed is lost. */
import { type PostgresServer, startPostgres } from "../../services/postgres.ts";

const SETTINGS = {
  // A commit is answered when the standby has it.
  synchronous_standby_names: "*",
  // After a restart of the primary the standby is back at once.
  wal_retrieve_retry_interval: "200ms",
};

export class PostgresPair implements AsyncDisposable {
  private constructor(private servers: readonly [PostgresServer, PostgresServer]) {}

  static async start(): Promise<PostgresPair> {
    await using parts = new AsyncDisposableStack();
    const primary = parts.use(await startPostgres({ settings: SETTINGS }));
    const pair = new PostgresPair([primary, await primary.follow()]);
    parts.move();
    return pair;
  }

  get primary(): PostgresServer {
    return this.servers[0];
  }

  /** The primary crashes, and its standby takes its place; commits wait until there is another. */
  async failOver(): Promise<void> {
    const [gone, heir] = this.servers;
    await gone.stop();
    await heir.promote();
    this.servers = [heir, gone];
  }

  /** In place of the one that crashed. */
  async replaceStandby(): Promise<void> {
    const [primary, gone] = this.servers;
    this.servers = [primary, await primary.follow()];
    await gone[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
  }
}
