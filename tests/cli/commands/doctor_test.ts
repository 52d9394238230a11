import { strictEqual } from "node:assert/strict";
import { TempFolder } from "../../support/temp_folder.ts";
import { runCommand } from "../text/fake_terminal.ts";

const TESTED = 'All checks passed; sites were not tested ("sitemon check -c FILE" does)';
const CASES: [alerts: string, summary: string][] = [
  ["", TESTED],
  [
    "alerts: { channels: { ops: { slack: { url: https://hooks.example/a } } } }",
    `${TESTED}, nor were channels of alerts ("sitemon alerts test CHANNEL -c FILE" does)`,
  ],
];
for (const [alerts, summary] of CASES) {
  Deno.test(`sitemon doctor says what it has not tested, with "${alerts}"`, async () => {
    using folder = new TempFolder();
    const { path } = folder;
    const config = folder.write(
      "run.yaml",
      `sites: [{ url: https://example.org/ }]
outbox: { path: ${path}/outbox.db }
store: { path: ${path}/status.db }
${alerts}
`,
    );
    const { code, output } = await runCommand("doctor", "-c", config);
    strictEqual(output.trimEnd().split("\n").at(-1), summary);
    strictEqual(code, 0);
  });
}
