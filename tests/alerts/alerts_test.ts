// Each alert rule fires for its fault and for no other, as promtool evaluates it on series that
// `deno task record-alerts` recorded from real processes while the fault lasted.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { findProgram } from "../services/programs.ts";
import { RunFolder } from "../integration/run_folder.ts";
import { freePort } from "../support/free_port.ts";
import { serveLocally } from "../support/local_server.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { eventually } from "../support/waiting.ts";
import { FAULTS } from "./faults.ts";
import { type InputSeries, readRecording, Recording, STEP_SECONDS } from "./recording.ts";

const ROOT = new URL("../../", import.meta.url);
const RULES = fileURLToPath(new URL("example_config/prometheus-alerts.yml", ROOT));
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

interface Expectation {
  readonly expr: string;
  readonly samples: readonly { readonly labels: string; readonly value: number }[];
}

/** Evaluates the rules over the series, then each expression at their end. */
async function evaluate(
  input_series: readonly InputSeries[],
  { minutes, expected }: { minutes: number; expected: readonly Expectation[] },
): Promise<void> {
  using folder = new TempFolder();
  const promql_expr_test = expected.map(({ expr, samples }) => (
    { expr, eval_time: `${Math.round(minutes * 60)}s`, exp_samples: samples }
  ));
  const interval = `${STEP_SECONDS}s`;
  const file = folder.write(
    "test.yml",
    stringify({
      rule_files: [RULES],
      evaluation_interval: interval,
      tests: [{ interval, input_series, promql_expr_test }],
    }),
  );
  const { success, stdout, stderr } = await new Deno.Command("promtool", {
    args: ["test", "rules", file],
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  strictEqual(success, true, said);
}

const ignore = findProgram("promtool") === undefined;
/** Debian has promtool in its package `prometheus`; where it is missing, nothing else replaces it. */
const promtoolTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: ignore ? `${name} [no promtool]` : name, ignore, fn });

for (const [name, { minutes, alerts }] of Object.entries(FAULTS)) {
  promtoolTest(`alerts for ${name}: ${alerts.join(", ") || "none"}`, async () => {
    const series = readRecording(read(`tests/testdata/alerts/${name}.txt`));
    const samples = alerts.map((alertname) => (
      { labels: `{alertname="${alertname}"}`, value: 1 }
    ));
    const expr = 'group by (alertname) (last_over_time(ALERTS{alertstate="firing"}[1h]))';
    await evaluate(series, { minutes, expected: [{ expr, samples }] });
  });
}

Deno.test("every alert fires for a recorded fault", () => {
  const { groups } = parse(Deno.readTextFileSync(RULES));
  const rules: { alert: string }[] = groups.flatMap(({ rules }: { rules: unknown }) => rules);
  const proved = new Set(Object.values(FAULTS).flatMap(({ alerts }) => alerts));
  deepStrictEqual([...proved].sort(), rules.map(({ alert }) => alert).sort());
});

/** Panels of what `sitemon run` does not have: Kafka, a group, and here a site with a certificate. */
const EMPTY_PANELS = [
  "Certificates: days left",
  "Consumer lag",
  "Shared sites: held by each producer",
];

promtoolTest("every panel of the dashboard shows zeros as zeros", async () => {
  const { panels } = JSON.parse(read("example_config/grafana-dashboard.json"));
  const shown: { title: string; targets: { expr: string }[] }[] = panels
    .filter(({ title }: { title: string }) => !EMPTY_PANELS.includes(title));
  const expected = shown.flatMap(({ targets }) =>
    targets.map(({ expr }) => ({
      expr: `count(${expr.replaceAll("$job", ".+")}) > bool 0`,
      samples: [{ labels: "{}", value: 1 }],
    }))
  );
  await using site = serveLocally(() => new Response("ok"));
  const port = freePort();
  using folder = new RunFolder(`listen: 127.0.0.1:${port}
interval: 200ms
alerts:
  channels: { ops: { slack: { url: '${site.origin}/' } } }
  heartbeat: { url: '${site.origin}/' }
sites:
  - { name: a, url: '${site.origin}/' }
  - { name: b, push: { every: 1h, grace: 1h, token: 0123456789abcdef0123456789abcdef } }`);
  await using process = folder.run();
  await process.log("the start", "sitemon ");
  const recording = new Recording(() => true);
  for (let scrapes = 0, published = 0; scrapes < 3; scrapes++) {
    // A check that was stored, published and counted lies between two scrapes.
    const text = await eventually(60_000, "another report", async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const now = Number(/^sitemon_published_total (\d+)$/m.exec(text)?.[1]);
      const isNew = now > published && /^sitemon_sites\{.*up.*\} 1$/m.test(text);
      if (isNew) published = now;
      return isNew ? text : undefined;
    });
    recording.add({ run: text });
  }
  const minutes = 2 * STEP_SECONDS / 60;
  await evaluate(readRecording(recording.toText("now")), { minutes, expected });
});
