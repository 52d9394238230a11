/** How soon sitemon is there: its version, a configuration that is loaded, and the first check. */
import { fileURLToPath } from "node:url";
import { compileSitemon, DENORT } from "../../compile/executable.ts";
import { within } from "../../support/waiting.ts";
import { producerYaml } from "../frame/bench_producer.ts";
import { SITEMON } from "../frame/measured_process.ts";
import { inRounds } from "../frame/rounds.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

const EMPTY = fileURLToPath(new URL("../floors/empty_program.ts", import.meta.url));
const SITES = [1_000, 10_000];
const FIRST_CHECK_MS_MAX = 60_000;

export const start: Scenario = {
  description: "from the start of the process, beside that of an empty program",
  async run(bench) {
    const programs = new Map([["from source", SITEMON]]);
    if (DENORT !== undefined && !bench.isShort) {
      programs.set("executable", [bench.use(compileSitemon(DENORT)).path]);
    }
    const figures: Figure[] = [];
    for (const [name, program] of programs) figures.push(...await startsOf(bench, name, program));
    return figures;
  },
};

async function startsOf(
  bench: Workbench,
  name: string,
  program: readonly string[],
): Promise<Figure[]> {
  const ways: Record<string, () => Promise<number>> = {
    "sitemon --version": () => runMs([...program, "--version"]),
  };
  for (const sites of bench.sized(SITES, [1_000])) {
    const count = sites.toLocaleString("en");
    ways[`config check of ${count} sites`] = () => configCheckMs(bench, program, sites);
    ways[`first check of ${count} sites`] = () => firstCheckMs(bench, program, sites);
  }
  const FLOOR = "an empty program";
  const all = { [FLOOR]: () => runMs([Deno.execPath(), "run", EMPTY]), ...ways };
  const sides = Object.entries(all).map(([way, run]) => [way, async () => ({ ms: await run() })]);
  const medians = await inRounds<string, "ms">(Object.fromEntries(sides), {
    rounds: bench.sized(7, 1),
  });
  const ms = (way: string) => medians[way]!.ms;
  return Object.keys(ways).map((way) => {
    return { name: `${name}: ${way}`, unit: "ms", value: ms(way), floor: ms(FLOOR) };
  });
}

async function configCheckMs(
  bench: Workbench,
  program: readonly string[],
  sites: number,
): Promise<number> {
  const file = `${bench.folder()}/producer.yaml`;
  const topic = { bootstrap: "127.0.0.1:9092", name: "t" };
  const load = { url: "http://127.0.0.1/", sites, perSecond: sites / 10, topic };
  Deno.writeTextFileSync(file, producerYaml(load, 0));
  return await runMs([...program, "config", "check", "-c", file]);
}

async function runMs([program, ...args]: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const { success } = await new Deno.Command(program!, { args, stdout: "null" }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
  return performance.now() - startMs;
}

/** As the site sees it that is checked first. */
async function firstCheckMs(
  whole: Workbench,
  program: readonly string[],
  sites: number,
): Promise<number> {
  const checked = Promise.withResolvers<number>();
  await using site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    checked.resolve(performance.now());
    return new Response("here");
  });
  await using bench = await whole.part();
  const topic = await bench.topic();
  const startMs = performance.now();
  const url = `http://127.0.0.1:${site.addr.port}/`;
  // An interval of 10 s, as by default.
  await bench.producer({ program, url, sites, perSecond: sites / 10, topic });
  return await within(FIRST_CHECK_MS_MAX, "a first check", checked.promise) - startMs;
}
