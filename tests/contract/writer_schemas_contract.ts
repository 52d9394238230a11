/** What every store promises about the schemas of a registry. */
import { strictEqual } from "node:assert/strict";
import { closing, onStore, type OpenedStore, type Register } from "./opened_store.ts";

/** Registers the tests of the contract for one kind of store. */
export function writerSchemasContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);

  test("keeps the schemas of each registry, the first of each path, for all to read", async (store) => {
    await using one = closing(store.parts.writerSchemas());
    await using other = closing(store.parts.writerSchemas());
    strictEqual(await one.read("http://a", "ids/1"), undefined);
    await one.write("http://a", "ids/1", '"int"');
    await one.write("http://b", "ids/1", '"long"');
    await one.write("http://a", "ids/1", '"string"');
    strictEqual(await other.read("http://a", "ids/1"), '"int"');
    strictEqual(await other.read("http://b", "ids/1"), '"long"');
    strictEqual(await other.read("http://a", "ids/2"), undefined);
  });
}
