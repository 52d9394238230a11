/** Error responses: unknown sites and paths, a store that does not respond, internal errors. */
import { html } from "hono/html";
import type { Problem } from "./api/api_schemas.ts";
import type { Look } from "./look.ts";
import { ENGLISH } from "./texts/english.ts";
import { texts } from "./texts/texts.ts";
import { documentText } from "./pages/markup.ts";
import { pageFrame } from "./pages/page_frame.ts";

export type ProblemStatus = keyof typeof ENGLISH.problems;

/** The media type of problems (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/** JSON below `/api/`, a page elsewhere; without internals. */
export async function problem(
  status: ProblemStatus,
  { path, look }: { readonly path: string; readonly look: Look },
): Promise<Response> {
  const [heading, sentence] = texts().problems[status];
  if (path.startsWith("/api/")) return problemJson(status);
  const root = rootFrom(path);
  const content = html`
    <section class="verdict inconclusive">
      <h1>${heading}</h1>
      <p>${sentence}</p>
    </section>
    <p><a href="${root}">${texts().allSites}</a></p>
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
  detail = ENGLISH.problems[status][1],
): Response {
  const [heading] = ENGLISH.problems[status];
  const body: Problem = { type: "about:blank", title: heading, status, detail };
  const response = new Response(JSON.stringify(body), { status, headers });
  response.headers.set("content-type", PROBLEM_TYPE);
  return response;
}
