import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { incidentId, incidentOf, incidentPath } from "../../src/web/incident_id.ts";
import { aSiteStatus } from "./site_status.ts";

const SITES = [["shop", "fra"], ["shop", "gru"], ["a\u00fcb/..", "fra"]].map(([site, location]) =>
  aSiteStatus({ site: site!, location: location! })
);
const BEGAN_AT = new Date("2026-05-01T12:00:00.123Z");

Deno.test("incidentId() names each incident, and incidentOf() finds it again", () => {
  for (const site of SITES) {
    const id = incidentId(site, BEGAN_AT);
    match(id, /^[0-9a-z]{8}-[0-9a-f]{12}$/);
    deepStrictEqual(incidentOf(id, SITES), { site, beganAt: BEGAN_AT });
  }
  // An address that somebody has noted must lead to the same incident in each later version.
  strictEqual(incidentPath(SITES[0]!, BEGAN_AT), "incidents/momv1xff-4b34c805c23e");
});

Deno.test("incidentOf() knows nothing of a name that is none, or of another site", () => {
  const other = incidentId(aSiteStatus({ site: "gone" }), BEGAN_AT);
  for (const id of ["", "1", "-", `${other}0`, other, "__proto__", `x-${"0".repeat(12)}`]) {
    strictEqual(incidentOf(id, SITES), undefined, id);
  }
});
