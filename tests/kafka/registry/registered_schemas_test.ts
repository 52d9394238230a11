import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import {
  ASK_MS_MAX,
  RegisteredSchemas,
  type RegisteredSchemasOptions,
} from "../../../src/kafka/registry/registered_schemas.ts";
import { subjectsOf } from "../../../src/kafka/registry/subjects.ts";
import {
  type OutboxRow,
  PublishError,
  type PublishFailure,
} from "../../../src/outbox/publisher.ts";
import { WRITER_SCHEMAS } from "../../../src/report/schema.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { GOLDEN } from "../../report/golden.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { freePort } from "../../support/free_port.ts";
import { serveLocally } from "../../support/local_server.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { serviceTest } from "../../services/with_services.ts";
import { aRow } from "../kafka_fixture.ts";
import { clientOf, FakeNotes, NEVER } from "./registry_fixture.ts";

const registryTest = serviceTest("registry");

const REPORT = aRow(1, { payload: GOLDEN.reportBytes });
const GAP = aRow(2, { kind: "gap", payload: GOLDEN.gapBytes });

function schemasOf(options: Partial<RegisteredSchemasOptions> & { topic?: string } = {}) {
  const { topic = uniqueName("topic"), clock = systemClock } = options;
  return new RegisteredSchemas({
    registry: options.registry ?? clientOf(),
    subjects: subjectsOf(topic, "topic_record_name"),
    autoRegister: true,
    inHeader: false,
    notes: new FakeNotes(),
    clock,
    ...options,
  });
}

/** Of nobody. */
const nowhere = () => clientOf({ urls: [`http://127.0.0.1:${freePort()}`] });

function failsBy(failure: PublishFailure, message: RegExp) {
  return (error: unknown) => {
    ok(error instanceof PublishError, String(error));
    match(error.message, message);
    strictEqual(error.failure, failure);
    return true;
  };
}

Deno.test("subjectsOf() keeps reports and gaps of a topic apart, by each strategy", () => {
  const subjects = (["topic_name", "record_name", "topic_record_name"] as const)
    .map((strategy) => subjectsOf("t", strategy).map(({ subject }) => subject));
  deepStrictEqual(subjects, [
    ["t-value", "sitemon.Gap"],
    ["sitemon.SiteReport", "sitemon.Gap"],
    ["t-sitemon.SiteReport", "t-sitemon.Gap"],
  ]);
});

registryTest("frame() names the schema of each kind of row as the registry does", async () => {
  const topic = uniqueName("topic");
  const schemas = schemasOf({ topic });
  await schemas.know([REPORT, GAP]);
  const registry = clientOf();
  for (const [row, subject] of [[REPORT, "SiteReport"], [GAP, "Gap"]] as const) {
    const { value, headers } = schemas.frame(row.payload);
    const id = new DataView(value.buffer, value.byteOffset).getUint32(1);
    deepStrictEqual([value[0], headers], [0, {}]);
    deepStrictEqual(new Uint8Array(value.subarray(5)), row.payload.slice(10));
    const { schema } = WRITER_SCHEMAS.find(({ schema }) => schema.name === `sitemon.${subject}`)!;
    const text = JSON.stringify(schema);
    deepStrictEqual(await registry.lookUp(`${topic}-sitemon.${subject}`, text, NEVER), { id });
  }
});

registryTest("know() registers both schemas at once, before the first gap", async () => {
  const notes = new FakeNotes();
  await schemasOf({ notes }).know([REPORT]);
  strictEqual(notes.notes.size, 2);
});

registryTest("know() asks nobody again, restarts included, for what was noted", async () => {
  const [topic, notes] = [uniqueName("topic"), new FakeNotes()];
  const first = schemasOf({ topic, notes });
  await first.know([REPORT]);
  const { name } = clientOf();
  const later = schemasOf({ topic, notes, registry: nowhere() });
  await rejects(later.know([REPORT]), failsBy("registry", /^schema registry unavailable: http/));
  // The same registry, whose replicas are all down.
  const down = clientOf({ urls: [name, name], timeoutMs: 1 });
  const again = schemasOf({ topic, notes, registry: down });
  await again.know([REPORT, GAP]);
  deepStrictEqual(again.frame(REPORT.payload), first.frame(REPORT.payload));
});

registryTest("know() rejects a schema that is not compatible, and registers nothing", async () => {
  const topic = uniqueName("topic");
  const other =
    '{"type":"record","name":"sitemon.SiteReport","fields":[{"name":"url","type":"int"}]}';
  await clientOf().register(`${topic}-sitemon.SiteReport`, other, NEVER);
  const notes = new FakeNotes();
  const incompatible = /subject "topic.*" is not compatible with its latest version: /;
  await rejects(
    schemasOf({ topic, notes }).know([REPORT]),
    failsBy("registry_refused", incompatible),
  );
  strictEqual(notes.notes.size, 0);
});

registryTest("know() only looks up, where others have to register", async () => {
  const topic = uniqueName("topic");
  const schemas = schemasOf({ topic, autoRegister: false });
  const unregistered = failsBy("registry_refused", /"kafka\.registry\.auto_register" is false/);
  await rejects(schemas.know([REPORT]), unregistered);
  await schemasOf({ topic }).know([]);
  await schemas.know([REPORT]);
});

registryTest("know() rejects rows of a later version, whose schema nobody knows", async () => {
  const payload = GOLDEN.reportBytes.with(2, 7);
  const unknown = failsBy("registry_refused", /^unknown schema [0-9a-f]{16} in the outbox;/);
  await rejects(schemasOf().know([aRow(1, { payload })]), unknown);
});

Deno.test("frame() puts the GUID into a header, where a registry has them, and else the id", async () => {
  const guid = "89791762-2336-186f-9674-180ca8e306b4";
  for (
    const [name, hex] of [
      [{ id: 7 }, "0000000007"],
      [{ id: 7, guid }, `01${guid.replaceAll("-", "")}`],
    ] as const
  ) {
    await using server = serveLocally(() => Response.json(name));
    const registry = clientOf({ urls: [server.origin] });
    const schemas = schemasOf({ registry, inHeader: true });
    await schemas.know([REPORT]);
    const { value, headers } = schemas.frame(REPORT.payload);
    deepStrictEqual(value, REPORT.payload.subarray(10));
    strictEqual(headers["__value_schema_id"]?.toString("hex"), hex);
  }
});

Deno.test("know() ends when it has asked for too long, or is closed", async () => {
  const asked = Promise.withResolvers<void>();
  const end = Promise.withResolvers<Response>();
  await using server = serveLocally(() => {
    asked.resolve();
    return end.promise;
  });
  const clock = new FakeClock();
  const registry = clientOf({ urls: [server.origin], timeoutMs: 60_000 }, clock);
  const late = schemasOf({ registry, clock }).know([REPORT]);
  await asked.promise;
  clock.advance(ASK_MS_MAX);
  await rejects(late, failsBy("registry", /did not answer within 20000 ms$/));
  const schemas = schemasOf({ registry, clock });
  const closed = schemas.know([REPORT]);
  schemas.close();
  await rejects(closed, failsBy("registry", /publishing ended before/));
  end.resolve(new Response());
});

Deno.test("know() passes on that the outbox cannot be read", async () => {
  const readNotes = () => Promise.reject(new Error("disk"));
  const rows: OutboxRow[] = [REPORT];
  await rejects(
    schemasOf({ registry: nowhere(), notes: { ...new FakeNotes(), readNotes } as never })
      .know(rows),
    /^Error: disk/,
  );
});
