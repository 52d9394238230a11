/** Error responses: unknown sites and paths, a store that does not respond, internal errors. */
import { html } from "hono/html";
import type { Problem } from "./api/api_schemas.ts";
import type { Look } from "./look.ts";
import { documentText } from "./pages/markup.ts";
import { pageFrame } from "./pages/page_frame.ts";

export type ProblemStatus = 400 | 401 | 404 | 405 | 429 | 500 | 503;

/** The media type of problems (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

const SENTENCES: Readonly<Record<ProblemStatus, readonly [heading: string, sentence: string]>> = {
  400: ["Bad request", "The Host header is not a host."],
  401: ["Unauthorized", "Username and password required."],
  404: ["Not found", "No such site or page."],
  405: ["Method not allowed", "Everything here is only read: use GET or HEAD."],
  429: ["Too many requests", "Too many wrong passwords; try again in a second."],
  500: ["Internal error", "This is a bug in sitemon; see its log."],
  503: ["Unavailable", "The status database does not respond. Try again later."],
};

/** JSON below `/api/`, a page elsewhere; without internals. */
export async function problem(
  status: ProblemStatus,
  { path, look }: { readonly path: string; readonly look: Look },
): Promise<Response> {
  const [heading, sentence] = SENTENCES[status];
  if (path.startsWith("/api/")) return problemJson(status);
  const root = rootFrom(path);
  const content = html`
    <section class="verdict inconclusive">
      <h1>${heading}</h1>
      <p>${sentence}</p>
    </section>
    <p><a href="${root}">All sites</a></p>
  `;
  const view = { failingSince: undefined, now: new Date() };
  const page = pageFrame({ look, root, heading, view }, content);
  return new Response(await documentText(page), {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}

/** The way from any path to the overview. */
function rootFrom(path: string): string {
  return "../".repeat(path.split("/").length - 2) || "./";
}

/** The same as JSON, with additional headers, and a sentence of its own if there is one. */
export function problemJson(
  status: ProblemStatus,
  headers: HeadersInit = {},
  detail = SENTENCES[status][1],
): Response {
  const [heading] = SENTENCES[status];
  const body: Problem = { type: "about:blank", title: heading, status, detail };
  const response = new Response(JSON.stringify(body), { status, headers });
  response.headers.set("content-type", PROBLEM_TYPE);
  return response;
}
