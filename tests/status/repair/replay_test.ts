// Goal: what could not be applied is not lost: a version that can apply it does, once.
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import avro from "avsc";
import { encodeGap, encodeReport, encodeV1, messageDecoder } from "../../../src/report/codec.ts";
import { fingerprint } from "../../../src/report/fingerprint.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import type { RecordSchema } from "../../../src/report/avro_schema.ts";
import { SITE_REPORT_SCHEMA, WRITER_SCHEMAS } from "../../../src/report/schema.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { PAGE_SIZE, replay, type ReplayOptions } from "../../../src/status/repair/replay.ts";
import { type DeadLetter, RowRejectedError } from "../../../src/status/store.ts";
import {
  aDeadLetter,
  aReport,
  chunk,
  NOON,
  nthReport,
  PRODUCERS,
} from "../../contract/site_reports.ts";
import type { OpenedStore } from "../../contract/opened_store.ts";
import { FailingStore } from "../ingest/failing_store.ts";
import { storeTest } from "./repaired_stores.ts";

const PLACE = { topic: "outbox/sites", partition: 2 };

/** As a version to come may write reports: with one more field. */
const FUTURE_SCHEMA: RecordSchema = {
  ...SITE_REPORT_SCHEMA,
  fields: [...SITE_REPORT_SCHEMA.fields, { name: "mood", type: "string", default: "calm" }],
};
const FUTURE_SCHEMAS = [{ kind: "report", schema: FUTURE_SCHEMA } as const, ...WRITER_SCHEMAS];

function encodeFuture(report: SiteReport): Uint8Array {
  const type = avro.Type.forSchema(FUTURE_SCHEMA as avro.Schema);
  const header = new Uint8Array(10);
  header.set([0xc3, 0x01]);
  new DataView(header.buffer).setBigUint64(2, fingerprint(FUTURE_SCHEMA), true);
  return new Uint8Array([...header, ...type.toBuffer({ ...report, mood: "bright" })]);
}

function deadLetter(offset: number, value: Uint8Array | null, rest: Partial<DeadLetter> = {}) {
  const sitemonId = `${PRODUCERS[0]}/${offset}`;
  return aDeadLetter({ ...PLACE, offset, reason: "schema", value, sitemonId, ...rest });
}

async function setAside({ store }: OpenedStore, deadLetters: DeadLetter[]): Promise<void> {
  await store.apply(chunk([], { deadLetters }));
}

async function replayAll(
  { deadLetters, store }: OpenedStore,
  options: Partial<ReplayOptions> = {},
): Promise<{ applied: number; kept: [offset: number, reason: string][]; pages: number }> {
  const result = { applied: 0, kept: [] as [number, string][], pages: 0 };
  const clusterId = () => Promise.resolve("cluster");
  for await (const step of replay({ deadLetters, store, clusterId, clock, ...options })) {
    result.applied += step.applied;
    for (const { offset, reason } of step.kept) result.kept.push([offset, reason]);
    result.pages++;
  }
  return result;
}

async function leftIn({ deadLetters }: OpenedStore) {
  const left = await deadLetters.read({ limit: 1_000, valueBytesMax: Infinity });
  return left.map(({ offset, reason }) => [offset, reason]);
}

storeTest(
  "replay() applies a dead letter of a version to come, when it knows the schema",
  async (opened) => {
    await setAside(opened, [deadLetter(7, encodeFuture(nthReport(7, { site: "later" })))]);
    deepStrictEqual(await replayAll(opened), { applied: 0, kept: [[7, "schema"]], pages: 1 });
    deepStrictEqual(await leftIn(opened), [[7, "schema"]]);
    const decode = messageDecoder(FUTURE_SCHEMAS);
    deepStrictEqual(await replayAll(opened, { decode }), { applied: 1, kept: [], pages: 1 });
    deepStrictEqual(await leftIn(opened), []);
    const [status] = await opened.queries.statuses();
    strictEqual(status?.site, "later");
  },
);

storeTest("replay() keeps what cannot be applied, with the reason of this time", async (opened) => {
  await setAside(opened, [
    deadLetter(1, encodeReport(nthReport(1, { response_time: -1 }))),
    deadLetter(2, null),
    deadLetter(3, new TextEncoder().encode("poison")),
    deadLetter(
      4,
      encodeGap({ producer_id: PRODUCERS[0], first: 4, last: 9, count: 6, reason: "new" }),
    ),
    deadLetter(5, encodeReport(nthReport(5))),
  ]);
  deepStrictEqual(await replayAll(opened), {
    applied: 2,
    kept: [[1, "invalid"], [2, "undecodable"], [3, "undecodable"]],
    pages: 1,
  });
  const [first] = await opened.deadLetters.read({ limit: 1, valueBytesMax: 4 });
  strictEqual(first!.detail.startsWith("invalid report: response_time is"), true);
  deepStrictEqual([first!.value!.length, first!.sitemonId], [4, `${PRODUCERS[0]}/1`]);
  strictEqual(first!.recordedAt, NOON);
  strictEqual((await opened.store.apply(chunk([nthReport(5)]))).duplicate, 1);
});

storeTest("replay() finds the dead letters that the filter means, page by page", async (opened) => {
  const deadLetters = Array.from({ length: 2 * PAGE_SIZE + 1 }, (_, index) => {
    const reason = index % 2 === 0 ? "schema" : "rejected";
    return deadLetter(index + 1, encodeReport(nthReport(index + 1)), { reason });
  });
  await setAside(opened, deadLetters);
  strictEqual(await opened.deadLetters.count({ reason: "rejected" }), PAGE_SIZE);
  const place = { ...PLACE, offset: 3 };
  deepStrictEqual(await replayAll(opened, { places: [place, { ...place, topic: "none" }] }), {
    applied: 1,
    kept: [],
    pages: 1,
  });
  strictEqual((await replayAll(opened, { reason: "rejected" })).applied, PAGE_SIZE);
  deepStrictEqual(await replayAll(opened), { applied: PAGE_SIZE, kept: [], pages: 1 });
});

storeTest(
  "replay() gives a message of the original Python service the identity of its place",
  async (opened) => {
    await setAside(opened, [deadLetter(1, encodeV1(aReport({ url: "http://old.example/" })))]);
    await rejects(
      replayAll(opened, { clusterId: () => Promise.reject(new Error("no broker")) }),
      /no broker/,
    );
    strictEqual((await replayAll(opened)).applied, 1);
    const [producer] = await opened.parts.audit((reader) => reader.producers());
    match(producer!, /^.{14}5/);
  },
);

storeTest("replay() applies the others, when the store refuses one", async (opened) => {
  const sites = ["a", "refused", "c"];
  await setAside(
    opened,
    sites.map((site, index) => deadLetter(index + 1, encodeReport(nthReport(index + 1, { site })))),
  );
  const store = new FailingStore(opened.store);
  store.fails = ({ reports }) =>
    reports.some(({ site }) => site === "refused")
      ? new RowRejectedError("no such row")
      : undefined;
  deepStrictEqual(await replayAll({ ...opened, store }), {
    applied: 2,
    kept: [[2, "rejected"]],
    pages: 1,
  });
  deepStrictEqual(await leftIn(opened), [[2, "rejected"]]);
});

storeTest(
  "replay() tells dead letters apart, when the topic was made again and has their place twice",
  async (opened) => {
    const poison = deadLetter(1, Uint8Array.of(7));
    await setAside(opened, [poison]);
    const later = { timestampMs: NOON / 1_000 + 1 };
    await setAside(opened, [
      deadLetter(1, encodeReport(nthReport(1)), later),
      deadLetter(1, encodeReport(nthReport(2)), later),
      poison,
    ]);
    const place = { ...PLACE, offset: 1 };
    strictEqual(await opened.deadLetters.count({ places: [place] }), 3);
    deepStrictEqual(await replayAll(opened, { places: [place] }), {
      applied: 2,
      kept: [[1, "undecodable"]],
      pages: 1,
    });
    const left = await opened.deadLetters.read({ limit: 9, valueBytesMax: 9 });
    deepStrictEqual(left.map(({ value }) => [...value!]), [[7]]);
  },
);

storeTest("apply() removes a dead letter only with what it holds", async (opened) => {
  await setAside(opened, [deadLetter(1, encodeReport(nthReport(1)))]);
  const broken = nthReport(1, { outcome: "unheard" as SiteReport["outcome"] });
  const replayed = (await opened.deadLetters.read({ limit: 1, valueBytesMax: 0 }))
    .map(({ number }) => number);
  const reports = [broken, { ...broken, site: null as unknown as string }];
  await rejects(opened.store.apply(chunk(reports, { replayed })));
  deepStrictEqual(await leftIn(opened), [[1, "schema"]]);
});
