import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { memberOf } from "../../../src/kafka/client/group_connection.ts";

Deno.test("memberOf() reads no text, when a member sent something else", () => {
  for (const memberMetadata of [Buffer.alloc(0), Buffer.alloc(7, 0xff)]) {
    deepStrictEqual(memberOf({ memberId: "m", memberMetadata }), { memberId: "m", userData: "" });
  }
});
