/**
 * As much of Confluent's schema registry API as sitemon needs, which Apicurio, Karapace, Redpanda and
 * others speak too.
 *
 * @see https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
import type { Clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import { RegistryError } from "./registry_error.ts";
import type { SchemaName } from "../schema_name.ts";

export interface RegistryConnection {
  /** Replicas, tried in turn; without a slash at their ends. */
  readonly urls: readonly string[];
  /** The value of the header. */
  readonly authorization?: string;
  /** The contents of PEM files; `ca` is trusted beside Mozilla's authorities. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Of one request. */
  readonly timeoutMs: number;
}

/** Answers are schemas of some kilobytes. */
export const ANSWER_BYTES_MAX = 1024 * 1024;
/** Of what a registry says of an error, in messages. */
const REASON_LENGTH_MAX = 512;
const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

/** Of Java's int, in which registries count. */
const ID_MAX = 2 ** 31 - 1;
/** What they answer to a name that they cannot have, beside {@linkcode NOT_FOUND}. */
const UNLIKELY_NAME = [400, 404, 405, 422];

/** Codes of the body of a 404: nothing is wrong with the request. */
const NOT_FOUND = { subject: 40401, version: 40402, schema: 40403 } as const;

/** What registries say of a request; texts of theirs. */
interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Its methods reject with a {@linkcode RegistryError}, or with the reason of the signal. */
export class RegistryClient {
  readonly #connection: RegistryConnection;
  readonly #clock: Clock;
  /** Which of the replicas answered last. */
  #current = 0;

  constructor(connection: RegistryConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** What ids are counted within: those of another registry are others. */
  get name(): string {
    return this.#connection.urls[0]!;
  }

  /** Resolves to the name of a schema in a subject; undefined when it is not registered there. */
  async lookUp(subject: string, schema: string, signal: AbortSignal) {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const answer = await this.#request(path, signal, { schema });
    if (isNotFound(answer, "subject", "schema")) return undefined;
    return nameIn(succeeded(answer));
  }

  /** Resolves to why a schema may not be the next version of a subject; undefined when it may. */
  async incompatibility(subject: string, schema: string, signal: AbortSignal) {
    const path = `/compatibility/subjects/${
      encodeURIComponent(subject)
    }/versions/latest?verbose=true`;
    const answer = await this.#request(path, signal, { schema });
    if (isNotFound(answer, "subject", "version")) return undefined;
    const { is_compatible, messages } = succeeded(answer);
    if (is_compatible === true) return undefined;
    if (is_compatible !== false) throw unlikeRegistry("a compatibility without an answer");
    const reasons = Array.isArray(messages) ? messages.map(String).join("; ") : "";
    return bounded(reasons) || "no reason given";
  }

  /** Resolves to its name, the same for a schema that is registered already. */
  async register(subject: string, schema: string, signal: AbortSignal): Promise<SchemaName> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    return nameIn(succeeded(await this.#request(path, signal, { schema })));
  }

  /** Resolves to the text of a schema by the path of its name; undefined when there is none. */
  async schema(path: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#request(`/schemas/${path}`, signal);
    if (isNotFound(answer, "schema")) return undefined;
    if (UNLIKELY_NAME.includes(answer.status) && await this.#isSound(signal)) return undefined;
    const { schema } = succeeded(answer);
    if (typeof schema !== "string") throw unlikeRegistry("a schema that is no text");
    return schema;
  }

  /**
   * Whether it says of an id that it is not there. Registries have other answers to names that they
   * cannot have, such as a GUID where there are none, and so have servers that are no registry: a
   * message with such a name must not stop its partition, nor a wrong URL make dead letters of all.
   */
  async #isSound(signal: AbortSignal): Promise<boolean> {
    const answer = await this.#request(`/schemas/ids/${ID_MAX}`, signal);
    return answer.status === 200 || isNotFound(answer, "schema");
  }

  /** The answer of the first replica that has one, beginning with the one that had the last. */
  async #request(path: string, signal: AbortSignal, body?: object): Promise<Answer> {
    const { urls } = this.#connection;
    const failures: string[] = [];
    for (let tried = 0; tried < urls.length; tried++) {
      const url = urls[this.#current]!;
      try {
        return await this.#ask(`${url}${path}`, signal, body);
      } catch (error) {
        signal.throwIfAborted();
        // Fetch says that it failed, and its cause says why.
        const { message, cause } = error as Error;
        failures.push(`${url}: ${cause instanceof Error ? cause.message : message}`);
        this.#current = (this.#current + 1) % urls.length;
      }
    }
    throw new RegistryError("unavailable", `schema registry unavailable: ${failures.join("; ")}`);
  }

  /** Rejects where another replica may do better. */
  async #ask(url: string, signal: AbortSignal, body?: object): Promise<Answer> {
    const { authorization, tls, timeoutMs } = this.#connection;
    using deadline = new Deadline(this.#clock, timeoutMs, signal);
    // Made for one request: they are few, and nothing is left open between them.
    using client = Deno.createHttpClient({
      poolMaxIdlePerHost: 0,
      ...(tls.ca === undefined ? {} : { caCerts: [tls.ca] }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert, key: tls.key! }),
    });
    try {
      const response = await fetch(url, {
        client,
        // A registry has no reason to send elsewhere, and its credentials must not go there.
        redirect: "manual",
        signal: deadline.signal,
        headers: {
          accept: `${MEDIA_TYPE}, application/json`,
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined ? {} : { "content-type": MEDIA_TYPE }),
        },
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      });
      return { status: response.status, body: bodyOf(response.status, await textOf(response)) };
    } catch (error) {
      if (deadline.isExpired) throw new Error(`no answer within ${timeoutMs} ms`);
      throw error;
    }
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`answered more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return await new Blob(chunks as BlobPart[]).text();
}

/** Of a refusal nothing when it is no JSON: servers in front of registries have pages for those. */
function bodyOf(status: number, text: string): Answer["body"] {
  if (status >= 300 && status < 400 || status >= 500) throw new Error(`answered ${status}`);
  try {
    const body = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Judged below.
  }
  if (status >= 400) return {};
  throw new Error(`answered ${status} with something else than a JSON object`);
}

/** A 404 without one of these codes is of something that is no registry, or not at this path. */
function isNotFound({ status, body }: Answer, ...what: (keyof typeof NOT_FOUND)[]): boolean {
  return status === 404 && what.some((one) => body.error_code === NOT_FOUND[one]);
}

function succeeded({ status, body }: Answer): Answer["body"] {
  if (status >= 200 && status < 300) return body;
  const reason = typeof body.message === "string" ? `: ${bounded(body.message)}` : "";
  if (status === 401 || status === 403) {
    const message = `schema registry refuses the login or a right (${status})${reason}`;
    throw new RegistryError("refused", message);
  }
  // 409: incompatible; 422: no schema that it understands.
  const failure = status === 409 || status === 422 ? "refused" : "unavailable";
  throw new RegistryError(failure, `schema registry answered ${status}${reason}`);
}

function nameIn({ id, guid }: Answer["body"]): SchemaName {
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) > ID_MAX) {
    throw unlikeRegistry("no ID of a schema");
  }
  return { id: id as number, ...(typeof guid === "string" && isGuid(guid) ? { guid } : {}) };
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function unlikeRegistry(what: string): RegistryError {
  return new RegistryError("unavailable", `schema registry answered ${what}`);
}

function bounded(text: string): string {
  return text.slice(0, REASON_LENGTH_MAX).toWellFormed();
}
