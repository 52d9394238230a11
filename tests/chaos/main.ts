/**
 * `deno task chaos --minutes N --seed S [--brokers 1|3]`: rounds of faults on real servers, each
 * with a seed of its own; exit code 1 as soon as one breaks a promise.
 */
import { parseArgs } from "node:util";
import { Chance } from "./chance.ts";
import { type ChaosReport, runChaosRound } from "./chaos_round.ts";
import { ChaosSummary } from "./chaos_summary.ts";

const MINUTE_MS = 60_000;
/** Long enough that each fault meets others, short enough that a failure is reported soon. */
const ROUND_MS = 8 * MINUTE_MS;
/** What a round takes besides its faults: starting, calm, and the last replay. */
const AROUND_MS = 1.5 * MINUTE_MS;

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
const summary = new ChaosSummary();
const chance = new Chance(seed);

console.log(`Chaos for ${values.minutes} minutes with seed ${seed}`);
for (let round = 1; summary.isRight; round++) {
  const leftMs = endMs - performance.now() - AROUND_MS;
  if (round > 1 && leftMs < MINUTE_MS) break;
  const roundSeed = chance.between(1, 1e9);
  const brokers = values.brokers ? (values.brokers === "3" ? 3 : 1) : (round % 2 === 1 ? 1 : 3);
  log(`round ${round}: seed ${roundSeed}, ${brokers} ${brokers === 1 ? "broker" : "brokers"}`);
  const faultsMs = Math.max(MINUTE_MS / 2, Math.min(ROUND_MS, leftMs));
  const report = await runChaosRound({ seed: roundSeed, brokers, faultsMs, report: log });
  summary.add(report);
  log(`round ${round}: ${report.stored} stored, ${report.applied} applied, ${resultOf(report)}`);
}
console.log(`\n${summary.text((performance.now() - startMs) / MINUTE_MS)}`);
Deno.exit(summary.isRight ? 0 : 1);

function resultOf({ violations }: ChaosReport): string {
  return violations.length === 0 ? "all promises held" : "BROKEN";
}

function log(line: string): void {
  const minutes = (performance.now() - startMs) / MINUTE_MS;
  console.log(`${minutes.toFixed(1).padStart(5)} min  ${line}`);
}
