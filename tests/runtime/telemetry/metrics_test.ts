// One list of metrics: the code, the docs, the dashboard and the alerts know the same names.
import { deepStrictEqual, ok } from "node:assert/strict";
import { parse } from "yaml";
import { METRICS } from "../../../src/runtime/telemetry/metrics.ts";
import { sourcesBelow } from "../../tidy/source.ts";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

interface Metric {
  readonly type: string;
  readonly help: string;
  readonly labels?: readonly string[];
}
const ALL: Readonly<Record<string, Metric>> = METRICS;

/** What Prometheus itself adds to every series. */
const ADDED = ["job", "instance"];

Deno.test("docs/metrics.md has a row for each metric, and no others", () => {
  const rows = read("docs/metrics.md").split("\n").filter((line) => line.startsWith("| `sitemon_"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const expected = Object.entries(ALL).map(([name, { type, help, labels = [] }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  const inOrder = (table: string[][]) => table.map((row) => row.join(" | ")).sort();
  deepStrictEqual(inOrder(rows), inOrder(expected));
});

Deno.test("METRICS has no name that nothing measures", () => {
  const sources = sourcesBelow(ROOT, "src").filter(({ path }) => !path.endsWith("/metrics.ts"));
  const text = sources.map((source) => source.text).join("\n");
  deepStrictEqual(Object.keys(ALL).filter((name) => !text.includes(`"${name}"`)), []);
});

Deno.test("docs/operations.md says what to do for each alert, and for no others", () => {
  const { groups } = parse(read("example_config/prometheus-alerts.yml"));
  const rules: { alert: string }[] = groups.flatMap(({ rules }: { rules: unknown }) => rules);
  const headings = read("docs/operations.md").matchAll(/^### (Sitemon\w+)$/gm);
  deepStrictEqual(
    [...headings].map(([, name]) => name).sort(),
    rules.map(({ alert }) => alert).sort(),
  );
});

// A site that hangs is the site's own fault: its report says so, and covers the slots that passed.
Deno.test("no alert fires on slots that were skipped because the site was still being checked", () => {
  const { groups } = parse(read("example_config/prometheus-alerts.yml"));
  const rules: { expr: string }[] = groups.flatMap(({ rules }: { rules: unknown }) => rules);
  const skipped = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/sitemon_checks_skipped_total(\{[^}]*\})?/g)].map(([, labels]) => labels)
  );
  ok(skipped.length > 0);
  for (const labels of skipped) ok(labels?.includes('cause!="site_busy"'), `${labels}`);
});

/** Every expression of an example, by what it is for. */
function expressions(): [what: string, expression: string][] {
  const { panels } = JSON.parse(read("example_config/grafana-dashboard.json"));
  const { groups } = parse(read("example_config/prometheus-alerts.yml"));
  return [
    ...panels.flatMap(({ title, targets }: { title: string; targets: { expr: string }[] }) =>
      targets.map(({ expr }) => [title, expr])
    ),
    ...groups.flatMap(({ rules }: { rules: { alert: string; expr: string }[] }) =>
      rules.map(({ alert, expr }) => [alert, expr])
    ),
  ];
}

/** The series that a metric has: a histogram has three. */
function seriesOf([name, { type }]: [string, Metric]): string[] {
  return type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

Deno.test("the dashboard and the alerts name metrics and labels that exist", () => {
  const known = new Map(
    Object.entries(ALL).flatMap((metric) => seriesOf(metric).map((name) => [name, metric[1]])),
  );
  for (const [what, expression] of expressions()) {
    const names = expression.match(/sitemon_\w+/g) ?? [];
    deepStrictEqual(names.filter((name) => !known.has(name)), [], `${what}: ${expression}`);
    const labels = names.flatMap((name) => known.get(name)!.labels ?? []);
    const grouped = [...expression.matchAll(/by \(([^)]*)\)/g)]
      .flatMap(([, list]) => list!.split(",").map((label) => label.trim()));
    const unknown = grouped.filter((label) => ![...labels, ...ADDED, "le"].includes(label));
    deepStrictEqual(unknown, [], `${what}: ${expression}`);
  }
});

Deno.test("every metric but the plainest is on the dashboard or in an alert", () => {
  const used = expressions().map(([, expression]) => expression).join("\n");
  const unused = Object.keys(ALL).filter((name) => !used.includes(name));
  ok(unused.length <= 8, `operators would never see ${unused.join(", ")}`);
});
