// Goal: nothing is lost and nothing is wrong when faults meet. `deno task chaos` does it for longer.
import { deepStrictEqual, ok } from "node:assert/strict";
import { serviceTest } from "../services/with_services.ts";
import { type ChaosRoundOptions, runChaosRound } from "./chaos_round.ts";

const FAULTS_MS = 30_000;
const ROUNDS = [{ brokers: 1, seed: 42 }, { brokers: 3, seed: 7 }] as const;

const chaosTest = serviceTest("own kafka", "own postgres");

for (const { brokers, seed } of ROUNDS) {
  chaosTest(
    `every promise holds through chaos with ${brokers} broker(s), seed ${seed}`,
    async () => {
      const lines: string[] = [];
      const options: ChaosRoundOptions = {
        seed,
        brokers,
        faultsMs: FAULTS_MS,
        report: (line) => lines.push(line),
      };
      const { violations, faults, stored, applied } = await runChaosRound(options);
      deepStrictEqual(violations, [], lines.join("\n"));
      ok(faults.size >= 6, "faults were caused");
      ok(stored > 1_000 && applied > 1_000, `reports flowed: ${stored} stored, ${applied} applied`);
    },
  );
}
