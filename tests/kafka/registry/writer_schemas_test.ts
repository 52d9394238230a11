import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import type { RegistryClient } from "../../../src/kafka/registry/registry_client.ts";
import {
  REFUSED_MS,
  RETRY,
  SCHEMAS_MAX,
  WriterSchemas,
} from "../../../src/kafka/registry/writer_schemas.ts";
import { headerBytes, idBytes, withNameOf } from "../../../src/kafka/schema_name.ts";
import { DecodeError } from "../../../src/report/decode_error.ts";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA } from "../../../src/report/schema.ts";
import { GOLDEN } from "../../report/golden.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { serveLocally } from "../../support/local_server.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { serviceTest } from "../../services/with_services.ts";
import { clientOf, FakeCache, NEVER } from "./registry_fixture.ts";

const registryTest = serviceTest("registry");

const GUID = "89791762-2336-186f-9674-180ca8e306b4";
const UNKNOWN_ID = 2 ** 31 - 1;

const datumOf = (singleObject: Uint8Array) => singleObject.subarray(10);
const named = (id: number, datum = datumOf(GOLDEN.reportBytes)) => ({
  value: new Uint8Array([...idBytes({ id }), ...datum]),
});

function schemasOf(registry: RegistryClient, cache = new FakeCache(), clock = new FakeClock()) {
  const telemetry = new RecordingTelemetry();
  return { telemetry, clock, schemas: new WriterSchemas({ registry, cache, clock, telemetry }) };
}

/** A registry that answers as it is told, and which paths it was asked for. */
function fakeRegistry(answer: (path: string) => Response | Promise<Response>) {
  const asked: string[] = [];
  const server = serveLocally(({ url }) => {
    const path = new URL(url).pathname.replace("/schemas/", "");
    asked.push(path);
    return answer(path);
  });
  const registry = clientOf({ urls: [server.origin] });
  return { asked, registry, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const missing = () => Response.json({ error_code: 40403 }, { status: 404 });
const reports = () => Response.json({ schema: JSON.stringify(SITE_REPORT_SCHEMA) });

function isUnknown(message: RegExp) {
  return (error: unknown) => {
    ok(error instanceof DecodeError, String(error));
    match(error.message, message);
    return error.reason === "schema";
  };
}

registryTest("decode() reads every form that a topic may hold, side by side", async () => {
  const registry = clientOf();
  const [reportId, gapId] = await Promise.all([SITE_REPORT_SCHEMA, GAP_SCHEMA].map(
    async (schema) =>
      (await registry.register(uniqueName("subject"), JSON.stringify(schema), NEVER)).id,
  ));
  const { schemas } = schemasOf(registry);
  const messages = [
    { value: GOLDEN.reportBytes },
    { value: GOLDEN.v1Bytes },
    { value: null },
    named(reportId!),
    named(gapId!, datumOf(GOLDEN.gapBytes)),
    named(UNKNOWN_ID),
  ];
  strictEqual(await schemas.know(messages, NEVER), undefined);
  const report = { kind: "report", report: GOLDEN.report };
  deepStrictEqual(schemas.decode(messages[0]!.value!), report);
  deepStrictEqual(schemas.decode(messages[1]!.value!), { kind: "v1", v1: GOLDEN.v1 });
  deepStrictEqual(schemas.decode(messages[3]!.value!), report);
  deepStrictEqual(schemas.decode(messages[4]!.value!), { kind: "gap", gap: GOLDEN.gap });
  const unknown = isUnknown(/^unknown schema ids\/2147483647 of the registry: it has none;/);
  throws(() => schemas.decode(messages[5]!.value!), unknown);
});

Deno.test("decode() reads what a header names by its GUID", async () => {
  await using fake = fakeRegistry(reports);
  const { schemas } = schemasOf(fake.registry);
  const value = withNameOf(headerBytes({ id: 1, guid: GUID }), datumOf(GOLDEN.reportBytes));
  await schemas.know([{ value }], NEVER);
  deepStrictEqual(schemas.decode(value), { kind: "report", report: GOLDEN.report });
  deepStrictEqual(fake.asked, [`guids/${GUID}`]);
});

Deno.test("know() asks once for what is asked for at once, and never for what is kept", async () => {
  await using fake = fakeRegistry(reports);
  const cache = new FakeCache();
  const { schemas } = schemasOf(fake.registry, cache);
  const message = named(7);
  await Promise.all([1, 2, 3].map(() => schemas.know([message, message], NEVER)));
  const restarted = schemasOf(fake.registry, cache).schemas;
  await restarted.know([message], NEVER);
  strictEqual(restarted.decode(message.value).kind, "report");
  deepStrictEqual(fake.asked, ["ids/7"]);
});

Deno.test("know() tells what has to wait for a registry that is down, and asks seldom", async () => {
  let isDown = true;
  await using fake = fakeRegistry(() => isDown ? new Response(null, { status: 503 }) : reports());
  const { schemas, clock, telemetry } = schemasOf(fake.registry);
  const messages = [{ value: GOLDEN.reportBytes }, { value: null }, named(7)];
  const first = await schemas.know(messages, NEVER);
  strictEqual(first?.known, 2);
  ok(first.retryMs >= RETRY.minMs / 2 && first.retryMs <= RETRY.minMs);
  match(first.detail, /answered 503/);
  strictEqual((await schemas.know([named(8)], NEVER))?.known, 0);
  deepStrictEqual(fake.asked, ["ids/7"]);
  strictEqual(telemetry.states.get("registry")?.reason, "unavailable");
  strictEqual(telemetry.value("sitemon_registry_failures_total"), 1);
  isDown = false;
  clock.advance(first.retryMs);
  strictEqual(await schemas.know(messages, NEVER), undefined);
  strictEqual(telemetry.states.get("registry")?.ok, true);
});

Deno.test("know() asks again after a while for what the registry did not have", async () => {
  let answer = missing;
  await using fake = fakeRegistry(() => answer());
  const { schemas, clock } = schemasOf(fake.registry);
  const message = named(7);
  for (let again = 0; again < 2; again++) await schemas.know([message], NEVER);
  deepStrictEqual(fake.asked, ["ids/7"]);
  answer = reports;
  clock.advance(REFUSED_MS);
  await schemas.know([message], NEVER);
  strictEqual(schemas.decode(message.value).kind, "report");
});

Deno.test("decode() says of other programs' schemas why they cannot be read, and keeps none", async () => {
  const order = { type: "record", name: "shop.Order", fields: [] };
  await using fake = fakeRegistry((path) =>
    Response.json({ schema: path === "ids/1" ? JSON.stringify(order) : 'syntax = "proto3";' })
  );
  const cache = new FakeCache();
  const { schemas } = schemasOf(fake.registry, cache);
  strictEqual(await schemas.know([named(1), named(2)], NEVER), undefined);
  throws(
    () => schemas.decode(named(1).value),
    isUnknown(/"shop\.Order" is not a record of sitemon/),
  );
  throws(() => schemas.decode(named(2).value), isUnknown(/it is not JSON/));
  strictEqual(cache.schemas.size, 0);
});

Deno.test("know() ends by its signal, and leaves others to wait for the same schema", async () => {
  const answer = Promise.withResolvers<Response>();
  await using fake = fakeRegistry(() => answer.promise);
  const { schemas } = schemasOf(fake.registry);
  const stop = new AbortController();
  const stopped = schemas.know([named(7)], stop.signal);
  const waiting = schemas.know([named(7)], NEVER);
  stop.abort(new Error("rebalanced"));
  await rejects(stopped, /rebalanced/);
  answer.resolve(reports());
  strictEqual(await waiting, undefined);
});

Deno.test("know() passes on that the cache cannot be read", async () => {
  await using fake = fakeRegistry(reports);
  const cache = Object.assign(new FakeCache(), { read: () => Promise.reject(new Error("away")) });
  await rejects(schemasOf(fake.registry, cache).schemas.know([named(7)], NEVER), /away/);
});

Deno.test("know() remembers a bounded number of names that the registry does not have", async () => {
  await using fake = fakeRegistry(missing);
  const { schemas } = schemasOf(fake.registry);
  const messages = Array.from({ length: SCHEMAS_MAX + 1 }, (_, id) => named(id));
  await schemas.know(messages, NEVER);
  strictEqual(fake.asked.length, SCHEMAS_MAX + 1);
  throws(() => schemas.decode(named(0).value), isUnknown(/it was not asked for/));
  throws(() => schemas.decode(named(1).value), isUnknown(/it has none/));
});
