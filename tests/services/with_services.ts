/** Registers tests that need services: ignored where those cannot be had, failed under CI=true. */
import { machineTest } from "../support/machine_tests.ts";
import { findApicurio, startApicurio } from "./apicurio.ts";
import type { SharedServer } from "./found.ts";
import { findKafka, findOwnKafka, shareKafka } from "./kafka.ts";
import { findNginx } from "./nginx.ts";
import { findNsd } from "./nsd.ts";
import { findProgram } from "./programs.ts";
import { findPgbouncer } from "./pgbouncer.ts";
import { findDumpPrograms, findOwnPostgres, findPostgres, sharePostgres } from "./postgres.ts";

/**
 * What a test needs: a server that the tests of the run share, on which each has databases and
 * topics of its own; or `own …`, `nginx`, `nsd` and `pgbouncer`, one that the test starts itself and
 * may break.
 */
export type Need =
  | "postgres"
  | "kafka"
  | "own postgres"
  | "own kafka"
  | "registry"
  | "nginx"
  | "nsd"
  | "pgbouncer"
  | "pg_dump"
  | "sqlite3";

/** Why a service cannot be had here. */
const REASONS: Readonly<Record<Need, () => string | undefined>> = {
  "postgres": () => findPostgres().reason,
  "kafka": () => findKafka().reason,
  "own postgres": () => findOwnPostgres().reason,
  "own kafka": () => findOwnKafka().reason,
  "registry": () => findApicurio().reason,
  "nginx": () => findNginx().reason,
  "nsd": () => findNsd().reason,
  "pgbouncer": () => findPgbouncer().reason,
  "pg_dump": () => findDumpPrograms().reason,
  "sqlite3": () => findProgram("sqlite3") ? undefined : "no sqlite3: install it",
};

/** Registers a test. */
export type ServiceTest = (
  name: string,
  fn: () => void | Promise<void>,
  options?: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources">,
) => void;

/**
 * `const kafkaTest = serviceTest("kafka")`, once at the top of a test file: it starts what
 * `deno task test` has not started before. The addresses of shared servers are then in
 * SITEMON_TEST_POSTGRES, SITEMON_TEST_KAFKA and SITEMON_TEST_REGISTRY.
 */
export function serviceTest(...needs: Need[]): ServiceTest {
  const missing = needs.map((need) => REASONS[need]()).filter((reason) => reason !== undefined)
    .join("; ");
  // Of 142 MB, which the network of a machine may not have.
  const missingRegistry = needs.includes("registry") ? REASONS.registry() : undefined;
  if (missingRegistry !== undefined) return machineTest(missingRegistry);
  if (missing !== "") return (name, fn) => registerMissing(name, missing, fn);
  if (needs.includes("postgres")) shareAs("SITEMON_TEST_POSTGRES", sharePostgres);
  if (needs.includes("kafka")) shareAs("SITEMON_TEST_KAFKA", shareKafka);
  if (needs.includes("registry")) shareAs("SITEMON_TEST_REGISTRY", startApicurio);
  return (name, fn, options) => Deno.test({ ...options, name, fn });
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
function shareAs(variable: string, share: () => Promise<SharedServer>): void {
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
