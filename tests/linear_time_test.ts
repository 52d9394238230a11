/** What sites, clients and other writers of a topic send takes time by its length, so that nobody can freeze a thread. */
import { strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { unpackLz4 } from "../src/kafka/records/lz4.ts";
import { readBatch } from "../src/kafka/records/record_batch.ts";
import { unpackSnappy } from "../src/kafka/records/snappy.ts";
import { decodeMessage } from "../src/report/codec.ts";
import { publicUrl } from "../src/report/public_url.ts";
import { certificateTimeMs } from "../src/runtime/certificate_time.ts";
import { escapeControls } from "../src/runtime/escape_controls.ts";
import { parseRequestHead } from "../src/runtime/http/request_head.ts";
import { redactor } from "../src/runtime/telemetry/redaction.ts";
import { tlsProblem } from "../src/runtime/tls/tls_problem.ts";
import { bodyText } from "../src/scanner/expect/body_text.ts";
import { expectJson } from "../src/scanner/expect/expect_json.ts";
import { snippetOf } from "../src/scanner/expect/snippet.ts";
import { decodeBody } from "../src/scanner/http/content_decoding.ts";
import { CookieJar } from "../src/scanner/http/cookie_jar.ts";
import { redirectOf } from "../src/scanner/http/redirect.ts";
import { ResponseParser } from "../src/scanner/http/response_parser.ts";
import { firstPlan } from "../src/scanner/http/visit_plan.ts";
import { PermittedHosts } from "../src/scanner/reach/permitted_hosts.ts";
import { matchesSearch, wholeSites } from "../src/status/whole_sites.ts";
import { statusQuery } from "../src/web/api/status_query.ts";
import { Front } from "../src/web/front.ts";
import { nameIn, segmentOf } from "../src/report/site_path.ts";
import { engines } from "./scanner/answers.ts";
import { aSite } from "./scanner/sites.ts";
import { slowText } from "./support/slow_text.ts";
import { aSiteStatus } from "./web/site_status.ts";

const NOBODY = new Uint8Array();
const PLACE = { from: 0, following: Infinity, endOffset: 1 };
const SITE = aSite("http://127.0.0.1/");
const PLAN = firstPlan(SITE);
const RULES = { permittedHosts: new PermittedHosts([SITE.url], []), hopCount: 0 };
/** Tokens that begin alike, as many as there may be sites. */
const REDACT = redactor(Array.from({ length: 20_000 }, (_, index) => `eyJhbGciOi${index}`));
const FRONT = new Front({ trustedProxies: ["10.0.0.0/8"] });
const [WHOLE] = wholeSites([aSiteStatus()]);

function bytesOf(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

function answer(header: string, body: Uint8Array = NOBODY) {
  const headers = new Map(header === "" ? [] : [["content-type", header]]);
  return { headers, body, isTruncated: false, unknownCoding: undefined };
}

function parseResponse(text: string): void {
  const parser = new ResponseParser("GET", 1 << 20);
  parser.push(bytesOf(text));
  parser.finish();
}

function redirectTo(location: string): void {
  const head = { status: 302, httpVersion: "1.1", headers: new Map([["location", location]]) };
  redirectOf({ plan: PLAN, head, failure: undefined }, SITE, RULES);
}

function takeCookie(line: string): void {
  new CookieJar(() => 0).take(new Map([["set-cookie", line]]), PLAN.url);
}

function decode(encoding: string): void {
  const { signal } = new AbortController();
  const options = { encoding, bytesMax: 1, isCut: false, signal };
  decodeBody(new Uint8Array(1), options).catch(() => {});
}

function visit(header: string, value: string): void {
  FRONT.visitor({ headers: new Headers({ [header]: value }), url: "http://h/" }, "10.0.0.1");
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const HEADERS = ["a: ", "a:\r\n", "\r\n ", "content-length: ", "transfer-encoding:"];
const URLS = ["http://", "//", "@", "xn--", "../", "a.", "a/", "%C3%A9", "http://xn--", "[::1"];
const MARKUP = ["<meta ", "<!--", "<?xml ", "encoding", "charset=", '="', "http-equiv="];

const STRANGERS: [what: string, take: (text: string) => unknown, words?: string[]][] = [
  ["a status line", (text) => parseResponse(`${text}\r\n\r\n`), ["HTTP/1.1 ", "HTTP/1.1 200 "]],
  ["headers", (text) => parseResponse(`${OK}${text}\r\n\r\n`), HEADERS],
  ["a length", (text) => parseResponse(`${OK}content-length: ${text}\r\n\r\n`), ["0,", "1, "]],
  ["chunks", (text) => parseResponse(`${CHUNKED}${text}\r\n`), [
    "0",
    "1;",
    "1\r\nx\r\n",
    "0\r\na:",
  ]],
  ["a cookie", takeCookie, ["a=", "a=b; ", "a=b; domain=", "a=b; expires=", "max-age=", "path=/"]],
  ["a Location", redirectTo, URLS],
  ["a Content-Encoding", decode, ["a,", "utf-8,", "gzip,"]],
  ["a Content-Type", (text) => bodyText(answer(text)), ["charset=", 'charset="', "charset"]],
  ["markup", (text) => bodyText(answer("", bytesOf(text))), MARKUP],
  ["a body", (text) => snippetOf(answer("", bytesOf(text)), REDACT), ["\r\n", "eyJhbGciOi"]],
  ["a header that is shown", (text) => snippetOf(answer(text), REDACT), ["eyJhbGciOi"]],
  [
    "JSON",
    (text) =>
      expectJson(
        [{ path: "$..*", equals: 2n }, { path: "$..[?search(@.a, 'b+c')]" }],
        { text: `[${text.slice(0, -1)}1${"]".repeat(text.split("[").length)}`, isTruncated: false },
        engines,
      ),
    ["[", "[1,", "1,", "9", "1.0", '"a",', '{"a":"b"},'],
  ],
  ["an error of TLS", (text) => tlsProblem(new Error(text)), ["received fatal alert: ", "BadCert"]],
  ["a certificate's time", certificateTimeMs, ["Dec ", "Dec 31 "]],
  ["a text with controls", (text) => escapeControls(text), ["\x1b", "\ud800"]],
  ["a text with a secret", REDACT, ["eyJhbGciOi", "%25", "&amp;", "\\u0041"]],
  ["a URL with credentials", publicUrl, ["http://", "x:", "@/", "a@"]],
  ["a request", (text) => parseRequestHead(bytesOf(`${text}\r\n\r\n`)).request, ["GET /", "\r\n"]],
  [
    "a request's headers",
    (text) => parseRequestHead(bytesOf(`GET / HTTP/1.1\r\nhost: h\r\n${text}\r\n\r\n`)).request,
    ["a: ", "a:\r\n", "connection: a,", "host:"],
  ],
  ["X-Forwarded-For", (text) => visit("x-forwarded-for", text.slice(0, -1)), ["10.0.0.1,"]],
  ["X-Forwarded-Prefix", (text) => visit("x-forwarded-prefix", text.slice(0, -1)), ["/a"]],
  ["the name in a path", (text) => segmentOf(nameIn(text)), ["~2F", "~"]],
  [
    "a query",
    (text) => {
      const { search, fields } = statusQuery(new URLSearchParams(text), ["state"]);
      return [matchesSearch(WHOLE!, search), fields];
    },
    ["q=", "state=down&", "label=a:b&", "fields=", "fields=state,"],
  ],
  ["a message", (text) => decodeMessage(bytesOf(text)), ["\xc3\x01", "\x02"]],
  ["a batch", (text) => readBatch(bytesOf(text), ["id"], PLACE), ["\x02"]],
  ["what is packed with LZ4", (text) => unpackLz4(bytesOf(text), 1 << 20), ["\x04\x22\x4d\x18"]],
  ["what is packed with Snappy", (text) => unpackSnappy(bytesOf(text), 1 << 20), ["\xff\xff\x7f"]],
];

for (const [what, take, words] of STRANGERS) {
  Deno.test(`${what} takes time by its length, whatever it holds`, () => {
    strictEqual(slowText(take, words), undefined);
  });
}
