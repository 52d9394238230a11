/**
 * The producer's side of a schema registry: what it calls the schemas of the rows. It is asked once,
 * and its answers are kept in the outbox file, so that a registry that is down later stops nothing.
 */
import { Buffer } from "node:buffer";
import { type OutboxRow, type PublisherNotes, PublishError } from "../../outbox/publisher.ts";
import { fingerprint, hex } from "../../report/fingerprint.ts";
import { WRITER_SCHEMAS } from "../../report/schema.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import type { RegistryClient } from "./registry_client.ts";
import { RegistryError } from "./registry_error.ts";
import { headerBytes, idBytes, SCHEMA_ID_HEADER, type SchemaName } from "../schema_name.ts";
import { checkSubject, registerSubject } from "./subject_check.ts";
import type { Subject } from "./subjects.ts";

/** For everything that a batch asks of the registry, whichever replicas answer. */
export const ASK_MS_MAX = 20_000;
/** Of a row's payload: the marker of a single object, then the schema's fingerprint, little-endian. */
const [FINGERPRINT_AT, DATUM_AT] = [2, 10];

/** A payload as a message's value, with the headers that belong to it. */
export interface FramedValue {
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface RegisteredSchemasOptions {
  readonly registry: RegistryClient;
  readonly subjects: readonly Subject[];
  readonly autoRegister: boolean;
  /** Whether the name of a schema goes into a header. */
  readonly inHeader: boolean;
  readonly notes: PublisherNotes;
  readonly clock: Clock;
}

export class RegisteredSchemas {
  readonly #options: RegisteredSchemasOptions;
  /** Few: one of each kind, and of earlier versions as long as rows of theirs wait. */
  readonly #known: KnownSchema[] = [];
  readonly #end = new AbortController();
  /** Of the schemas of this version: until all are known, nothing is published. */
  #unknown: readonly bigint[];
  #notes: ReadonlyMap<string, string> | undefined;

  constructor(options: RegisteredSchemasOptions) {
    this.#options = options;
    this.#unknown = options.subjects.map(({ schema }) => fingerprint(schema));
  }

  /**
   * Resolves when {@linkcode frame} can frame these rows. Rejects with a PublishError when the
   * registry would have to be asked and has no good answer, or with OutboxUnavailableError.
   */
  async know(rows: readonly OutboxRow[]): Promise<void> {
    const wanted = new Set(this.#unknown);
    for (const { payload } of rows) {
      if (this.#schemaOf(payload) === undefined) wanted.add(fingerprintOf(payload));
    }
    if (wanted.size === 0) return;
    using deadline = new Deadline(this.#options.clock, ASK_MS_MAX, this.#end.signal);
    try {
      for (const each of wanted) {
        this.#known.push(knownSchema(each, await this.#nameOf(each, deadline.signal)));
        this.#unknown = this.#unknown.filter((other) => other !== each);
      }
    } catch (error) {
      throw asPublishError(error, deadline) ?? error;
    }
  }

  /** A payload whose schema is known. */
  frame(payload: Uint8Array): FramedValue {
    const { id, headers } = this.#schemaOf(payload)!;
    const datum = payload.subarray(DATUM_AT);
    if (this.#options.inHeader) return { value: datum, headers };
    const value = Buffer.allocUnsafe(id.length + datum.length);
    value.set(id);
    value.set(datum, id.length);
    return { value, headers: {} };
  }

  /** Ends what is being asked. */
  close(): void {
    this.#end.abort();
  }

  /** By the bytes: a batch has 500 rows, for which a number of 64 bits each costs as much as the rest. */
  #schemaOf(payload: Uint8Array): KnownSchema | undefined {
    for (const known of this.#known) {
      if (known.mark.every((byte, index) => payload[FINGERPRINT_AT + index] === byte)) return known;
    }
    return undefined;
  }

  /** As it was noted, or else as the registry says. */
  async #nameOf(used: bigint, signal: AbortSignal): Promise<SchemaName> {
    const { registry, subjects, notes } = this.#options;
    const subject = subjectFor(used, subjects);
    const note = `${registry.name} ${subject.subject} ${hex(used)}`;
    this.#notes ??= await notes.readNotes();
    const noted = this.#notes.get(note);
    if (noted !== undefined) return JSON.parse(noted);
    const name = await this.#ask(subject, signal);
    await notes.writeNote(note, JSON.stringify(name));
    return name;
  }

  async #ask(subject: Subject, signal: AbortSignal): Promise<SchemaName> {
    const { registry, autoRegister } = this.#options;
    const ask = autoRegister ? registerSubject : checkSubject;
    const { name, incompatibility } = await ask(registry, subject, signal);
    if (name !== undefined) return name;
    if (incompatibility !== undefined) {
      throw new RegistryError(
        "refused",
        `schema of subject "${subject.subject}" is not compatible with its latest version: ` +
          incompatibility,
      );
    }
    throw new RegistryError(
      "refused",
      `subject "${subject.subject}" has no version with this schema, and ` +
        `"kafka.registry.auto_register" is false; run "sitemon schema register"`,
    );
  }
}

/** A schema by its fingerprint, as its messages have it, with what names it in a topic. */
interface KnownSchema {
  readonly mark: Uint8Array;
  readonly id: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
}

function knownSchema(used: bigint, name: SchemaName): KnownSchema {
  const mark = new DataView(new ArrayBuffer(DATUM_AT - FINGERPRINT_AT));
  mark.setBigUint64(0, used, true);
  return {
    mark: new Uint8Array(mark.buffer),
    id: idBytes(name),
    headers: { [SCHEMA_ID_HEADER]: headerBytes(name) },
  };
}

function fingerprintOf({ buffer, byteOffset }: Uint8Array): bigint {
  return new DataView(buffer, byteOffset).getBigUint64(FINGERPRINT_AT, true);
}

/** Rows of an earlier version of sitemon are of an earlier version of the same subject. */
function subjectFor(used: bigint, subjects: readonly Subject[]): Subject {
  const writer = WRITER_SCHEMAS.find(({ schema }) => fingerprint(schema) === used);
  const subject = subjects.find(({ kind }) => kind === writer?.kind);
  if (writer !== undefined && subject !== undefined) return { ...subject, schema: writer.schema };
  throw new RegistryError(
    "refused",
    `unknown schema ${
      hex(used)
    } in the outbox; publish it with the version of sitemon that wrote it`,
  );
}

function asPublishError(error: unknown, deadline: Deadline): PublishError | undefined {
  if (error instanceof RegistryError) {
    const failure = error.isTemporary ? "registry" : "registry_refused";
    return new PublishError(failure, error.message, { cause: error });
  }
  if (!deadline.signal.aborted) return undefined;
  const message = deadline.isExpired
    ? `schema registry did not answer within ${ASK_MS_MAX} ms`
    : "publishing ended before the schema registry answered";
  return new PublishError("registry", message, { cause: error });
}
