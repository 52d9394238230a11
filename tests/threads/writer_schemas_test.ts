import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { idBytes } from "../../src/kafka/schema_name.ts";
import { SITE_REPORT_SCHEMA } from "../../src/report/schema.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { openStore } from "../../src/status/open_store.ts";
import { openWriterSchemas } from "../../src/threads/writer_schemas.ts";
import { registryConnection } from "../kafka/registry/registry_fixture.ts";
import { GOLDEN } from "../report/golden.ts";
import { serveLocally } from "../support/local_server.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { TempFolder } from "../support/temp_folder.ts";

Deno.test("openWriterSchemas() keeps schemas in the store, for those who open it later", async () => {
  using folder = new TempFolder();
  const store = await openStore({ kind: "sqlite", path: `${folder.path}/status.db` }, { clock });
  const status = store.status();
  await status.migrate();
  await status.close();
  let asked = 0;
  await using server = serveLocally(() => {
    asked++;
    return Response.json({ schema: JSON.stringify(SITE_REPORT_SCHEMA) });
  });
  const value = new Uint8Array([...idBytes({ id: 7 }), ...GOLDEN.reportBytes.subarray(10)]);
  for (let times = 0; times < 2; times++) {
    const schemas = openWriterSchemas({
      connection: registryConnection({ urls: [server.origin] }),
      ...{ store, clock, telemetry: new RecordingTelemetry() },
      retry: (work) => work(),
    });
    strictEqual(await schemas.know([{ value }], new AbortController().signal), undefined);
    deepStrictEqual(schemas.decode(value), { kind: "report", report: GOLDEN.report });
    await schemas.close();
  }
  strictEqual(asked, 1);
});
