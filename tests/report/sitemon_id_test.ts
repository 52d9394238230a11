import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { formatSitemonId, parseSitemonId } from "../../src/report/sitemon_id.ts";

const PRODUCER = "8a1e5b4c-0000-4000-8000-000000000001";

Deno.test("parseSitemonId() reads what formatSitemonId() wrote, and nothing else", () => {
  for (const sequence of [1, 40, 999_999_999_999_999]) {
    const id = { producerId: PRODUCER, sequence };
    strictEqual(formatSitemonId(id), `${PRODUCER}/${sequence}`);
    deepStrictEqual(parseSitemonId(formatSitemonId(id)), id);
  }
  const sequences = ["", "0", "-1", "01", "1.5", "1 ", "1000000000000000"];
  const others = ["", "/7", "producer/7", `${PRODUCER.toUpperCase()}/7`, `x${PRODUCER}/7`];
  for (const text of [...sequences.map((one) => `${PRODUCER}/${one}`), ...others]) {
    strictEqual(parseSitemonId(text), undefined, text);
  }
});
