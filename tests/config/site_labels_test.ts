import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parentProblem, parentsOf, siteLabels } from "../../src/config/site_labels.ts";

Deno.test("parentsOf() reads what siteLabels() wrote", () => {
  const depends_on = ["gateway", "a,b", "power #2"];
  const labels = siteLabels({ labels: { team: "a" }, depends_on, runbook: "https://w/" });
  deepStrictEqual(labels, {
    team: "a",
    runbook: "https://w/",
    depends_on: "gateway, a,b, power #2",
  });
  deepStrictEqual(parentsOf(labels), depends_on);
  deepStrictEqual([{}, { depends_on: "" }].map(parentsOf), [[], []]);
});

Deno.test("parentProblem() refuses a name that would be read as two", () => {
  ok(parentProblem("a, b"));
  strictEqual(parentProblem("a,b"), undefined);
});
