/** What `sitemon run` takes of a core, beside the least code that checks and stores. */
import { DatabaseSync } from "node:sqlite";
import { eventually, pause } from "../../support/waiting.ts";
import type { BareRun } from "../floors/bare_run.ts";
import type { MeasuredProcess } from "../frame/measured_process.ts";
import { costFigures, type Scenario } from "../frame/scenario.ts";
import { inTurns, type MeasuredWorker } from "../frame/turns.ts";

const SITES = 1_000;
const INTERVAL_S = 10;
const PER_SECOND = SITES / INTERVAL_S;

/** Until every site has come to its regular slots, and what runs often is compiled. */
const WARM_UP_MS = 90_000;
const FIRST_MS_MAX = 120_000;

export const run: Scenario = {
  description: `sitemon run, ${SITES} sites every ${INTERVAL_S} s`,
  async run(bench) {
    const { plainPort } = await bench.web();
    const target: BareRun = {
      ...{ hostname: "127.0.0.1", port: plainPort, sites: SITES, perSecond: PER_SECOND },
    };
    const bare = await bench.floor("bare_run.ts", target);
    const url = `http://127.0.0.1:${plainPort}/`;
    const whole = await bench.run({ url, sites: SITES, intervalS: INTERVAL_S });
    const sides = {
      whole: workerOf(whole, "status.db", "SELECT max(sequence) AS n FROM site_status"),
      bare: workerOf(bare, "bare.db", "SELECT max(id) AS n FROM report"),
    };
    for (const { count } of Object.values(sides)) {
      const isThere = () => count().then((n) => n > 0 || undefined, () => undefined);
      await eventually(FIRST_MS_MAX, "a report", isThere);
    }
    await pause(bench.sized(WARM_UP_MS, 0));
    const size = bench.sized({ windows: 7, windowMs: 8_000 }, { windows: 1, windowMs: 500 });
    const cost = await inTurns(sides, size);
    const title = `${SITES.toLocaleString("en")} sites every ${INTERVAL_S} s`;
    const percent = (micros: number) => micros * PER_SECOND / 1e4;
    return [
      ...costFigures(title, { "CPU per check": "cpuMicros", "memory (RSS)": "rssBytes" }, {
        value: cost.whole,
        floor: cost.bare,
      }),
      {
        name: `${title}: of a core`,
        unit: "%",
        value: percent(cost.whole.cpuMicros),
        floor: percent(cost.bare.cpuMicros),
      },
    ];
  },
};

/** Its reports are counted in the file that it keeps them in. */
function workerOf(process: MeasuredProcess, file: string, sql: string): MeasuredWorker {
  return {
    process,
    count() {
      using db = new DatabaseSync(`${process.folder}/${file}`, { readOnly: true });
      return Promise.resolve(db.prepare(sql).get()!.n as number);
    },
  };
}
