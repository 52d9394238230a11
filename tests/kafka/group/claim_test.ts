import { deepStrictEqual } from "node:assert/strict";
import { decodeClaim, encodeClaim } from "../../../src/kafka/group/claim.ts";

Deno.test("decodeClaim() reads what encodeClaim() wrote", () => {
  const claim = { generation: 7, partitions: [1, 5] };
  deepStrictEqual(decodeClaim("m", encodeClaim(claim)), { memberId: "m", ...claim });
});

Deno.test("decodeClaim() finds nothing claimed, when a member says something else", () => {
  const nothing = { memberId: "m", generation: 0, partitions: [] };
  const texts = ["", "{}", "[]", '{"generation":1,"partitions":[-1]}', '{"generation":1.5}', "\0"];
  for (const text of texts) deepStrictEqual(decodeClaim("m", text), nothing, text);
});
