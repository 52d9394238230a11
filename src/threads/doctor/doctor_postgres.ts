/** A thread for `sitemon doctor`: examines PostgreSQL, and answers with what it found. */
import { examinePostgres } from "../../status/postgres/examine_postgres.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";
import { serveThread } from "../../runtime/threads/thread.ts";

serveThread<PostgresOptions>({
  onUncaught: "fail",
  async start(setup, { result }) {
    result(await examinePostgres(setup));
    return { stop: () => Promise.resolve() };
  },
});
