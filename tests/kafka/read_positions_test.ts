import { deepStrictEqual } from "node:assert/strict";
import { type Jump, ReadPositions } from "../../src/kafka/read_positions.ts";

function watched() {
  const jumps: Jump[] = [];
  return { jumps, positions: new ReadPositions((jump) => jumps.push(jump)) };
}

Deno.test("ReadPositions notices what was passed over since the commit, and a new beginning", () => {
  const { jumps, positions } = watched();
  positions.begin(new Map([[0, 5], [1, 5], [2, 5]]));
  for (const [partition, found] of [[0, 5], [1, 12], [2, 0], [3, 7]] as const) {
    positions.arrive(partition, found);
  }
  deepStrictEqual(jumps, [
    { partition: 1, expected: 5, found: 12 },
    { partition: 2, expected: 5, found: 0 },
  ]);
});

Deno.test("ReadPositions follows what is applied, and forgives what is read again", () => {
  const { jumps, positions } = watched();
  positions.begin(new Map([[0, 5]]));
  positions.arrive(0, 5);
  // The batch was given up before it was applied, and comes again.
  positions.arrive(0, 5);
  positions.advance(0, 8);
  positions.arrive(0, 8);
  positions.advance(0, 9);
  positions.arrive(0, 20);
  deepStrictEqual(jumps, [{ partition: 0, expected: 9, found: 20 }]);
});

Deno.test("ReadPositions knows nothing of what others read, until it is told", () => {
  const { jumps, positions } = watched();
  positions.advance(0, 5);
  positions.forget();
  positions.arrive(0, 90);
  positions.begin(new Map([[0, 5], [1, 4]]));
  positions.arrive(0, 90);
  positions.arrive(1, 4);
  deepStrictEqual(jumps, []);
});
