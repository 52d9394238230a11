/** Query parameters that several paths of the API have: how the OpenAPI file has them, and what they mean. */
import type { Context } from "hono";

/** Thrown for a parameter that cannot be used; its message is for the client. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

const WRONG_CURSOR = '"after" is the "next" of a response';

export type Parameter = ReturnType<typeof parameter>;

export function parameter(name: string, description: string, schema: object = {}, type = "string") {
  const one = { type: "string", ...schema };
  return {
    name,
    in: "query",
    description,
    schema: type === "array" ? { type, items: one } : one,
  };
}

export function limitParameter(what: string, max: number): Parameter {
  return parameter("limit", `${what} at most; as many as are allowed by default.`, {
    type: "integer",
    minimum: 1,
    maximum: max,
  });
}

export function timeParameter(name: string, description: string): Parameter {
  const unit = "in microseconds since 1970";
  return parameter(name, `${description}, ${unit}.`, { type: "integer", minimum: 0 });
}

/** "next" of the response before. */
export function afterParameter(what: string): Parameter {
  return parameter("after", `${what} after this one: "next" of the response before.`);
}

/** Throws {@linkcode QueryError} for NUL: no name has it, and PostgreSQL knows no such character. */
export function parametersOf({ req }: Context): URLSearchParams {
  const given = new URL(req.url).searchParams;
  const odd = given.keys().find((name) => given.getAll(name).some((value) => value.includes("\0")));
  if (odd === undefined) return given;
  throw new QueryError(`"${odd}" has a NUL character`);
}

/**
 * Throws {@linkcode QueryError} for a parameter that is none of these, and for one that is repeated
 * although it has one value: it would change nothing.
 */
export function refuseUnknown(
  given: URLSearchParams,
  parameters: readonly Parameter[] = [],
): void {
  for (const name of given.keys()) {
    const known = parameters.find((one) => one.name === name);
    if (known === undefined) {
      const names = parameters.map(({ name }) => name).join(", ");
      const use = names === "" ? "there are none" : `use ${names}`;
      throw new QueryError(`the query parameter "${name}" is unknown; ${use}`);
    }
    if (known.schema.type !== "array" && given.getAll(name).length > 1) {
      throw new QueryError(`"${name}" is repeated; give one value`);
    }
  }
}

/** Throws {@linkcode QueryError}. */
export function limitOf(given: URLSearchParams, max: number): number {
  const limit = given.get("limit") ?? `${max}`;
  if (/^[1-9]\d{0,4}$/.test(limit) && Number(limit) <= max) return Number(limit);
  throw new QueryError(`"limit" is a number from 1 to ${max}`);
}

/** Undefined without one. Throws {@linkcode QueryError}. */
export function timeOf(given: URLSearchParams, name: string): Date | undefined {
  const micros = given.get(name);
  if (!micros) return undefined;
  if (/^\d{1,16}$/.test(micros)) return new Date(Number(micros) / 1_000);
  throw new QueryError(`"${name}" is a time in microseconds since 1970`);
}

/** The parts of a cursor; undefined without one. Throws {@linkcode QueryError}. */
export function cursorParts(given: URLSearchParams, form: RegExp): readonly string[] | undefined {
  const after = given.get("after");
  if (!after) return undefined;
  const [, ...parts] = form.exec(after) ?? [];
  if (parts.length > 0) return parts;
  throw new QueryError(WRONG_CURSOR);
}

/** A name in a cursor. Throws {@linkcode QueryError}. */
export function decoded(name: string): string {
  try {
    const text = decodeURIComponent(name);
    if (!text.includes("\0")) return text;
  } catch {
    // As below.
  }
  throw new QueryError(WRONG_CURSOR);
}

/** What is found of a page and one more, and where the next page begins: in "next", and as a link. */
export function pageOf<T>(
  context: Context,
  { found, limit, cursor }: {
    readonly found: readonly T[];
    readonly limit: number;
    readonly cursor: (last: T) => string;
  },
): { readonly shown: readonly T[]; readonly next: string | null } {
  const shown = found.slice(0, limit);
  const next = found.length > limit ? cursor(shown.at(-1)!) : null;
  linkNext(context, next);
  return { shown, next };
}

/**
 * The same question from there on.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8288
 */
export function linkNext(context: Context, next: string | null): void {
  if (next === null) return;
  const question = parametersOf(context);
  question.set("after", next);
  context.header("link", `<?${question}>; rel="next"`);
}

/** Throws {@linkcode QueryError} when the value is none of these. */
export function oneOf<T extends string>(allowed: readonly T[], name: string, value: string): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new QueryError(`"${name}" has the unknown value "${value}"; use ${allowed.join(", ")}`);
}
