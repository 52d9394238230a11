// What the hot paths cost: one check, one outbox commit, one ingested chunk. `deno task bench`.
import { Outbox } from "../../src/outbox/outbox.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { ThreadTelemetry } from "../../src/runtime/thread_telemetry.ts";
import { checkContext } from "../../src/scanner/check_context.ts";
import { checkSite } from "../../src/scanner/check_site.ts";
import { SqliteStore } from "../../src/status/sqlite/sqlite_store.ts";
import { aReport, nthReport } from "../contract/site_reports.ts";
import { aSite } from "../scanner/sites.ts";

const telemetry = new ThreadTelemetry(() => {});
const folder = Deno.makeTempDirSync({ prefix: "sitemon-bench-" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  () => new Response("x".repeat(1_024)),
);
const url = `http://127.0.0.1:${server.addr.port}/`;
const context = checkContext({
  urls: [url],
  location: "default",
  version: "0",
  clock: systemClock,
  telemetry,
});
const never = new AbortController().signal;

Deno.bench("one check, of a plain site on loopback", async () => {
  await checkSite(aSite(url), context, never);
});

Deno.bench(
  "its floor: fetch of the same page on a kept connection",
  { group: "floor" },
  async () => {
    await (await fetch(url)).text();
  },
);

const outbox = Outbox.open({
  path: `${folder}/outbox.db`,
  bytesMax: 1 << 30,
  rowsMax: 2_000_000,
  freeBytesMin: 0,
  whenFull: "coalesce",
  clock: systemClock,
  telemetry,
});
const batch = Array.from({ length: 256 }, (_, n) => aReport({ site: `site ${n}` }));

Deno.bench("one outbox commit of 256 reports", () => {
  outbox.append(batch);
});

Deno.bench("one batch of 500 rows taken and settled", () => {
  const rows = outbox.take({ rowsMax: 500, bytesMax: 512 * 1_024 });
  outbox.settle({ acknowledged: rows.map(({ id }) => id), tooLarge: [] });
});

const store = new SqliteStore({ path: `${folder}/status.db`, clock: systemClock });
await store.migrate();
let sequence = 0;

Deno.bench("one ingested chunk of 1,000 reports, SQLite", async () => {
  const reports = Array.from(
    { length: 1_000 },
    (_, n) => nthReport(++sequence, { site: `site ${n}` }),
  );
  await store.apply({ reports, gaps: [], deadLetters: [] });
});
