import { deepStrictEqual } from "node:assert/strict";
import { dividedDescriptors, RESERVED, wantedDescriptors } from "../../src/threads/descriptors.ts";

const WISHES = { concurrency: 256, servers: 1 };
const WANTED = wantedDescriptors(WISHES);

const TABLE: [
  free: number,
  wishes: typeof WISHES,
  divided: ReturnType<typeof dividedDescriptors>,
][] = [
  [WANTED, WISHES, undefined],
  [WANTED - 1, WISHES, { checks: 267, viewers: 177 }],
  [RESERVED + 100, WISHES, { checks: 37, viewers: 25 }],
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
