/**
 * `deno task chaos --minutes N --seed S [--brokers 1|3]`: rounds of faults on real servers, each
 * with a seed of its own; exit code 1 as soon as one breaks a promise.
 */
import { parseArgs } from "node:util";
import { Chance } from "./chance.ts";
import { type ChaosReport, runChaosRound } from "./chaos_round.ts";

const MINUTE_MS = 60_000;
/** Long enough that each fault meets others, short enough that a failure is reported soon. */
const ROUND_MS = 8 * MINUTE_MS;
/** What a round takes besides its faults: starting, calm, and the last replay. */
const AROUND_MS = 1.5 * MINUTE_MS;
const FIGURES = ["stored", "applied", "duplicates", "dropped", "dead"] as const;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    brokers: { type: "string" },
  },
});
const seed = Number(values.seed);
const startMs = performance.now();
const endMs = startMs + Number(values.minutes) * MINUTE_MS;
const reports: ChaosReport[] = [];
const chance = new Chance(seed);

console.log(`Chaos for ${values.minutes} minutes with seed ${seed}`);
for (let round = 1; isRight(); round++) {
  const leftMs = endMs - performance.now() - AROUND_MS;
  if (round > 1 && leftMs < MINUTE_MS) break;
  const roundSeed = chance.between(1, 1e9);
  const brokers = values.brokers ? (values.brokers === "3" ? 3 : 1) : (round % 2 === 1 ? 1 : 3);
  log(`round ${round}: seed ${roundSeed}, ${brokers} ${brokers === 1 ? "broker" : "brokers"}`);
  const faultsMs = Math.max(MINUTE_MS / 2, Math.min(ROUND_MS, leftMs));
  const report = await runChaosRound({ seed: roundSeed, brokers, faultsMs, report: log });
  reports.push(report);
  const result = isRight() ? "all promises held" : "BROKEN";
  log(`round ${round}: ${report.stored} stored, ${report.applied} applied, ${result}`);
}
console.log(`\n${summary()}`);
Deno.exit(isRight() ? 0 : 1);

/** True while no round has broken a promise. */
function isRight(): boolean {
  return reports.every(({ violations }) => violations.length === 0);
}

function minutesSinceStart(): string {
  return ((performance.now() - startMs) / MINUTE_MS).toFixed(1);
}

function log(line: string): void {
  console.log(`${minutesSinceStart().padStart(5)} min  ${line}`);
}

function summary(): string {
  const row = (value: number, name: string) => `${value.toLocaleString("en").padStart(9)}  ${name}`;
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const names = [...new Set(reports.flatMap(({ faults }) => [...faults.keys()]))].sort();
  const times = names.map((name) => sum(reports.map(({ faults }) => faults.get(name) ?? 0)));
  const alerts = reports.flatMap(({ alerts }) => alerts);
  const slowestMs = Math.max(0, ...reports.map(({ recoveryMs }) => recoveryMs));
  return [
    `${reports.length} rounds in ${minutesSinceStart()} minutes, ${sum(times)} faults:`,
    ...names.map((name, index) => row(times[index]!, name)),
    "reports:",
    ...FIGURES.map((name) => row(sum(reports.map((report) => report[name])), name)),
    "alerts:",
    ...Object.keys(alerts[0] ?? {}).map((name) => row(sum(alerts.map((it) => it[name]!)), name)),
    `slowest recovery: ${(slowestMs / 1_000).toFixed(1)} s`,
    ...reports.flatMap(({ violations, folder }) =>
      violations.map((what) => `BROKEN: ${what} (${folder})`)
    ),
    isRight() ? "All promises held." : "Promises were broken.",
  ].join("\n");
}
