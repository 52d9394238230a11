/** How soon sitemon is there: its version, a configuration that is loaded, and the first check. */
import { fileURLToPath } from "node:url";
import { compileSitemon, DENORT } from "../../compile/executable.ts";
import { within } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import { BenchProducer, producerYaml } from "../frame/bench_producer.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { type BenchOptions, type Figure, median, type Scenario } from "../frame/scenario.ts";
import { SITEMON } from "../frame/sitemon_command.ts";

const EMPTY = fileURLToPath(new URL("../floors/empty_program.ts", import.meta.url));
/** The short form measures the first of these numbers alone. */
const SITES = [1_000, 10_000] as const;
const FIRST_CHECK_MS_MAX = 60_000;

export const start: Scenario = {
  description: "from the start of the process, beside that of an empty program",
  async run(options) {
    await using closing = new AsyncDisposableStack();
    const { address } = closing.use(await shareKafka());
    const programs = new Map([["from source", SITEMON]]);
    if (DENORT !== undefined && !options.isShort) {
      programs.set("executable", [closing.use(compileSitemon(DENORT)).path]);
    }
    const figures: Figure[] = [];
    for (const [name, program] of programs) {
      figures.push(...await startsOf(name, { program, bootstrap: address }, options));
    }
    return figures;
  },
};

interface Started {
  readonly program: readonly string[];
  readonly bootstrap: string;
}

async function startsOf(
  name: string,
  started: Started,
  { isShort }: BenchOptions,
): Promise<Figure[]> {
  const counts = isShort ? SITES.slice(0, 1) : SITES;
  const { program } = started;
  const ways = new Map([
    ["sitemon --version", () => runMs([...program, "--version"])],
    ...counts.flatMap((sites) => [
      [configCheckOf(sites), () => configCheckMs(program, sites)] as const,
      [`first check of ${written(sites)} sites`, () => firstCheckMs(started, sites)] as const,
    ]),
  ]);
  const floors: number[] = [];
  const measured = new Map([...ways.keys()].map((way) => [way, [] as number[]]));
  for (let run = 0; run < (isShort ? 1 : 7); run++) {
    floors.push(await runMs([Deno.execPath(), "run", EMPTY]));
    for (const [way, ms] of ways) measured.get(way)!.push(await ms());
  }
  const floor = median(floors);
  const medians = new Map([...measured].map(([way, values]) => [way, median(values)]));
  const figures = [...medians].map(([way, value]) => ({
    name: `${name}: ${way}`,
    unit: "ms",
    value,
    floor,
  }));
  return isShort ? figures : [...figures, eachMore(name, medians)];
}

/** What one site more adds to loading a configuration. */
function eachMore(name: string, mediansMs: ReadonlyMap<string, number>): Figure {
  const [few, many] = SITES;
  const moreMs = mediansMs.get(configCheckOf(many))! - mediansMs.get(configCheckOf(few))!;
  return {
    name: `${name}: config check, each site more`,
    unit: "µs",
    value: moreMs * 1_000 / (many - few),
  };
}

function configCheckOf(sites: number): string {
  return `config check of ${written(sites)} sites`;
}

function written(count: number): string {
  return count.toLocaleString("en");
}

async function configCheckMs(program: readonly string[], sites: number): Promise<number> {
  const file = Deno.makeTempFileSync({ prefix: "sitemon-bench-", suffix: ".yaml" });
  try {
    const bootstrap = "127.0.0.1:9092";
    const load = { url: "http://127.0.0.1/", sites, perSecond: sites / 10, bootstrap, topic: "t" };
    Deno.writeTextFileSync(file, producerYaml(load, 0));
    return await runMs([...program, "config", "check", "-c", file]);
  } finally {
    Deno.removeSync(file);
  }
}

async function runMs([program, ...args]: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const { success } = await new Deno.Command(program!, { args, stdout: "null" }).output();
  if (!success) throw new Error(`Cannot measure as ${program} must end well: it did not`);
  return performance.now() - startMs;
}

/** Told by the site that is checked first. */
async function firstCheckMs({ program, bootstrap }: Started, sites: number): Promise<number> {
  const checked = Promise.withResolvers<number>();
  await using site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    checked.resolve(performance.now());
    return new Response("here");
  });
  await using topic = await BenchTopic.create(bootstrap);
  const startMs = performance.now();
  await using _ = await BenchProducer.start({
    program,
    url: `http://127.0.0.1:${site.addr.port}/`,
    sites,
    // An interval of 10 s, as by default.
    perSecond: sites / 10,
    bootstrap,
    topic: topic.name,
  });
  return await within(FIRST_CHECK_MS_MAX, "a first check", checked.promise) - startMs;
}
