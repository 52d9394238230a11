import { strictEqual } from "node:assert/strict";
import { benchTable } from "./bench_table.ts";
import { median } from "./scenario.ts";

Deno.test("benchTable() aligns figures with their floors, and rounds to what is known", () => {
  strictEqual(
    benchTable([
      { scenario: "checks", name: "http", value: 110.54, unit: "µs", floor: 83.94 },
      { scenario: "checks", name: "lateness", value: 0.4567, unit: "ms" },
      { scenario: "micro", name: "a chunk", value: 12_345.6, unit: "µs" },
    ]),
    [
      "| scenario | figure   |     value |   floor |  ratio |",
      "| -------- | -------- | --------: | ------: | -----: |",
      "| checks   | http     |    111 µs | 83.9 µs | 1.32 × |",
      "| checks   | lateness |  0.457 ms |         |        |",
      "| micro    | a chunk  | 12,346 µs |         |        |",
      "",
    ].join("\n"),
  );
});

Deno.test("median() is the middle, or between the two in the middle", () => {
  strictEqual(median([9, 1, 5]), 5);
  strictEqual(median([9, 1, 5, 3]), 4);
});
