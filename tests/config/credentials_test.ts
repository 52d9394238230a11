import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { headerCredentials, isCredential, urlCredentials } from "../../src/config/credentials.ts";

Deno.test("urlCredentials() gives every form in which credentials may appear", () => {
  deepStrictEqual(urlCredentials("http://user:p%40ss@a/"), [
    "user:p%40ss",
    "user:p@ss",
    btoa("user:p@ss"),
    "p@ss",
    "p%40ss",
  ]);
  ok(urlCredentials("http://t0ken@a/").includes("t0ken"));
  ok(urlCredentials("http://:word@a/").includes("word"));
  ok(urlCredentials("http://user:%zz@a/").includes("%zz"));
  deepStrictEqual(urlCredentials("http://a/"), []);
  deepStrictEqual(urlCredentials("no url"), []);
});

Deno.test("headerCredentials() takes the value, and what follows a scheme", () => {
  deepStrictEqual(headerCredentials("Authorization", "Bearer abc"), ["Bearer abc", "abc"]);
  deepStrictEqual(headerCredentials("X-Api-Key", "abc"), ["abc"]);
  // Padded, unpadded, and in the alphabet for URLs.
  deepStrictEqual(headerCredentials("authorization", "basic dTpwPz8+cA=="), [
    ...["basic dTpwPz8+cA==", "dTpwPz8+cA==", "u:p??>p", "dTpwPz8+cA==", "dTpwPz8+cA"],
    ...["dTpwPz8-cA", "p??>p"],
  ]);
  deepStrictEqual(headerCredentials("authorization", "Basic no!"), ["Basic no!", "no!"]);
  deepStrictEqual(headerCredentials("Cookie", "a=one; b=t=wo"), [
    ...["a=one; b=t=wo", "b=t=wo", "one", "t=wo"],
  ]);
  deepStrictEqual(headerCredentials("Accept", "text/html"), []);
});

Deno.test("isCredential() recognizes passwords and headers that authenticate", () => {
  const paths = [["postgres", "password"], ["sites", 0, "headers", "cookie"], [
    "defaults",
    "auth",
    "bearer",
  ]];
  paths.push(["kafka", "registry", "bearer"], ["kafka", "registry", "basic_auth", "password"]);
  for (const path of paths) strictEqual(isCredential(path), true, String(path));
  const others = [["postgres", "user"], ["sites", 0, "headers", "Accept"], [], ["labels", "token"]];
  for (const path of others) strictEqual(isCredential(path), false, String(path));
});
