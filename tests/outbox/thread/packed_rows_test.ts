import { deepStrictEqual } from "node:assert/strict";
import { packRows, unpackRows } from "../../../src/outbox/thread/packed_rows.ts";
import type { OutboxRow } from "../../../src/outbox/publisher.ts";

function aRow(id: number, row: Partial<OutboxRow> = {}): OutboxRow {
  const payload = new Uint8Array(id).fill(id);
  const about = { kind: "report" as const, key: `site ${id}`, producerId: "producer", payload };
  return { id, sequence: 100 + id, recordedAt: 1_000 * id, ...about, ...row };
}

const CASES: readonly [name: string, rows: readonly OutboxRow[]][] = [
  ["none", []],
  ["one", [aRow(7)]],
  ["an empty payload", [aRow(1), aRow(2, { payload: new Uint8Array() }), aRow(3)]],
  ["a gap", [aRow(3, { kind: "gap", key: "producer" }), aRow(4)]],
  ["a traced one", [aRow(1), aRow(2, { traceparent: "00-1-2-01" }), aRow(3)]],
];

for (const [name, rows] of CASES) {
  Deno.test(`unpackRows() returns the rows that were packed and sent: ${name}`, () => {
    const packed = packRows(rows);
    const sent = structuredClone(packed, { transfer: [packed.payloads.bytes.buffer] });
    deepStrictEqual(unpackRows(sent), rows);
  });
}
