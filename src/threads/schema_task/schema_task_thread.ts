/** A thread that asks the schema registry once: for `sitemon schema register` and its neighbors. */
import { RegistryClient, type RegistryConnection } from "../../kafka/registry/registry_client.ts";
import {
  checkSubject,
  registerSubject,
  type SubjectState,
} from "../../kafka/registry/subject_check.ts";
import type { Subject } from "../../kafka/registry/subjects.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";

export interface SchemaTaskSetup {
  readonly connection: RegistryConnection;
  readonly subjects: readonly Subject[];
  /** Registers what is compatible and not registered yet. */
  readonly registers: boolean;
}

/** Each subject, in their order. */
export type SchemaTaskResult = readonly SubjectState[];

serveTask<SchemaTaskSetup>(async ({ connection, subjects, registers }, { result }) => {
  const registry = new RegistryClient(connection, clock);
  const ask = registers ? registerSubject : checkSubject;
  // Each request has a timeout of its own.
  const { signal } = new AbortController();
  const states: SubjectState[] = [];
  for (const subject of subjects) states.push(await ask(registry, subject, signal));
  result(states satisfies SchemaTaskResult);
});
