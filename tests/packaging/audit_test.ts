import { strictEqual } from "node:assert/strict";
import { auditVerdict } from "./audit.ts";

Deno.test("auditVerdict() fails for what was found, and not for want of an answer", () => {
  const noAnswer = "error: client error (Connect): invalid peer certificate: UnknownIssuer";
  strictEqual(auditVerdict(1, noAnswer), 0);
  strictEqual(auditVerdict(1, "error sending request for url (https://registry.example/…)"), 0);
  strictEqual(
    auditVerdict(1, "Found 1 vulnerability\nA request that timed out is retried\nSeverity: 1 high"),
    1,
  );
  strictEqual(auditVerdict(0, "No known vulnerabilities found"), 0);
});
