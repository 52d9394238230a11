/** A thread that may reach no PostgreSQL: it tells the error of trying to. */
import { PostgresStore } from "../../../../src/status/postgres/postgres_store.ts";

interface Scope {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as Scope;
scope.onmessage = async ({ data: host }) => {
  const connection = {
    host,
    port: 5432,
    user: "ann",
    database: "sitemon",
    schema: "public",
    tls: { mode: "disable" },
    connectTimeoutMs: 2_000,
    statementTimeoutMs: 2_000,
  } as const;
  try {
    await new PostgresStore({ connection }).statuses();
    scope.postMessage({ name: "nothing", message: "" });
  } catch (error) {
    const { name, message } = error as Error;
    scope.postMessage({ name, message });
  }
};
