import { deepStrictEqual } from "node:assert/strict";
import { slimProject } from "../../src/cli/slim_project.ts";

Deno.test("slimProject() keeps what the sources import, what that depends on, and what is imported late", () => {
  const project = {
    version: "1.0.0",
    unstable: ["net", "lazy-dynamic-imports"],
    imports: {
      "one": "npm:one@1.0.0",
      "one/part": "npm:one@1.0.0/lib/part.js",
      "@scope/two": "npm:@scope/two@2.0.0",
      "tests": "npm:tests@1.0.0",
    },
  };
  const lock = {
    version: "5",
    specifiers: {
      "npm:@scope/two@2.0.0": "2.0.0_one@1.0.0",
      "npm:one@1.0.0": "1.0.0",
      "npm:tests@1.0.0": "1.0.0",
    },
    npm: {
      "@scope/two@2.0.0_one@1.0.0": { integrity: "a", dependencies: ["one", "shared@1.0.0"] },
      "one@1.0.0": { integrity: "b", optionalDependencies: ["@scope/maybe", "absent"] },
      "@scope/maybe@1.0.0": { integrity: "c" },
      "shared@1.0.0": { integrity: "d" },
      "shared@2.0.0": { integrity: "e" },
      "tests@1.0.0": { integrity: "f", dependencies: ["shared@2.0.0"] },
    },
    workspace: { dependencies: ["npm:@scope/two@2.0.0", "npm:one@1.0.0", "npm:tests@1.0.0"] },
  };
  const kept = (...sources: string[]) => {
    const slim = slimProject(project, lock, sources);
    return {
      imports: Object.keys(slim.project.imports),
      unstable: slim.project.unstable,
      npm: Object.keys(slim.lock.npm),
      specifiers: Object.keys(slim.lock.specifiers),
      dependencies: slim.lock.workspace.dependencies,
    };
  };
  deepStrictEqual(kept('import { part } from "one/part";', 'import("@scope/two/sub")'), {
    imports: ["one", "one/part", "@scope/two"],
    unstable: ["net"],
    npm: ["@scope/two@2.0.0_one@1.0.0", "one@1.0.0", "@scope/maybe@1.0.0", "shared@1.0.0"],
    specifiers: ["npm:@scope/two@2.0.0", "npm:one@1.0.0"],
    dependencies: ["npm:@scope/two@2.0.0", "npm:one@1.0.0"],
  });
  deepStrictEqual(kept("tests"), {
    imports: [],
    unstable: ["net"],
    npm: [],
    specifiers: [],
    dependencies: [],
  });
});
