import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  AddressPolicy,
  type AddressPolicyOptions,
} from "../../../src/scanner/reach/address_policy.ts";
import { explain, type ExplainedRoute } from "../../../src/scanner/reach/explanation.ts";
import { NameLookups } from "../../../src/scanner/reach/name_lookups.ts";
import { PermittedHosts } from "../../../src/scanner/reach/permitted_hosts.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { silent } from "../sites.ts";

const asked: string[] = [];

function explained(route: ExplainedRoute, policy: AddressPolicyOptions = {}) {
  const resolve = (host: string) => {
    asked.push(host);
    if (host === "gone.example") {
      return Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" }));
    }
    return Promise.resolve(["192.0.2.1", "10.0.0.1"]);
  };
  return explain(route, {
    permittedHosts: new PermittedHosts(["http://a.example/"], ["cdn.example"]),
    addressPolicy: new AddressPolicy(policy),
    lookups: new NameLookups(new FakeClock(), silent, resolve),
  }, new AbortController().signal);
}

Deno.test("explain() finds a url visited, when its host and all addresses are permitted", async () => {
  deepStrictEqual(await explained({ url: "http://a.example/path" }), {
    endpoint: "a.example:80",
    host: "a.example",
    is_host_permitted: true,
    permitted_hosts: ["a.example:443", "a.example:80", "cdn.example"],
    addresses: [
      { address: "192.0.2.1", is_denied: false },
      { address: "10.0.0.1", is_denied: false },
    ],
    lookup_failure: null,
    is_visited: true,
  });
});

Deno.test("explain() finds a url not visited, when one of its addresses is denied", async () => {
  const { addresses, is_visited } = await explained({ url: "http://a.example/" }, {
    deny: ["private"],
  });
  strictEqual(is_visited, false);
  deepStrictEqual(addresses[1], {
    address: "10.0.0.1",
    is_denied: true,
    list: "deny",
    entry: "private",
    cidr: "10.0.0.0/8",
  });
});

Deno.test("explain() finds a url not visited, when its host or port is not permitted", async () => {
  for (const url of ["http://b.example/", "http://a.example:81/"]) {
    const { is_host_permitted, is_visited } = await explained({ url });
    deepStrictEqual([is_host_permitted, is_visited], [false, false]);
  }
});

Deno.test("explain() says why, when the name has no addresses", async () => {
  const { lookup_failure, is_visited } = await explained({ url: "http://gone.example/" });
  deepStrictEqual([lookup_failure, is_visited], ["no such host", false]);
});

Deno.test("explain() looks the proxy up, when one stands before the site", async () => {
  asked.length = 0;
  await explained({ url: "http://a.example/", proxy: "http://proxy.example:3128" });
  deepStrictEqual(asked, ["proxy.example"]);
});
