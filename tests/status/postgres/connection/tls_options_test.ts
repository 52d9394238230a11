import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { tlsOptions } from "../../../../src/status/postgres/connection/tls_options.ts";

Deno.test("tlsOptions() verifies as much as the mode says", () => {
  strictEqual(tlsOptions({ mode: "disable", ca: "CA" }), false);
  deepStrictEqual(tlsOptions({ mode: "require" }), { rejectUnauthorized: false });
  deepStrictEqual(tlsOptions({ mode: "verify-full", ca: "CA", cert: "CERT", key: "KEY" }), {
    ca: "CA",
    cert: "CERT",
    key: "KEY",
    rejectUnauthorized: true,
  });
  const anyName = tlsOptions({ mode: "verify-ca", ca: "CA" });
  strictEqual(anyName && anyName.rejectUnauthorized, true);
  strictEqual(anyName && typeof anyName.checkServerIdentity, "function");
});
