/** Schema registries for tests: Apicurio, which speaks Confluent's API. */
import { freePort } from "../support/free_port.ts";
import type { Found, SharedServer } from "./found.ts";
import { fetchOnce } from "./maven_cache.ts";
import { findProgram, run } from "./programs.ts";
import { ServerFolder, ServerProcess } from "./server_process.ts";

const VERSION = "2.6.13.Final";
const API = "/apis/ccompat/v7";

interface ApicurioPrograms {
  readonly java: string;
  /** Of the runner; its libraries, Avro for Java among them, are in `lib`. */
  readonly folder: string;
}

/** Looks in SITEMON_TEST_REGISTRY, then for programs. */
export function findApicurio(): Found<ApicurioPrograms> {
  const address = Deno.env.get("SITEMON_TEST_REGISTRY");
  if (address) return { from: "environment", address };
  return findOwnApicurio();
}

/** Of Maven's repository, run by this machine's Java. */
export function findOwnApicurio(): Found<ApicurioPrograms> {
  const java = findProgram("java");
  if (java === undefined) return { from: "nowhere", reason: "no Apicurio: java is missing" };
  const fetched = fetchOnce(`apicurio-${VERSION}`, (maven, work) => {
    const artifact = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`;
    const archive = `${work}/apicurio-registry-app-${VERSION}-all.tar.gz`;
    run([maven, "-q", "-B", "dependency:copy", `-Dartifact=${artifact}`, "-DoutputDirectory=."], {
      cwd: work,
    });
    run(["tar", "-xzf", archive], { cwd: work });
    Deno.removeSync(archive);
  });
  if (fetched.reason !== undefined) {
    return { from: "nowhere", reason: `no Apicurio: ${fetched.reason}` };
  }
  return { from: "programs", programs: { java, folder: fetched.folder } };
}

/** Starts one that keeps everything in memory; its address is that of its API. */
export async function startApicurio(): Promise<SharedServer> {
  const found = findOwnApicurio();
  if (found.from !== "programs") throw new Error(`Apicurio cannot be started: ${found.reason}`);
  const { java, folder: home } = found.programs;
  await using closing = new AsyncDisposableStack();
  const folder = closing.use(new ServerFolder({ prefix: "sitemon-apicurio-", endSignal: "KILL" }));
  const port = freePort();
  const settings = { "quarkus.http.host": "127.0.0.1", "quarkus.http.port": port };
  await ServerProcess.start(folder, {
    name: "apicurio",
    argv: [
      ...[java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
      ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
      ...["-jar", `${home}/apicurio-registry-app-${VERSION}-runner.jar`],
    ],
    isReady: (log) => log.includes("Listening on:"),
  });
  const address = `http://127.0.0.1:${port}${API}`;
  await requireCompatibility(address);
  const stack = closing.move();
  return { address, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Confluent's default; Apicurio's own is `NONE`. */
async function requireCompatibility(address: string): Promise<void> {
  const response = await fetch(`${address}/config`, {
    method: "PUT",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ compatibility: "BACKWARD" }),
  });
  if (!response.ok) throw new Error(`Apicurio answered ${response.status}`);
  await response.body?.cancel();
}
