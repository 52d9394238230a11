import { deepStrictEqual } from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { addressRangeProblem } from "../../src/scanner/reach/address_policy.ts";
import { jsonPathProblem } from "../../src/scanner/expect/json_path.ts";
import { patternProblem } from "../../src/scanner/expect/pattern.ts";
import { startDemoSites } from "./sites.ts";

Deno.test("startDemoSites() names the sites of the made-up past as its configuration does", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-demo-" });
  const demo = startDemoSites(folder, 8080);
  try {
    const path = `${folder}/demo.yaml`;
    await Deno.writeTextFile(path, demo.configuration);
    const { sites } = loadConfig(path, {
      checkPattern: patternProblem,
      checkJsonPath: jsonPathProblem,
      checkAddress: addressRangeProblem,
    });
    const configured = sites.map(({ name, url, labels }) => ({ site: name, url, labels }));
    deepStrictEqual(demo.watched, configured);
  } finally {
    await demo.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
