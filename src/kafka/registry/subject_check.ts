/** What a registry says of the schemas of this version, for those who register and examine them. */
import type { RegistryClient } from "./registry_client.ts";
import type { SchemaName } from "../schema_name.ts";
import type { Subject } from "./subjects.ts";

/** A schema in its subject. */
export interface SubjectState {
  readonly kind: Subject["kind"];
  readonly subject: string;
  /** What the registry calls it; absent when it is not registered. */
  readonly name?: SchemaName;
  /** Why it may not be registered. */
  readonly incompatibility?: string;
}

/** Rejects with a RegistryError. */
export async function checkSubject(
  registry: RegistryClient,
  { kind, subject, schema }: Subject,
  signal: AbortSignal,
): Promise<SubjectState> {
  const text = JSON.stringify(schema);
  const name = await registry.lookUp(subject, text, signal);
  if (name !== undefined) return { kind, subject, name };
  const incompatibility = await registry.incompatibility(subject, text, signal);
  return { kind, subject, ...(incompatibility === undefined ? {} : { incompatibility }) };
}

/** As {@linkcode checkSubject}, and registers what is compatible. */
export async function registerSubject(
  registry: RegistryClient,
  subject: Subject,
  signal: AbortSignal,
): Promise<SubjectState> {
  const state = await checkSubject(registry, subject, signal);
  if (state.name !== undefined || state.incompatibility !== undefined) return state;
  const text = JSON.stringify(subject.schema);
  return { ...state, name: await registry.register(subject.subject, text, signal) };
}
