/** How soon sitemon is there: its version on the terminal, and the first check of 1,000 sites. */
import { fileURLToPath } from "node:url";
import { compileSitemon, DENORT } from "../compile/executable.ts";
import { within } from "../deadline.ts";
import { shareKafka } from "../services/kafka.ts";
import { BenchProducer } from "./bench_producer.ts";
import { BenchTopic } from "./bench_topic.ts";
import { type BenchOptions, type Figure, median, type Scenario } from "./scenario.ts";
import { SITEMON } from "./sitemon_command.ts";

const EMPTY = fileURLToPath(new URL("./empty_program.ts", import.meta.url));
const SITES = 1_000;
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
  { program, bootstrap }: Started,
  { isShort }: BenchOptions,
): Promise<Figure[]> {
  const [empty, version, firstCheck]: number[][] = [[], [], []];
  for (let run = 0; run < (isShort ? 1 : 7); run++) {
    empty!.push(await runMs([Deno.execPath(), "run", EMPTY]));
    version!.push(await runMs([...program, "--version"]));
    firstCheck!.push(await firstCheckMs({ program, bootstrap }));
  }
  const floor = median(empty!);
  return [
    { name: `${name}: sitemon --version`, unit: "ms", value: median(version!), floor },
    {
      name: `${name}: first check of ${SITES.toLocaleString("en")} sites`,
      unit: "ms",
      value: median(firstCheck!),
      floor,
    },
  ];
}

async function runMs([program, ...args]: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const { success } = await new Deno.Command(program!, { args, stdout: "null" }).output();
  if (!success) throw new Error(`Cannot measure as ${program} must end well: it did not`);
  return performance.now() - startMs;
}

/** Told by the site that is checked first. */
async function firstCheckMs({ program, bootstrap }: Started): Promise<number> {
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
    sites: SITES,
    // An interval of 10 s, as by default.
    perSecond: SITES / 10,
    bootstrap,
    topic: topic.name,
  });
  return await within(FIRST_CHECK_MS_MAX, "a first check", checked.promise) - startMs;
}
