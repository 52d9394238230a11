/**
 * `deno task test [ARGUMENTS of deno test]`: runs the tests beside one Kafka and one PostgreSQL
 * that all of them share. The last line is `N passed, N failed, N skipped`.
 */
import { findKafka, shareKafka } from "./kafka.ts";
import { findPostgres, sharePostgres } from "./postgres.ts";
import { countsText, type TestCounts, testCounts } from "./test_counts.ts";

/**
 * These wait most of the time: for processes to start, sessions to expire, outages to end. So they
 * run beside the others, unless paths are given; both halves take about as long.
 */
const WAITING = [
  "tests/chaos",
  ...["notify", "outage", "quiet_outage", "reload", "repair"].map((name) =>
    `tests/integration/${name}_test.ts`
  ),
];

interface LaneEnd {
  readonly code: number;
  readonly counts: TestCounts;
}

/** Starts what can be had here, runs the tests with its addresses, and returns the exit code. */
async function runWithServices(args: readonly string[]): Promise<number> {
  await using services = new AsyncDisposableStack();
  const env: Record<string, string> = {};
  await Promise.all([
    findPostgres().reason ?? sharePostgres().then((server) => {
      env.SITEMON_TEST_POSTGRES = services.use(server).address;
    }),
    findKafka().reason ?? shareKafka().then((server) => {
      env.SITEMON_TEST_KAFKA = services.use(server).address;
    }),
  ]);
  const ends = await runLanes(args, env);
  console.log(countsText(ends.map(({ counts }) => counts)));
  return Math.max(...ends.map(({ code }) => code));
}

async function runLanes(
  args: readonly string[],
  env: Record<string, string>,
): Promise<readonly LaneEnd[]> {
  const isForSome = args.some((argument) => !argument.startsWith("-"));
  if (isForSome) return [await runLane(args, env)];
  const most = runLane([...args, `--ignore=${WAITING.join(",")}`], env);
  const waiting = runLane([...args, ...WAITING], env, most);
  return await Promise.all([most, waiting]);
}

/** `turn`: when it may show what it said; at once when absent. */
async function runLane(
  args: readonly string[],
  env: Record<string, string>,
  turn?: Promise<unknown>,
): Promise<LaneEnd> {
  const report = await Deno.makeTempFile({ prefix: "sitemon-tests-", suffix: ".xml" });
  try {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["test", `--junit-path=${report}`, ...args],
      env,
      ...(turn === undefined ? {} : { stdout: "piped", stderr: "piped" }),
    });
    const code = turn === undefined
      ? (await command.spawn().status).code
      : await shownAfter(command, turn);
    return { code, counts: endCounts(await Deno.readTextFile(report), code) };
  } finally {
    await Deno.remove(report);
  }
}

async function shownAfter(command: Deno.Command, turn: Promise<unknown>): Promise<number> {
  const { code, stdout, stderr } = await command.output();
  await turn;
  await new Blob([stdout]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  await new Blob([stderr]).stream().pipeTo(Deno.stderr.writable, { preventClose: true });
  return code;
}

/** A file that cannot be loaded is not in the report, and one that ends the process leaves none. */
function endCounts(report: string, code: number): TestCounts {
  const counts = report === "" ? { passed: 0, failed: 0, skipped: 0 } : testCounts(report);
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

// A terminal sends Ctrl-C to the tests too: they end, and then the services are stopped.
Deno.addSignalListener("SIGINT", () => {});
Deno.exitCode = await runWithServices(Deno.args);
Deno.exit();
