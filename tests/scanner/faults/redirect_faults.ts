/** Sites that send a check where it must not go. */
import type { Reason } from "../../../src/report/outcome.ts";
import { answering, rawServer } from "../http/raw_server.ts";
import { type Fault, serving } from "./fault.ts";

function redirect(location: string): string {
  return `HTTP/1.1 302 Elsewhere\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
}

function leadingTo(what: string, location: string, reason: Reason, error?: RegExp): Fault {
  const cause = `redirects ${what}`;
  const start = serving(answering(redirect(location)));
  // Where it would have gone is recorded, and a redirect is never an answer that is up.
  const final_url = URL.parse(location, "http://127.0.0.1/")?.href ?? null;
  const report = { response_code: 302, ...(location.startsWith("/") ? {} : { final_url }) };
  return { cause, start, reason, report, ...(error === undefined ? {} : { error }) };
}

/** Its name is permitted; what it resolves to is not. */
function leadingToAddress(what: string, address: string): Fault {
  return {
    cause: `redirects to a permitted name of ${what}`,
    start: serving(answering(redirect("http://inner.example/")), {
      context: {
        allowHosts: ["inner.example"],
        addressPolicy: { deny: ["private"] },
        resolve: () => Promise.resolve([address]),
      },
    }),
    reason: "blocked_by_policy",
    error: /address_policy denies /,
    report: { remote_address: address, final_url: "http://inner.example/" },
  };
}

export const REDIRECT_FAULTS: readonly Fault[] = [
  leadingTo(
    "in circles",
    "/",
    "redirect_loop",
    /^more than 5 redirects, the next one to http:.*; raise "redirects"/,
  ),
  leadingTo(
    "to a host that nobody named",
    "http://other.example/",
    "blocked_by_policy",
    /^redirect to http:\/\/other.example\/ not followed: .* add "other.example" to allow_hosts$/,
  ),
  leadingTo("to another port", "http://127.0.0.1:1/", "blocked_by_policy", /add "127.0.0.1:1"/),
  leadingTo("to the cloud's metadata", "http://169.254.169.254/latest/", "blocked_by_policy"),
  leadingTo("to a decimal address", "http://2852039166/", "blocked_by_policy"),
  leadingTo("to an octal address", "http://0251.0376.0251.0376/", "blocked_by_policy"),
  leadingTo("to a file", "file:///etc/passwd", "blocked_by_policy", /: neither http nor https$/),
  leadingTo("to data", "data:text/plain,ok", "blocked_by_policy", /: neither http nor https$/),
  leadingTo("to a script", "javascript:alert(1)", "blocked_by_policy"),
  leadingTo("to port 0", "http://127.0.0.1:0/", "protocol", /: no server has port 0$/),
  leadingTo("to what is no url", "http://[", "protocol", /^redirect to an invalid URL "/),
  leadingToAddress("an inner address", "10.0.0.1"),
  leadingToAddress("an inner address, mapped", "::ffff:10.0.0.1"),
  leadingToAddress("an inner address, translated", "64:ff9b::10.0.0.1"),
  leadingToAddress("the cloud's metadata", "169.254.169.254"),
  {
    cause: "redirects from https to http",
    start: ({ certificates: { ca, good }, started }) => {
      const answer = answering(redirect("http://127.0.0.1:1/"));
      const { port } = started.use(rawServer(answer, { tls: good }));
      return { url: `https://127.0.0.1:${port}/`, site: { tls: { insecure: false, ca } } };
    },
    reason: "redirect_refused",
    error: /leaves https for http/,
  },
];
