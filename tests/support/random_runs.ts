/**
 * fast-check, with the same cases in every run: a test fails by what was changed, and not by chance.
 * `deno task explore PATHS` looks for cases that fail: many more, and others each time.
 */
import fc from "fast-check";

/** Any would do. */
const SEED = 20_260_501;

/** How many times as many cases are explored; none of them are those of every run. */
const EXPLORED = exploredTimes();

/** For one property, whose cases may be slow. */
const EXPLORE_MS_MAX = 300_000;

fc.configureGlobal({
  ...(EXPLORED === 0 ? { seed: SEED } : { interruptAfterTimeLimit: EXPLORE_MS_MAX }),
  ...runs(100),
});

/** For a property that is worth more cases than 100, or whose cases cost more. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: count * Math.max(1, EXPLORED) };
}

/** A thread that a test gives no right to the environment runs no property. */
function exploredTimes(): number {
  const variable = "SITEMON_TEST_EXPLORE";
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Number(Deno.env.get(variable) ?? 0) : 0;
}

export default fc;
