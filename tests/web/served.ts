/** A status page on a free port, over the file of a store. Disposing stops it. */
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { SqliteQueries } from "../../src/status/sqlite/sqlite_queries.ts";
import { sqliteParts } from "../../src/status/sqlite/sqlite_parts.ts";
import { serveWeb, type WebOptions, type WebServer } from "../../src/web/serve_web.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";

export function served(
  path: string,
  more: Partial<WebOptions> = {},
): WebServer & AsyncDisposable {
  const server = serveWeb({
    listen: { host: "127.0.0.1", port: 0 },
    look: { title: "Status" },
    queries: new SqliteQueries({ path }),
    records: sqliteParts({ path }, { clock }).alertRecords(),
    dependency: "store",
    clock,
    telemetry: new RecordingTelemetry(),
    ...more,
  });
  return { ...server, [Symbol.asyncDispose]: () => server.stop() };
}
