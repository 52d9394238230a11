// A page must not call time up of which nobody knows anything, nor down.
import { strictEqual } from "node:assert/strict";
import type { Coverage } from "../../src/status/queries.ts";
import { percent, provenUptimeOf, unknownMsOf, uptimeOf } from "../../src/status/uptime.ts";

function coverage(overrides: Partial<Coverage>): Coverage {
  return { upMs: 0, degradedMs: 0, downMs: 0, inconclusiveMs: 0, windowMs: 1_000, ...overrides };
}

interface Expected {
  readonly uptime: number | null;
  readonly proven: number;
  readonly unknownMs: number;
}

const CASES: readonly [string, Partial<Coverage>, Expected][] = [
  ["nothing is known", {}, { uptime: null, proven: 0, unknownMs: 1_000 }],
  ["all is up", { upMs: 1_000 }, { uptime: 1, proven: 1, unknownMs: 0 }],
  ["all is down", { downMs: 1_000 }, { uptime: 0, proven: 0, unknownMs: 0 }],
  ["degraded counts as up", { upMs: 300, degradedMs: 300, downMs: 200 }, {
    uptime: 0.75,
    proven: 0.6,
    unknownMs: 200,
  }],
  ["inconclusive is not known", { upMs: 500, inconclusiveMs: 500 }, {
    uptime: 1,
    proven: 0.5,
    unknownMs: 0,
  }],
  ["two producers cover it twice", { upMs: 1_500, downMs: 500 }, {
    uptime: 0.75,
    proven: 1,
    unknownMs: 0,
  }],
  ["the span is empty", { windowMs: 0 }, { uptime: null, proven: 0, unknownMs: 0 }],
];

for (const [name, parts, expected] of CASES) {
  Deno.test(`uptimeOf() and its like tell what a span amounts to, when ${name}`, () => {
    const span = coverage(parts);
    strictEqual(uptimeOf(span), expected.uptime);
    strictEqual(provenUptimeOf(span), expected.proven);
    strictEqual(unknownMsOf(span), expected.unknownMs);
  });
}

for (
  const [part, words] of [
    [null, "no data"],
    [1, "100 %"],
    [0.99999, "99.99 %"],
    [0.5, "50.00 %"],
    [0, "0.00 %"],
  ] as const
) {
  Deno.test(`percent() says "${words}" of ${part}`, () => strictEqual(percent(part), words));
}
