import { deepStrictEqual } from "node:assert/strict";
import { systemdAddresses } from "../../src/config/systemd_addresses.ts";

Deno.test("systemdAddresses() lists addresses, and names in a comment, as systemd knows none", () => {
  const net = ["192.0.2.7", "[2001:db8::1]:443", "127.0.0.1:9464", "k:9092", "k", "localhost"];
  deepStrictEqual(systemdAddresses({ net }), [
    "IPAddressDeny=any",
    "IPAddressAllow=localhost 192.0.2.7 2001:db8::1 127.0.0.1",
    "# and IPAddressAllow= for the addresses of k, the name servers, unless they are on localhost",
  ]);
});
