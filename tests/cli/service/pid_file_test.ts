import { strictEqual, throws } from "node:assert/strict";
import { PidFile } from "../../../src/cli/service/pid_file.ts";
import { TempFolder } from "../../support/temp_folder.ts";

Deno.test("PidFile holds the pid while it is used, and takes over what a killed process left", () => {
  using folder = new TempFolder();
  const path = folder.write("a.pid", "123456789\n and more");
  {
    using _ = new PidFile(path);
    strictEqual(Deno.readTextFileSync(path), `${Deno.pid}\n`);
    const message = `pid file "${path}" is in use by another process (pid ${Deno.pid}); ` +
      "stop that one, or choose another file";
    throws(() => new PidFile(path), { name: "PidFileError", message });
  }
  throws(() => Deno.statSync(path), Deno.errors.NotFound);
});

Deno.test("PidFile says why it cannot be written", () => {
  using folder = new TempFolder();
  throws(() => new PidFile(folder.file("no/a.pid")), {
    name: "PidFileError",
    message: /^cannot write pid file ".+": No such file/,
  });
});
