import { deepStrictEqual, ok } from "node:assert/strict";
import { TempFolder } from "../../support/temp_folder.ts";

/** The system may order them as it likes: of two names with a silent address, one has it first. */
const HOSTS = `
127.0.0.1 localhost
127.0.0.2 silent-first.example
127.0.0.1 silent-first.example
127.0.0.1 silent-last.example
127.0.0.2 silent-last.example
127.0.0.3 closed-first.example
127.0.0.1 closed-first.example
`;

/** A process that may see another /etc/hosts than everybody else. */
const ALONE = ["unshare", "--map-root-user", "--mount"];
const isPossible = Deno.build.os === "linux" &&
  await new Deno.Command(ALONE[0]!, { args: [...ALONE.slice(1), "true"] }).output()
    .then(({ success }) => success, () => false);

Deno.test({
  name: "checkSite() tries each address of a name, whatever way the connection is made",
  ignore: !isPossible,
  async fn() {
    using folder = new TempFolder();
    folder.write("hosts", HOSTS);
    const program = new URL("./several_addresses.ts", import.meta.url).pathname;
    const bind = `mount --bind ${folder.file("hosts")} /etc/hosts && exec "$0" "$@"`;
    const flags = ["-A", "--no-check", "--quiet", "--unstable-worker-options"];
    const { code, stdout, stderr } = await new Deno.Command(ALONE[0]!, {
      args: [...ALONE.slice(1), "sh", "-c", bind, Deno.execPath(), "run", ...flags, program],
    }).output();
    ok(code === 0, new TextDecoder().decode(stderr));
    const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
      line.split("|")
    );
    deepStrictEqual(lines.length, 18);
    for (const [way, name, ...found] of lines) {
      const issuer = way!.includes("dates") ? "Test" : "";
      deepStrictEqual(found, ["up", "", "127.0.0.1", issuer], `${way}, ${name}`);
    }
  },
});
