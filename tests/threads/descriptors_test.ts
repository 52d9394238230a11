import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  dividedDescriptors,
  RESERVED,
  VIEWERS_MAX,
  wantedDescriptors,
} from "../../src/threads/descriptors.ts";
import { CONNECTIONS_MAX } from "../../src/web/serve_web.ts";

const WISHES = { concurrency: 256, servers: 1 };
const WANTED = wantedDescriptors(WISHES);

const TABLE: [
  free: number,
  wishes: typeof WISHES,
  divided: ReturnType<typeof dividedDescriptors>,
][] = [
  [WANTED, WISHES, undefined],
  [WANTED - 1, WISHES, { checks: 256, viewers: 999 }],
  // What is free of 1,024, which is a common limit.
  [960, WISHES, { checks: 256, viewers: 320 }],
  [960, { concurrency: 500, servers: 1 }, { checks: 316, viewers: 200 }],
  [960, { concurrency: 10, servers: 1 }, { checks: 10, viewers: 812 }],
  [RESERVED + 100, WISHES, { checks: 37, viewers: 26 }],
  [RESERVED + 100, { ...WISHES, servers: 0 }, { checks: 50, viewers: 1 }],
  [RESERVED + 100, { ...WISHES, servers: 2 }, { checks: 38, viewers: 12 }],
  [RESERVED, WISHES, { checks: 1, viewers: 1 }],
  [10, WISHES, { checks: 1, viewers: 1 }],
];

for (const [free, wishes, divided] of TABLE) {
  Deno.test(`dividedDescriptors() divides ${free} with ${JSON.stringify(wishes)}`, () => {
    deepStrictEqual(dividedDescriptors(free, wishes), divided);
  });
}

Deno.test("a server is given no more descriptors than the page takes connections", () => {
  strictEqual(VIEWERS_MAX, CONNECTIONS_MAX);
});
