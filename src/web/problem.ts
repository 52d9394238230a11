/** Answers that are no answers: unknown sites and paths, a store that is silent, faults. */
import { html } from "hono/html";
import type { Problem } from "./api/api_schemas.ts";
import { documentText } from "./pages/markup.ts";
import { pageFrame } from "./pages/page_frame.ts";

export type ProblemStatus = 401 | 404 | 500 | 503;

/** As what a problem of the API is sent. */
export const PROBLEM_TYPE = "application/problem+json";

const SENTENCES: Readonly<Record<ProblemStatus, { heading: string; sentence: string }>> = {
  401: { heading: "Not allowed", sentence: "A name and a password are asked for." },
  404: { heading: "Not found", sentence: "There is no such site or page." },
  500: { heading: "A fault", sentence: "This is a fault in sitemon; its log says more." },
  503: {
    heading: "No answer",
    sentence: "The status cannot be read at the moment. Try again in a while.",
  },
};

/** JSON below `/api/`, a page elsewhere. It tells nothing of the inside. */
export async function problem(
  status: ProblemStatus,
  { path, title }: { readonly path: string; readonly title: string },
): Promise<Response> {
  const { heading, sentence } = SENTENCES[status];
  if (path.startsWith("/api/")) return problemJson(status);
  const content = html`
    <section class="verdict inconclusive">
      <h1>${heading}</h1>
      <p>${sentence}</p>
    </section>
    <p><a href="/">All sites</a></p>
  `;
  const page = pageFrame({ title, heading, failingSince: undefined, now: new Date() }, content);
  return new Response(await documentText(page), {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}

/** The same for programs, with more headers where some are due. */
export function problemJson(status: ProblemStatus, headers: HeadersInit = {}): Response {
  const { heading, sentence } = SENTENCES[status];
  const body: Problem = { type: "about:blank", title: heading, status, detail: sentence };
  const response = new Response(JSON.stringify(body), { status, headers });
  response.headers.set("content-type", PROBLEM_TYPE);
  return response;
}
