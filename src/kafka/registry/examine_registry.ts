/** What `sitemon doctor` checks about a schema registry. It changes nothing. */
import { systemClock } from "../../runtime/clock.ts";
import { type Finding, Findings, reach } from "../../runtime/finding.ts";
import { RegistryClient, type RegistryConnection } from "./registry_client.ts";
import { checkSubject, type SubjectState } from "./subject_check.ts";
import type { Subject } from "./subjects.ts";

export interface RegistryExamination {
  readonly connection: RegistryConnection;
  /** What the producer writes with; none where nothing is written with a schema of the registry. */
  readonly subjects: readonly Subject[];
  readonly autoRegister: boolean;
}

/** Connects to each replica, then asks for the schemas. */
export async function examineRegistry(
  { connection, subjects, autoRegister }: RegistryExamination,
): Promise<Finding[]> {
  const replicas = await Promise.all(connection.urls.map(async (url) => {
    const findings = new Findings(`schema registry ${url}`);
    const { hostname, port, protocol } = new URL(url);
    const ownPort = protocol === "https:" ? 443 : 80;
    const server = { hostname: hostname.replace(/^\[|\]$/g, ""), port: Number(port || ownPort) };
    return { findings, isReached: await reach(server, findings) };
  }));
  const findings = new Findings("schema registry");
  if (replicas.some(({ isReached }) => isReached)) {
    const registry = new RegistryClient(connection, systemClock);
    for (const subject of subjects) {
      const isAnswered = await examineSubject(registry, { subject, autoRegister }, findings);
      if (!isAnswered) break;
    }
  }
  return [...replicas.map((replica) => replica.findings), findings].flatMap(({ list }) => list);
}

/** Resolves to whether the registry answered. */
async function examineSubject(
  registry: RegistryClient,
  { subject, autoRegister }: { readonly subject: Subject; readonly autoRegister: boolean },
  findings: Findings,
): Promise<boolean> {
  const step = `schema of ${subject.kind}s`;
  try {
    const state = await checkSubject(registry, subject, new AbortController().signal);
    const problem = problemOf(state, autoRegister);
    if (problem === undefined) findings.ok(step, foundOf(state));
    else findings.problem(step, problem);
    return true;
  } catch (error) {
    findings.problem(step, (error as Error).message);
    return false;
  }
}

function foundOf({ subject, name }: SubjectState): string {
  if (name !== undefined) return `subject "${subject}" has it, ID ${name.id}`;
  return `not in subject "${subject}" yet and will be registered`;
}

function problemOf(
  { subject, name, incompatibility }: SubjectState,
  autoRegister: boolean,
): string | undefined {
  if (incompatibility !== undefined) {
    return `not compatible with the latest version of subject "${subject}": ${incompatibility}; ` +
      "change the compatibility of the subject, or use another subject";
  }
  if (name !== undefined || autoRegister) return undefined;
  return `not in subject "${subject}", and "kafka.registry.auto_register" is false; ` +
    'run "sitemon schema register"';
}
