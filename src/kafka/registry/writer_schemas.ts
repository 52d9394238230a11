/**
 * The reader's side of a schema registry: the schemas that messages were written with. Each is asked
 * for once and kept, so that a registry that is down delays messages of new schemas alone.
 */
import { datumDecoder, type DecodedMessage, decodeMessage } from "../../report/codec.ts";
import { DecodeError } from "../../report/decode_error.ts";
import { parseSchema } from "./parse_schema.ts";
import { backoffMs } from "../../runtime/backoff.ts";
import type { Clock } from "../../runtime/clock.ts";
import { abortable } from "../../runtime/deadline.ts";
import { logger, MinuteLimit } from "../../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { namedDatum } from "../schema_name.ts";
import type { RegistryClient } from "./registry_client.ts";
import { RegistryError } from "./registry_error.ts";

/** Schemas in memory, each with its decoder; a topic has one or two of each version of sitemon. */
export const SCHEMAS_MAX = 1_000;
/** A schema that the registry does not have may be registered later: it is asked again after this long. */
export const REFUSED_MS = 60_000;
/** Between two requests to a registry that does not answer, whichever partitions wait for it. */
export const RETRY = { minMs: 2_000, maxMs: 30_000 } as const;

const FAILURES = "sitemon_registry_failures_total";

const log = logger("consumer");

/** Where texts of schemas are kept across restarts. */
export interface SchemaCache {
  /** By the registry's name and the path of the schema in it. */
  read(registry: string, path: string): Promise<string | undefined>;
  /** Does nothing when there is one. */
  write(registry: string, path: string, schema: string): Promise<void>;
}

export interface WriterSchemasOptions {
  readonly registry: RegistryClient;
  readonly cache: SchemaCache;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** A message's schema, of which the registry does not say whether there is such a one. */
export interface MissingSchema {
  /** How many messages come before that one. */
  readonly known: number;
  /** When to ask again: milliseconds from now. */
  readonly retryMs: number;
  /** One sentence on why. */
  readonly detail: string;
}

type Decoder = (datum: Uint8Array) => DecodedMessage;

export class WriterSchemas {
  readonly #options: WriterSchemasOptions;
  readonly #logLimit: MinuteLimit;
  readonly #end = new AbortController();
  readonly #decoders = new Map<string, Decoder>();
  /** Why messages of a schema can never be applied, and until when: monotonic milliseconds. */
  readonly #refused = new Map<string, { readonly detail: string; readonly untilMs: number }>();
  /** By path: partitions that wait for the same schema ask once. */
  readonly #asked = new Map<string, Promise<void>>();
  #failures = 0;
  /** Of the last request, and when the next one may follow: monotonic milliseconds. */
  #last: { readonly error: RegistryError; readonly atMs: number } | undefined;

  constructor(options: WriterSchemasOptions) {
    this.#options = options;
    this.#logLimit = new MinuteLimit(options.clock);
    countFromZero(options.telemetry, FAILURES, [{}]);
  }

  /**
   * Resolves when {@linkcode decode} can decode these messages, or has a reason why it never will, or
   * else to the first that has to wait. Rejects with the signal's reason, and as the cache does.
   */
  async know(
    messages: readonly { readonly value: Uint8Array | null }[],
    signal: AbortSignal,
  ): Promise<MissingSchema | undefined> {
    for (const [known, { value }] of messages.entries()) {
      const path = value === null ? undefined : namedDatum(value)?.path;
      if (path === undefined || this.#decoders.has(path)) continue;
      try {
        await abortable(this.#find(path), signal);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        const retryMs = (this.#last?.atMs ?? 0) - this.#options.clock.monotonicMs();
        return { known, retryMs: Math.max(RETRY.minMs / 2, retryMs), detail: error.message };
      }
    }
    return undefined;
  }

  /** What a message holds, in any of the forms. Throws {@linkcode DecodeError}, and nothing else. */
  readonly decode = (value: Uint8Array): DecodedMessage => {
    const named = namedDatum(value);
    if (named === undefined) return decodeMessage(value);
    const decoder = this.#decoders.get(named.path);
    if (decoder !== undefined) return decoder(named.datum);
    const detail = this.#refused.get(named.path)?.detail ?? "it was not asked for";
    throw new DecodeError("schema", `unknown schema ${named.path} of the registry: ${detail}`);
  };

  /** Ends what is being asked. */
  close(): void {
    this.#end.abort();
  }

  /** Rejects with a RegistryError when it is not known whether there is such a schema. */
  async #find(path: string): Promise<void> {
    const refused = this.#refused.get(path);
    if (refused !== undefined && this.#options.clock.monotonicMs() < refused.untilMs) return;
    let asked = this.#asked.get(path);
    if (asked === undefined) {
      asked = this.#load(path).finally(() => this.#asked.delete(path));
      this.#asked.set(path, asked);
    }
    await asked;
  }

  async #load(path: string): Promise<void> {
    const { registry, cache } = this.#options;
    const kept = await cache.read(registry.name, path);
    const text = kept ?? await this.#ask(path);
    if (text === undefined) {
      return this.#refuse(path, "it has none; replay the message once it has");
    }
    try {
      const decoder = datumDecoder(parseSchema(text));
      if (kept === undefined) await cache.write(registry.name, path, text);
      keepBounded(this.#decoders, path, decoder);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuse(path, error.message);
    }
  }

  #refuse(path: string, detail: string): void {
    const untilMs = this.#options.clock.monotonicMs() + REFUSED_MS;
    keepBounded(this.#refused, path, { detail, untilMs });
    if (!this.#logLimit.allows("refused")) return;
    log.warn("messages of schema {path} cannot be applied: {detail}", { path, detail });
  }

  /** While it does not answer, once in a while, whatever is asked for. */
  async #ask(path: string): Promise<string | undefined> {
    const { registry, clock, telemetry } = this.#options;
    if (this.#last !== undefined && clock.monotonicMs() < this.#last.atMs) {
      throw this.#last.error;
    }
    try {
      const text = await registry.schema(path, this.#end.signal);
      this.#failures = 0;
      this.#last = undefined;
      telemetry.dependency("registry", { ok: true });
      return text;
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      const atMs = clock.monotonicMs() + backoffMs(this.#failures++, RETRY);
      this.#last = { error, atMs };
      const { failure, message: detail } = error;
      telemetry.count(FAILURES);
      telemetry.dependency("registry", { ok: false, reason: failure, detail });
      throw error;
    }
  }
}

/** The first that came is forgotten when there are too many: it is only found again. */
function keepBounded<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > SCHEMAS_MAX) map.delete(map.keys().next().value!);
}
