// A page must not call time up of which nobody knows anything, nor down.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Coverage } from "../../src/status/queries.ts";
import { percent, unknownMsOf, uptimeOf } from "../../src/status/uptime.ts";

/** What is known of a second, and what uptime and unknown milliseconds follow. */
const CASES: readonly [string, Partial<Coverage>, [number | null, number]][] = [
  ["nothing is known", {}, [null, 1_000]],
  ["all is up", { upMs: 1_000 }, [1, 0]],
  ["all is down", { downMs: 1_000 }, [0, 0]],
  ["degraded counts as up", { upMs: 300, degradedMs: 300, downMs: 200 }, [0.75, 200]],
  ["inconclusive is not known", { upMs: 500, inconclusiveMs: 500 }, [1, 0]],
  ["two producers cover it twice", { upMs: 1_500, downMs: 500 }, [0.75, 0]],
  ["the span is empty", { windowMs: 0 }, [null, 0]],
];

for (const [name, parts, expected] of CASES) {
  Deno.test(`uptimeOf() and its like tell what a span amounts to, when ${name}`, () => {
    const nothing = { upMs: 0, degradedMs: 0, downMs: 0, inconclusiveMs: 0, windowMs: 1_000 };
    const span = { ...nothing, ...parts };
    deepStrictEqual([uptimeOf(span), unknownMsOf(span)], expected);
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
