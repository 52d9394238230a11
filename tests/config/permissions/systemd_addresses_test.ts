import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { systemdAddresses } from "../../../src/config/permissions/systemd_addresses.ts";

Deno.test("systemdAddresses() lists the collector of traces, which no thread talks to", () => {
  const lines = (endpoint: string) => systemdAddresses({ net: ["192.0.2.7"] }, { endpoint });
  strictEqual(lines("http://192.0.2.9:4318")[1], "IPAddressAllow=localhost 192.0.2.7 192.0.2.9");
  strictEqual(lines("http://[2001:db8::1]/x")[1], "IPAddressAllow=localhost 192.0.2.7 2001:db8::1");
  match(lines("https://otel.example/")[2]!, /addresses of otel\.example, the name servers/);
});

Deno.test("systemdAddresses() lists addresses, and names in a comment, as systemd knows none", () => {
  const net = [
    "unix:/run/s",
    "192.0.2.7",
    "[2001:db8::1]:443",
    "127.0.0.1:9464",
    "0.0.0.0:8080",
    "[::]:0",
    "k:9092",
    "k",
    "localhost",
  ];
  deepStrictEqual(systemdAddresses({ net }), [
    "IPAddressDeny=any",
    "IPAddressAllow=localhost 192.0.2.7 2001:db8::1 127.0.0.1",
    "# and IPAddressAllow= for the addresses of k, the name servers, unless they are on localhost",
  ]);
});
