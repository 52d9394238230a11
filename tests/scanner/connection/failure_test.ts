import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { INTERNAL_ERROR } from "../../../src/report/outcome.ts";
import { failureOf, VisitError } from "../../../src/scanner/connection/failure.ts";
import { LookupHungError, NoTurnError } from "../../../src/scanner/reach/name_lookups.ts";

const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

const REASONS: [reason: string, ...errors: unknown[]][] = [
  ["dns", coded("ENOTFOUND"), coded("EAI_AGAIN"), coded("EAI_FAIL"), new LookupHungError()],
  ["dns", new Error("failed to lookup address information: Name or service not known")],
  ["connect_refused", coded("ECONNREFUSED"), coded("EHOSTUNREACH"), coded("ENETUNREACH")],
  ["connect_timeout", coded("ETIMEDOUT")],
  ["reset", coded("ECONNRESET"), coded("EPIPE"), new Deno.errors.ConnectionReset()],
  ["reset", new Deno.errors.UnexpectedEof()],
  ["tls_expired", new Error("invalid peer certificate: certificate expired: time 1 (UNIX)")],
  ["tls_other", new Error("received fatal alert: InternalError")],
  ["blocked_by_policy", new AggregateError([coded("ERR_IP_BLOCKED")])],
  ["connect_refused", new AggregateError([coded("ECONNREFUSED"), coded("ERR_IP_BLOCKED")])],
  ["connect_timeout", new AggregateError([coded("ECONNREFUSED"), coded("ETIMEDOUT")])],
  ["status", new VisitError("status", "as it was")],
  // Of sitemon and its host.
  ["internal", coded("EMFILE"), coded("ENFILE"), coded("EADDRNOTAVAIL"), coded("ENOBUFS")],
  ["internal", coded("ENOMEM"), coded("EACCES"), coded("EPERM"), coded("EAFNOSUPPORT")],
  ["internal", new AggregateError([coded("EMFILE"), coded("ECONNREFUSED")])],
  ["internal", new AggregateError([]), new Deno.errors.NotCapable("no access"), new NoTurnError()],
  ["internal", new TypeError("x is not a function"), coded("EFUTURE"), "a text", null],
];

for (const [reason, ...errors] of REASONS) {
  for (const error of errors) {
    Deno.test(`failureOf() is ${reason}, for ${error} ${(error as Error)?.message}`, () => {
      strictEqual(failureOf(error).reason, reason);
    });
  }
}

Deno.test("failureOf() quotes no error that it does not know", () => {
  const { detail } = failureOf(new TypeError("Cannot read properties of undefined"));
  deepStrictEqual(detail, INTERNAL_ERROR);
});
