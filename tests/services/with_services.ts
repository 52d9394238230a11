/** Registers tests that need services: ignored where those cannot be had, failed under CI=true. */
import { findKafka, findOwnKafka, shareKafka } from "./kafka.ts";
import { findNginx } from "./nginx.ts";
import { findOwnPostgres, findPostgres, sharePostgres } from "./postgres.ts";

/**
 * What a test needs: a server that the tests of the run share, on which each has databases and
 * topics of its own; or `own …` and `nginx`, one that the test starts itself and may break.
 */
export type Need = "postgres" | "kafka" | "own postgres" | "own kafka" | "nginx";

/** Registers a test. */
export type ServiceTest = (
  name: string,
  fn: () => void | Promise<void>,
  options?: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources">,
) => void;

/**
 * `const kafkaTest = serviceTest("kafka")`, once at the top of a test file: it starts what
 * `deno task test` has not started before. The addresses of shared servers are then in
 * SITEMON_TEST_POSTGRES and SITEMON_TEST_KAFKA.
 */
export function serviceTest(...needs: Need[]): ServiceTest {
  const missing = needs.map(reasonMissing).filter((reason) => reason !== undefined).join("; ");
  if (missing !== "") return (name, fn) => registerMissing(name, missing, fn);
  for (const need of needs) shareBetweenTests(need);
  return (name, fn, options) => Deno.test({ ...options, name, fn });
}

function reasonMissing(need: Need): string | undefined {
  switch (need) {
    case "postgres":
      return findPostgres().reason;
    case "kafka":
      return findKafka().reason;
    case "own postgres":
      return findOwnPostgres().reason;
    case "own kafka":
      return findOwnKafka().reason;
    case "nginx":
      return findNginx().reason;
  }
}

/** Registers a test that cannot run here: it is ignored, or fails under CI=true. */
export function registerMissing(
  name: string,
  missing: string,
  fn: () => void | Promise<void>,
): void {
  if (Deno.env.get("CI") === "true") {
    Deno.test(name, () => Promise.reject(new Error(`cannot run here: ${missing}`)));
  } else {
    Deno.test({ name: `${name} [${missing}]`, ignore: true, fn });
  }
}

/** Starts a shared server before the first test of the file, unless the environment names one. */
function shareBetweenTests(need: Need): void {
  if (need === "postgres") {
    shareAs("SITEMON_TEST_POSTGRES", sharePostgres);
  } else if (need === "kafka") {
    shareAs("SITEMON_TEST_KAFKA", shareKafka);
  }
}

function shareAs(
  variable: string,
  share: () => Promise<{ address: string } & AsyncDisposable>,
): void {
  let server: AsyncDisposable | undefined;
  Deno.test.beforeAll(async () => {
    if (Deno.env.get(variable)) return;
    const started = await share();
    server = started;
    Deno.env.set(variable, started.address);
  });
  Deno.test.afterAll(async () => {
    if (server === undefined) return;
    Deno.env.delete(variable);
    await server[Symbol.asyncDispose]();
  });
}
