/**
 * The last answer to a question of which much is asked and little changes: while it holds, another
 * client gets the same bytes, and one that has them learns so without any being made.
 */
import { createHash } from "node:crypto";
import type { Context } from "hono";

/** Questions whose ETags are known; programs ask few, but for those that somebody makes up. */
export const ETAGS_MAX = 100;

export const JSON_TYPE = "application/json";

interface Kept {
  readonly holds: string;
  readonly etag: string;
}

export class KeptAnswers {
  readonly #etags = new Map<string, Kept>();
  /** The last one alone: it may be some megabytes. */
  #last:
    | { readonly question: string; readonly kept: Kept; readonly body: Uint8Array<ArrayBuffer> }
    | undefined;

  /** JSON for the URL of a request. `holds` is another text as soon as the answer may be another one. */
  answer(context: Context, holds: string, make: () => string): Response {
    const question = context.req.url;
    const known = this.#etags.get(question);
    if (known?.holds === holds && isNamed(known, context)) {
      return new Response(null, { status: 304, headers: { etag: known.etag } });
    }
    const isLast = this.#last?.question === question && this.#last.kept.holds === holds;
    const { body, kept } = isLast ? this.#last! : this.#keep(question, holds, make());
    return context.body(body, 200, { "content-type": JSON_TYPE, etag: kept.etag });
  }

  #keep(question: string, holds: string, text: string) {
    const body = new TextEncoder().encode(text);
    // Of the answer itself, so that it changes with it alone.
    const etag = `"${createHash("sha1").update(body).digest("hex")}"`;
    if (this.#etags.size >= ETAGS_MAX) this.#etags.clear();
    this.#etags.set(question, { holds, etag });
    return this.#last = { question, kept: { holds, etag }, body };
  }
}

/** Whether the client has what this ETag names (RFC 9110, section 13.1.2). */
function isNamed({ etag }: Kept, { req }: Context): boolean {
  const named = req.header("if-none-match")?.split(",").map((one) =>
    one.trim().replace(/^W\//, "")
  );
  return named?.includes(etag) ?? false;
}
