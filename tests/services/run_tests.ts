/**
 * `deno task test [ARGUMENTS of deno test]`: runs the tests beside one Kafka and one PostgreSQL
 * that all of them share.
 */
import { findKafka, shareKafka } from "./kafka.ts";
import { findPostgres, sharePostgres } from "./postgres.ts";

/** Starts what can be had here, runs the command with its addresses, and returns its exit code. */
async function runWithServices(command: readonly string[]): Promise<number> {
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
  const [program, ...args] = command;
  const tests = new Deno.Command(program!, { args, env }).spawn();
  return (await tests.status).code;
}

// A terminal sends Ctrl-C to the tests too: they end, and then the services are stopped.
Deno.addSignalListener("SIGINT", () => {});
Deno.exitCode = await runWithServices([Deno.execPath(), "test", ...Deno.args]);
Deno.exit();
