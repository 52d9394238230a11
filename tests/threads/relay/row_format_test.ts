import { ok, strictEqual } from "node:assert/strict";
import { RegisteredSchemas } from "../../../src/kafka/registry/registered_schemas.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { rowFormat } from "../../../src/threads/relay/row_format.ts";
import { FakeNotes } from "../../kafka/registry/registry_fixture.ts";

Deno.test("rowFormat() makes of plain data what writes rows", () => {
  for (const format of ["single_object", "v1"] as const) {
    strictEqual(rowFormat({ format }, new FakeNotes(), systemClock), format);
  }
  const connection = { urls: ["http://r"], tls: {}, timeoutMs: 1 };
  const registry = { connection, subjects: [], autoRegister: true, inHeader: false };
  const made = rowFormat({ format: "confluent", registry }, new FakeNotes(), systemClock);
  ok(made instanceof RegisteredSchemas);
});
