import { deepStrictEqual, throws } from "node:assert/strict";
import { AddressPolicy, addressRangeProblem } from "../../../src/scanner/reach/address_policy.ts";

const DENIED = [
  "169.254.169.254",
  "169.254.0.1",
  "fe80::1",
  "fe80::1%eth0",
  "fd00:ec2::254",
  "100.100.100.200",
  "0.0.0.0",
  "0.1.2.3",
  "::",
  "224.0.0.1",
  "239.255.255.250",
  "ff02::1",
  "255.255.255.255",
  "::ffff:169.254.169.254",
  "::ffff:a9fe:a9fe",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::a9fe:a9fe",
  "2002:a9fe:a9fe::1",
  "::169.254.169.254",
  "::a9fe:a9fe",
  "::ffff:0:169.254.169.254",
  "not an address",
  "",
];
const ALLOWED = [
  "127.0.0.1",
  "::1",
  "10.0.0.1",
  "93.184.216.34",
  "2606:2800:220:1::1",
  "::ffff:10.0.0.1",
];

for (const [addresses, isDenied] of [[DENIED, true], [ALLOWED, false]] as const) {
  for (const address of addresses) {
    Deno.test(`denies() is ${isDenied} by default, when given "${address}"`, () => {
      deepStrictEqual(new AddressPolicy().denies(address), isDenied);
    });
  }
}

Deno.test("denies() sees through every notation, when private and loopback are denied", () => {
  const policy = new AddressPolicy({ deny: ["private", "loopback"] });
  const denied = [
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "::ffff:127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fc00::1",
    "fd12::1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:0a00:0001::",
    "2001:0:1:2:3:4:f5ff:fffe",
  ];
  for (const address of denied) deepStrictEqual(policy.denies(address), true, address);
  deepStrictEqual(policy.denies("172.32.0.1"), false);
});

Deno.test("denies() is false, when the address is allowed all the same", () => {
  const policy = new AddressPolicy({ allow: ["169.254.1.0/24", "10.0.0.7"], deny: ["private"] });
  for (const address of ["169.254.1.9", "10.0.0.7", "::ffff:10.0.0.7"]) {
    deepStrictEqual(policy.denies(address), false, address);
  }
  for (const address of ["169.254.2.9", "10.0.0.8"]) {
    deepStrictEqual(policy.denies(address), true, address);
  }
});

Deno.test("addressRangeProblem() tells words, addresses and ranges from anything else", () => {
  for (const entry of ["loopback", "private", "10.0.0.1", "10.0.0.0/8", "fe80::/10", "::1"]) {
    deepStrictEqual(addressRangeProblem(entry), undefined);
  }
  for (const entry of ["", "public", "10.0.0.0/33", "example.org", "toString"]) {
    deepStrictEqual(typeof addressRangeProblem(entry), "string", entry);
    throws(() => new AddressPolicy({ deny: [entry] }));
  }
});
